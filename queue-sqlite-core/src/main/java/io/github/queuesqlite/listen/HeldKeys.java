package io.github.queuesqlite.listen;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuesqlite.listen.ListenStore.HeldKey;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a listener is behind with, and when each is tried again.
 * <p>
 * <b>Threads:</b> changed by the listener's thread only; counts may be read by others.
 */
final class HeldKeys {

	private final Map<String, Entry> byKey = new ConcurrentHashMap<>();

	private final PriorityQueue<Entry> byDue = new PriorityQueue<>(Comparator.comparingLong(Entry::due));

	/** Changes since the latest {@link #takeChanges()}; a null value is a freed key. */
	private final Map<String, @Nullable HeldKey> changes = new HashMap<>();

	boolean contains(String key) {
		return this.byKey.containsKey(key);
	}

	/**
	 * Holds a key, or holds it on.
	 * @param held the key
	 * @param due when it is tried again, in the time of the loop
	 */
	void hold(HeldKey held, long due) {
		add(held, due);
		this.changes.put(held.key(), held);
	}

	/** Adds a key as it is stored. */
	void add(HeldKey held, long due) {
		Entry entry = new Entry(held, due);
		this.byKey.put(held.key(), entry);
		this.byDue.add(entry);
	}

	void free(String key) {
		this.byKey.remove(key);
		this.changes.put(key, null);
	}

	/**
	 * Takes the next key to try; it stays held.
	 * @return null when none is due
	 */
	@Nullable HeldKey pollDue(long now) {
		Entry entry = peek();
		if (entry == null || entry.due > now) {
			return null;
		}
		this.byDue.poll();
		return entry.held;
	}

	/** Returns when the next key is due; the greatest number when none is held. */
	long nextDue() {
		Entry entry = peek();
		return (entry != null) ? entry.due : Long.MAX_VALUE;
	}

	/** Entries that were replaced since are dropped when they come up. */
	private @Nullable Entry peek() {
		Entry entry = this.byDue.peek();
		while (entry != null && this.byKey.get(entry.held.key()) != entry) {
			this.byDue.poll();
			entry = this.byDue.peek();
		}
		return entry;
	}

	boolean hasChanges() {
		return !this.changes.isEmpty();
	}

	Map<String, @Nullable HeldKey> takeChanges() {
		Map<String, @Nullable HeldKey> taken = new HashMap<>(this.changes);
		this.changes.clear();
		return taken;
	}

	int parkedCount() {
		return (int) this.byKey.values().stream().filter((entry) -> entry.held.parked()).count();
	}

	int retryingCount() {
		return this.byKey.size() - parkedCount();
	}

	Map<String, String> parked(int max) {
		Map<String, String> parked = new LinkedHashMap<>();
		this.byKey.values()
			.stream()
			.filter((entry) -> entry.held.parked())
			.limit(max)
			.forEach((entry) -> parked.put(entry.held.key(), entry.held.error()));
		return parked;
	}

	/** A class, as entries are compared by identity. */
	private static final class Entry {

		private final HeldKey held;

		private final long due;

		Entry(HeldKey held, long due) {
			this.held = held;
			this.due = due;
		}

		long due() {
			return this.due;
		}

	}

}
