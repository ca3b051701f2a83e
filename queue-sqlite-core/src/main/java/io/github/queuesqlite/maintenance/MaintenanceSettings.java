package io.github.queuesqlite.maintenance;

import java.time.Duration;

/**
 * How often the services look.
 *
 * @param leaseDuration after how long without a sign of life an instance counts as dead,
 * 1 s or longer
 * @param pollInterval the longest sleep of the promoter, 1 ms or longer
 */
public record MaintenanceSettings(Duration leaseDuration, Duration pollInterval) {

	public MaintenanceSettings {
		if (leaseDuration.compareTo(Duration.ofSeconds(1)) < 0) {
			throw new IllegalArgumentException("'leaseDuration' must be at least 1 s, was " + leaseDuration);
		}
		if (pollInterval.compareTo(Duration.ofMillis(1)) < 0) {
			throw new IllegalArgumentException("'pollInterval' must be at least 1 ms, was " + pollInterval);
		}
	}

}
