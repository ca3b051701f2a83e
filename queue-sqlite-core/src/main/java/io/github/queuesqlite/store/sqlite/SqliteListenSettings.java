package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

import io.github.queuesqlite.store.WriterSettings;

/**
 * Settings of listen data.
 *
 * @param directory where {@code listen.db} is; created when missing
 * @param writer settings of the writer
 * @param retention how long changes are kept for listeners, more than 0
 * @param maxChanges how many changes are kept, 1 or more
 * @param clock wall clock
 * @param disk how much of the disk is left
 */
public record SqliteListenSettings(Path directory, WriterSettings writer, Duration retention, int maxChanges,
		InstantSource clock, DiskSettings disk) {

	/** Most changes that are kept unless set. */
	public static final int MAX_CHANGES = 100_000;

	public SqliteListenSettings {
		if (retention.isNegative() || retention.isZero()) {
			throw new IllegalArgumentException("'retention' must be more than 0, was " + retention);
		}
		if (maxChanges < 1) {
			throw new IllegalArgumentException("'maxChanges' must be at least 1, was " + maxChanges);
		}
	}

	/** Creates settings with the usual reserve on the disk. */
	public SqliteListenSettings(Path directory, WriterSettings writer, Duration retention, int maxChanges,
			InstantSource clock) {
		this(directory, writer, retention, maxChanges, clock, DiskSettings.DEFAULT);
	}

}
