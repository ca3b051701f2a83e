package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.time.InstantSource;

import io.github.queuesqlite.store.ClaimOrder;
import io.github.queuesqlite.store.HistoryRule;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.WriterSettings;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a store.
 *
 * @param directory where its files are; created when missing
 * @param shards 1 to 64; null for the stored layout, or for a new directory
 * {@code min(4, cores)}
 * @param writer settings of the writers
 * @param retention how long ended messages are kept
 * @param walMax bytes of a write-ahead log above which new messages are refused
 * @param clock wall clock
 * @param disk how much of the disk is left
 * @param order in which order messages are claimed
 * @param history whether the states of messages are recorded
 * @param cache how much of the files is kept in memory
 */
public record SqliteStoreSettings(Path directory, @Nullable Integer shards, WriterSettings writer, Retention retention,
		long walMax, InstantSource clock, DiskSettings disk, ClaimOrder order, HistoryRule history,
		CacheSettings cache) {

	/** Creates settings with the usual reserve on the disk. */
	public SqliteStoreSettings(Path directory, @Nullable Integer shards, WriterSettings writer, Retention retention,
			long walMax, InstantSource clock) {
		this(directory, shards, writer, retention, walMax, clock, DiskSettings.DEFAULT, ClaimOrder.DEFAULT);
	}

	/** Creates settings without a history, with caches of the usual size. */
	public SqliteStoreSettings(Path directory, @Nullable Integer shards, WriterSettings writer, Retention retention,
			long walMax, InstantSource clock, DiskSettings disk, ClaimOrder order) {
		this(directory, shards, writer, retention, walMax, clock, disk, order, HistoryRule.OFF, CacheSettings.DEFAULT);
	}

}
