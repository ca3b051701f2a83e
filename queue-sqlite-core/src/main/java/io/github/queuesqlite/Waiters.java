package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.queuesqlite.maintenance.Loop;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.store.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for the end of which message. A commit of this process resolves its waiters
 * at once; a thread of its own looks the others up, for what another process ended or
 * deleted: the younger the waiter, the more often, and never for more than a twentieth of
 * a core.
 * <p>
 * A waiter is registered before its row can be seen, so no end is missed. Its id is
 * <i>being handed in</i> until the insert is told how it went: until then a row that is
 * not there is no reason to give up.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class Waiters implements StoreListener {

	private static final long LEAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static final long MOST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** How long a message that has a key may be invisible: its key is reserved first. */
	private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

	/** Rows carry their payloads: few at once keep memory small. */
	private static final int ROWS_AT_ONCE = 50;

	private final MessageStore store;

	private final Loop loop;

	private final Map<Long, List<Entry>> entries = new ConcurrentHashMap<>();

	private final Set<Long> handingIn = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean resting = new AtomicBoolean(true);

	private volatile boolean closed;

	/**
	 * Creates a registry; it hears of commits once it is added to the store.
	 * @param store looked up
	 * @param name of the queue, for the thread
	 */
	Waiters(MessageStore store, String name) {
		this.store = store;
		this.loop = new Loop("queue-" + name + "-waiters", true, this::pass);
	}

	/**
	 * Registers a waiter. After {@link #close()} it fails at once.
	 * @param id the message
	 * @param waiter told how it ends
	 */
	void register(long id, Waiter waiter) {
		register(id, new Entry(waiter, System.nanoTime(), 0));
	}

	private void register(long id, Entry entry) {
		this.entries.merge(id, List.of(entry), (old, added) -> {
			List<Entry> both = new ArrayList<>(old);
			both.addAll(added);
			return both;
		});
		if (this.closed) {
			failed(id, closedException(id));
		}
		else if (this.resting.get() && this.resting.compareAndSet(true, false)) {
			this.loop.start();
			this.loop.wake();
		}
	}

	/**
	 * Forgets a waiter.
	 * @param id the message
	 * @param waiter is not told anything any more, unless it was being told already
	 */
	void remove(long id, Waiter waiter) {
		this.entries.computeIfPresent(id, (key, list) -> {
			List<Entry> rest = list.stream().filter((entry) -> entry.waiter != waiter).toList();
			return rest.isEmpty() ? null : rest;
		});
	}

	/**
	 * Returns whether somebody waits for a message.
	 * @param id the message
	 * @return true between register and end
	 */
	boolean isWaitedFor(long id) {
		return this.entries.containsKey(id);
	}

	/**
	 * Notes that a message is on its way into the store.
	 * @param id the message
	 */
	void handingIn(long id) {
		this.handingIn.add(id);
	}

	/**
	 * Returns whether a message is on its way into the store.
	 * @param id the message
	 * @return true until {@link #handedIn} or {@link #notHandedIn}
	 */
	boolean isHandingIn(long id) {
		return this.handingIn.contains(id);
	}

	/**
	 * Notes that a message is stored, or that another one has its key.
	 * @param id the message
	 * @param existing the message that has its key; 0 for none
	 */
	void handedIn(long id, long existing) {
		if (existing != 0) {
			long now = System.nanoTime();
			for (Entry entry : take(id)) {
				register(existing, new Entry(entry.waiter, now, GRACE_NANOS));
			}
		}
		this.handingIn.remove(id);
	}

	/**
	 * Notes that a message will not be stored: its waiters fail.
	 * @param id the message
	 * @param failure why
	 */
	void notHandedIn(long id, QueueException failure) {
		failed(id, failure);
		this.handingIn.remove(id);
	}

	private void failed(long id, QueueException failure) {
		for (Entry entry : take(id)) {
			entry.waiter.failed(failure);
		}
	}

	private List<Entry> take(long id) {
		List<Entry> list = this.entries.remove(id);
		return (list != null) ? list : List.of();
	}

	@Override
	public void ended(List<Ended> messages) {
		if (this.entries.isEmpty()) {
			return;
		}
		for (Ended message : messages) {
			List<Entry> list = this.entries.get(message.id());
			// Told first, forgotten second: who is not told, for lack of memory, is
			// looked up.
			while (list != null) {
				tell(list, message);
				list = this.entries.remove(message.id(), list) ? null : this.entries.get(message.id());
			}
		}
	}

	private static void tell(List<Entry> list, Ended message) {
		MessageState state = message.state();
		if (state != null) {
			resolve(list, Ending.of(message, state));
		}
		else {
			list.forEach((entry) -> entry.waiter.failed(removedException(message.id())));
		}
	}

	private static void resolve(List<Entry> list, Ending ending) {
		list.forEach((entry) -> entry.waiter.ended(ending));
	}

	/**
	 * Returns how many messages somebody waits for.
	 * @return 0 or more
	 */
	int size() {
		return this.entries.size();
	}

	/**
	 * Returns the thread that looks up.
	 * @return for its health
	 */
	Loop loop() {
		return this.loop;
	}

	/** Fails all waiters, those to come included. */
	void close() {
		this.closed = true;
		for (Long id : this.entries.keySet()) {
			failed(id, closedException(id));
		}
		this.loop.stop();
	}

	static QueueException removedException(long id) {
		MessageId messageId = new MessageId(id);
		return new QueueException("Message " + messageId + " is unknown or already removed", messageId, null);
	}

	private static StoreUnavailableException closedException(long id) {
		MessageId messageId = new MessageId(id);
		return new StoreUnavailableException("The queue is closed; nobody here will see message " + messageId + " end",
				messageId, null);
	}

	private long pass() {
		if (this.entries.isEmpty()) {
			this.resting.set(true);
			if (this.entries.isEmpty()) {
				return Loop.UNTIL_WOKEN;
			}
			this.resting.set(false);
		}
		long begin = System.nanoTime();
		lookUpDue(begin);
		return Math.max(LEAST_WAIT_NANOS, 20 * (System.nanoTime() - begin));
	}

	private void lookUpDue(long now) {
		List<Long> ids = new ArrayList<>();
		this.entries.forEach((id, list) -> {
			boolean due = false;
			for (Entry entry : list) {
				due |= entry.isDue(now);
				if (entry.waiter.isObsolete()) {
					remove(id, entry.waiter);
				}
			}
			if (due && !this.handingIn.contains(id)) {
				ids.add(id);
			}
		});
		// One shard that cannot be read fails alone.
		ids.sort(Comparator.<Long>comparingInt(IdLayout::shard).thenComparing(Comparator.naturalOrder()));
		RuntimeException failure = null;
		for (int from = 0; from < ids.size();) {
			int to = from + 1;
			while (to < ids.size() && to - from < ROWS_AT_ONCE
					&& IdLayout.shard(ids.get(to)) == IdLayout.shard(ids.get(from))) {
				to++;
			}
			try {
				lookUp(ids.subList(from, to));
			}
			catch (RuntimeException ex) {
				failure = ex;
			}
			from = to;
		}
		if (failure != null) {
			throw failure;
		}
	}

	private void lookUp(List<Long> ids) {
		Set<Long> missing = new HashSet<>(ids);
		try {
			for (StoredMessage row : this.store.findAll(ids)) {
				missing.remove(row.id());
				resolveFrom(row);
			}
			missing.forEach(this::removed);
		}
		catch (ShardQuarantinedException ex) {
			// Some of them may be in other shards.
			ids.forEach(this::lookUp);
		}
	}

	/**
	 * Resolves waiters from stored state, if the message has ended there, is gone, or is
	 * in a shard that is out of use. Blocks on the store.
	 * @param id a message that is not being handed in
	 * @return what is stored; null for nothing
	 */
	@Nullable StoredMessage lookUp(long id) {
		try {
			StoredMessage row = this.store.find(id).orElse(null);
			if (row != null) {
				resolveFrom(row);
			}
			else {
				removed(id);
			}
			return row;
		}
		catch (ShardQuarantinedException ex) {
			failed(id, ex);
			return null;
		}
	}

	private void removed(long id) {
		List<Entry> gone = new ArrayList<>();
		long now = System.nanoTime();
		this.entries.computeIfPresent(id, (key, list) -> {
			gone.clear();
			List<Entry> rest = new ArrayList<>();
			list.forEach((entry) -> (entry.hasGrace(now) ? rest : gone).add(entry));
			return rest.isEmpty() ? null : rest;
		});
		gone.forEach((entry) -> entry.waiter.failed(removedException(id)));
	}

	private void resolveFrom(StoredMessage row) {
		if (row.state().isEnded()) {
			List<Entry> list = take(row.id());
			if (!list.isEmpty()) {
				resolve(list, Ending.of(row));
			}
		}
	}

	/** A waiter and when it is looked up. The look-up thread only touches its time. */
	private static final class Entry {

		final Waiter waiter;

		private final long since;

		private final long grace;

		private long lookAt;

		Entry(Waiter waiter, long since, long grace) {
			this.waiter = waiter;
			this.since = since;
			this.grace = grace;
			this.lookAt = since + LEAST_WAIT_NANOS;
		}

		boolean hasGrace(long now) {
			return now - this.since < this.grace;
		}

		boolean isDue(long now) {
			if (now - this.lookAt < 0) {
				return false;
			}
			this.lookAt = now + Math.max(LEAST_WAIT_NANOS, Math.min((now - this.since) / 4, MOST_WAIT_NANOS));
			return true;
		}

	}

}
