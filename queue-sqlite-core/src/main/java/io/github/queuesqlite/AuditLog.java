package io.github.queuesqlite;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.store.MessageStore;
import org.jspecify.annotations.Nullable;

/**
 * What people have done to the queue: the latest 10,000 entries, in the files, for all
 * processes. The endpoint writes each of its operations here; an application may write
 * its own.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class AuditLog {

	/** How many entries are given at most. */
	public static final int MAX_LATEST = 1000;

	private final MessageStore store;

	private final InstantSource clock;

	AuditLog(MessageStore store, InstantSource clock) {
		this.store = store;
		this.clock = clock;
	}

	/**
	 * Adds an entry, with the time of now. It is durable when this returns.
	 * @param actor who; null when nobody knows
	 * @param action what
	 * @param target on what
	 * @param outcome what became of it
	 * @param detail how many, or why not; null for nothing to say
	 * @return what was stored: texts are cut after 500 characters
	 * @throws io.github.queuesqlite.message.StoreUnavailableException if no shard can be
	 * written
	 */
	public AuditEntry add(@Nullable String actor, String action, String target, AuditEntry.Outcome outcome,
			@Nullable String detail) {
		AuditEntry entry = new AuditEntry(Instant.ofEpochMilli(this.clock.millis()), actor, action, target, outcome,
				detail);
		this.store.audit(entry);
		return entry;
	}

	/**
	 * Returns the latest entries.
	 * @param max how many at most, 1 to 1,000
	 * @return the latest first
	 * @throws IllegalArgumentException if the number is out of range
	 */
	public List<AuditEntry> latest(int max) {
		if (max < 1 || max > MAX_LATEST) {
			throw new IllegalArgumentException("'max' must be from 1 to " + MAX_LATEST + ", was " + max);
		}
		return this.store.audit(max);
	}

}
