package io.github.queuesqlite.maintenance;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How often the services look.
 *
 * @param leaseDuration after how long without a sign of life an instance counts as dead,
 * 1 s or longer
 * @param pollInterval the longest sleep of the promoter, 1 ms or longer
 * @param expireUnhosted after how long messages expire whose task nobody hosts; null for
 * never
 */
public record MaintenanceSettings(Duration leaseDuration, Duration pollInterval, @Nullable Duration expireUnhosted) {

	public MaintenanceSettings {
		if (leaseDuration.compareTo(Duration.ofSeconds(1)) < 0) {
			throw new IllegalArgumentException("'leaseDuration' must be at least 1 s, was " + leaseDuration);
		}
		if (pollInterval.compareTo(Duration.ofMillis(1)) < 0) {
			throw new IllegalArgumentException("'pollInterval' must be at least 1 ms, was " + pollInterval);
		}
	}

}
