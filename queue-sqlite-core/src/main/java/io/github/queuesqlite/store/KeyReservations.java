package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps keys unique over all shards. A message that another of its keys has brought to
 * another shard than an idempotency or unique key's home first reserves it there. A
 * reservation whose message does not exist, or of a unique key does not live, is stale
 * when it was confirmed (the message was pruned or ended since) or when its epoch is dead
 * (its process died between the two commits); otherwise the message is on its way. A
 * process may be held for dead that only stood still: whoever takes a key over first
 * declares the epoch dead in the shard of its message, and no message is stored there
 * under a reservation of a dead epoch.
 */
final class KeyReservations {

	private static final long RETRY_NANOS = Duration.ofMillis(5).toNanos();

	/**
	 * Stale reservations of a message's keys that are removed although its time is over.
	 */
	private static final int MOST_ROUNDS = 3;

	/** How many reservations one sweep looks at. */
	private static final int SWEEP = 200;

	/** Where the next sweep of a shard begins. */
	private final Map<Integer, String> swept = new ConcurrentHashMap<>();

	private final ShardAccess shards;

	private final ShardRouter router;

	private final LongFunction<@Nullable StoredMessage> find;

	private final LongPredicate alive;

	/** Runs what must wait: never a writer thread. */
	private final Executor executor;

	private final Duration patience;

	KeyReservations(ShardAccess shards, LongFunction<@Nullable StoredMessage> find, LongPredicate alive) {
		this.shards = shards;
		this.router = shards.group().router();
		this.executor = shards.group().keyThreads();
		this.patience = shards.group().patience();
		this.find = find;
		this.alive = alive;
	}

	/** Returns whether the row needs more than an insert into its own shard. */
	boolean concerns(Insertion row) {
		Keys keys = row.keys();
		String uniqueKey = keys.uniqueKey();
		return keys.idempotencyKey() != null || (uniqueKey != null && (keys.isPlaced()
				|| this.router.homeOf(ReservedKey.ofUnique(row.task(), uniqueKey)) != IdLayout.shard(row.id())));
	}

	/**
	 * Stores one message that {@link #concerns} this.
	 * @param epoch who hands it in
	 * @param row the message
	 * @param insert hands rows to the shard of the message
	 * @param completion told in the end
	 * @throws QueueException if it is refused at once
	 */
	void insert(long epoch, Insertion row, Inserter insert, Completion<InsertResult> completion) {
		new Entry(epoch, row, insert, completion).go();
	}

	/**
	 * Stores a message whose unique key is reserved for another one, if that does not
	 * live any more.
	 * @param holder the other one
	 */
	void insertUnlessHeld(long epoch, Insertion row, long holder, Inserter insert,
			Completion<InsertResult> completion) {
		new Entry(epoch, row, insert, completion).resolve(holder);
	}

	/**
	 * Makes an ended message live again whose unique key may be another's in another
	 * shard.
	 * @param epoch an instance of this process
	 * @param message the message
	 * @param retry makes it live, unless the key is taken in its own shard
	 * @return false when the key is taken
	 */
	boolean revive(long epoch, StoredMessage message, BooleanSupplier retry) {
		ReservedKey key = ReservedKey.ofUnique(message.task(), String.valueOf(message.uniqueKey()));
		int home = this.router.homeOf(key);
		long deadline = System.nanoTime() + this.patience.toNanos();
		while (true) {
			long holder = (home != message.shard()) ? reserve(home, key, message.id(), epoch)
					: holder(home, key, message.id());
			if (holder == 0) {
				return (home != message.shard()) ? reviveReserved(home, key, message.id(), retry)
						: retry.getAsBoolean();
			}
			StoredMessage other = this.find.apply(holder);
			if ((other != null && key.isHeldBy(other))
					|| (!isForgotten(List.of(key), holder) && System.nanoTime() - deadline >= 0)) {
				return false;
			}
		}
	}

	private long reserve(int home, ReservedKey key, long messageId, long epoch) {
		return this.shards.writer(home).call((session) -> session.reserve(key, messageId, epoch));
	}

	private long holder(int home, ReservedKey key, long messageId) {
		ShardReader.Reservation reservation = this.shards.reader(home).reservation(key);
		return (reservation != null && reservation.messageId() != messageId) ? reservation.messageId() : 0;
	}

	private boolean reviveReserved(int home, ReservedKey key, long messageId, BooleanSupplier retry) {
		boolean revived = true;
		try {
			revived = retry.getAsBoolean();
			return revived;
		}
		finally {
			if (revived) {
				// Or nobody knows: then whether it lives decides.
				confirm(home, key, messageId);
			}
			else {
				unreserve(home, key, messageId);
			}
		}
	}

	private void confirm(int home, ReservedKey key, long messageId) {
		this.shards.writer(home).submitUnsynced((session) -> {
			session.confirm(key, messageId);
			return 0;
		}, ignore());
	}

	private void unreserve(int home, ReservedKey key, long messageId) {
		this.shards.writer(home).submit((session) -> {
			session.unreserve(key, messageId);
			return 0;
		}, ignore());
	}

	/**
	 * Removes stale reservations, some at each call: those whose message was pruned,
	 * ended or never stored.
	 * @param home the shard to look at
	 * @return how many were removed
	 */
	int sweep(int home) {
		List<ShardReader.Reservation> some = this.shards.reader(home)
			.reservations(this.swept.getOrDefault(home, ""), SWEEP);
		int removed = 0;
		for (ShardReader.Reservation reservation : some) {
			if (isOver(reservation) && willNotCome(reservation)) {
				forget(home, reservation);
				removed++;
			}
		}
		this.swept.put(home, (some.size() < SWEEP) ? "" : some.get(some.size() - 1).key().name());
		return removed;
	}

	private void forget(int home, ShardReader.Reservation stale) {
		this.shards.writer(home).call((session) -> {
			session.forget(stale);
			return 0;
		});
	}

	/** A message in a quarantined shard may be there. */
	private boolean willNotCome(ShardReader.Reservation reservation) {
		try {
			return isStale(reservation);
		}
		catch (ShardQuarantinedException ex) {
			return false;
		}
	}

	/**
	 * Of a reservation that is over: whether its message does not hold the key, and will
	 * not under this reservation.
	 */
	private boolean isStale(ShardReader.Reservation reservation) {
		int shard = IdLayout.shard(reservation.messageId());
		if (!reservation.confirmed() && this.shards.group().has(shard)) {
			this.shards.writer(shard).call((session) -> {
				session.declareDead(reservation.epoch());
				return 0;
			});
		}
		StoredMessage message = this.find.apply(reservation.messageId());
		return message == null || !reservation.key().isHeldBy(message);
	}

	/** Whether nobody is about to store its message any more. */
	private boolean isOver(ShardReader.Reservation reservation) {
		return reservation.confirmed() || !this.alive.test(reservation.epoch());
	}

	/**
	 * Removes a stale reservation; waits a little for a message that is on its way.
	 * @return false when the holder has one that is not stale
	 */
	private boolean isForgotten(List<ReservedKey> keys, long holder) {
		for (ReservedKey key : keys) {
			int home = this.router.homeOf(key);
			ShardReader.Reservation reservation = this.shards.reader(home).reservation(key);
			if (reservation != null && reservation.messageId() == holder) {
				if (!isOver(reservation) || !isStale(reservation)) {
					LockSupport.parkNanos(RETRY_NANOS);
					return false;
				}
				forget(home, reservation);
			}
		}
		return true;
	}

	private static <R> Completion<R> ignore() {
		return new Completion<>() {

			@Override
			public void succeeded(R result) {
			}

			@Override
			public void failed(QueueException failure) {
				// A reservation left behind is found stale when its key is wanted next.
			}

		};
	}

	/**
	 * One message on its way: its keys are reserved one after the other, then it is
	 * stored.
	 */
	private final class Entry {

		private final long epoch;

		private final Insertion row;

		private final Inserter insert;

		private final Completion<InsertResult> completion;

		private final long deadline = System.nanoTime() + KeyReservations.this.patience.toNanos();

		private final List<ReservedKey> keys;

		/** Keys to reserve, with their homes. */
		private final Map<ReservedKey, Integer> elsewhere = new LinkedHashMap<>();

		private final List<ReservedKey> reserved = new ArrayList<>();

		/** Whether the insert met a key in its own shard, and changed who has it. */
		private boolean metInShard;

		/** How often a holder was looked at. */
		private int rounds;

		Entry(long epoch, Insertion row, Inserter insert, Completion<InsertResult> completion) {
			this.epoch = epoch;
			this.row = row;
			this.insert = insert;
			this.completion = completion;
			this.keys = row.keys().reservable();
			int shard = IdLayout.shard(row.id());
			for (ReservedKey key : this.keys) {
				int home = KeyReservations.this.router.homeOf(key);
				if (home != shard) {
					this.elsewhere.put(key, home);
				}
			}
		}

		void go() {
			this.metInShard = false;
			for (Map.Entry<ReservedKey, Integer> key : this.elsewhere.entrySet()) {
				if (!this.reserved.contains(key.getKey())) {
					reserve(key.getKey(), key.getValue());
					return;
				}
			}
			store();
		}

		private void reserve(ReservedKey key, int home) {
			KeyReservations.this.shards.writer(home).submitNew((session) -> {
				long holder = session.windowHolder(key, this.row.id());
				return (holder != 0) ? holder : session.reserve(key, this.row.id(), this.epoch);
			}, this.row.id(), new Completion<Long>() {

				@Override
				public void succeeded(Long holder) {
					if (holder != 0) {
						resolve(holder);
						return;
					}
					Entry.this.reserved.add(key);
					handOver(Entry.this::go);
				}

				@Override
				public void failed(QueueException failure) {
					give(failure);
				}

			});
		}

		private void store() {
			Completion<InsertResult> stored = new Completion<>() {

				@Override
				public void succeeded(InsertResult result) {
					QueueException full = result.failed().get(0);
					if (full != null) {
						give(full);
						return;
					}
					long holder = Math.abs(result.existing()[0]);
					if (holder != 0) {
						Entry.this.metInShard = result.existing()[0] > 0;
						resolve(holder);
						return;
					}
					confirmAll();
					Entry.this.completion.succeeded(result);
				}

				@Override
				public void failed(QueueException failure) {
					// Whether the message is there decides from now on, not whether we
					// live.
					confirmAll();
					Entry.this.completion.failed(failure);
				}

			};
			if (this.reserved.isEmpty() && this.row.terms().origin() == null) {
				this.insert.insert(List.of(this.row), 0, stored);
				return;
			}
			try {
				this.insert.insert(List.of(this.row), this.epoch, stored);
			}
			catch (QueueException ex) {
				give(ex);
			}
		}

		/** Finds out whether the holder of a key exists; runs on the executor. */
		void resolve(long holder) {
			handOver(() -> {
				try {
					StoredMessage found = KeyReservations.this.find.apply(holder);
					if (found != null && this.keys.stream().anyMatch((key) -> key.isHeldBy(found))) {
						taken(found);
					}
					else if (isTakenBeyondTheEnd(holder)) {
						takenBeyondTheEnd(holder);
					}
					else if (mayTryAgain(isForgotten(this.keys, holder))) {
						go();
					}
					else {
						give(new StoreUnavailableException(
								"A key of message " + new MessageId(this.row.id()) + " is reserved for "
										+ new MessageId(holder) + ", which did not appear in time. Nothing was stored.",
								new MessageId(holder), null));
					}
				}
				catch (QueueException ex) {
					give(ex);
				}
			});
		}

		private void taken(StoredMessage found) {
			HolderChange change = HolderChange.CHANGED;
			boolean changed = this.metInShard && found.shard() == IdLayout.shard(this.row.id());
			if (!changed && this.row.terms().onDuplicate().changesExisting() && isUniqueKeyOf(found)) {
				change = KeyReservations.this.shards.writer(found.shard())
					.call((session) -> session.changeHolder(found.id(), this.row));
			}
			if (change == HolderChange.ABSENT && mayTryAgain(true)) {
				go();
			}
			else if (change == HolderChange.RUNNING) {
				give(this.row.runningException(found.id()));
			}
			else {
				unreserveAll();
				this.completion.succeeded(new InsertResult(new long[] { found.id() }, Map.of()));
			}
		}

		private boolean isTakenBeyondTheEnd(long holder) {
			String uniqueKey = this.row.keys().uniqueKey();
			if (uniqueKey == null) {
				return false;
			}
			ReservedKey key = ReservedKey.ofUnique(this.row.task(), uniqueKey);
			return KeyReservations.this.shards.writer(home(key))
				.call((session) -> session.windowHolder(key, this.row.id())) == holder;
		}

		private void takenBeyondTheEnd(long holder) {
			QueueException refusal = this.row.endedException(holder);
			if (refusal != null) {
				give(refusal);
				return;
			}
			unreserveAll();
			this.completion.succeeded(new InsertResult(new long[] { holder }, Map.of()));
		}

		private boolean isUniqueKeyOf(StoredMessage found) {
			String key = this.row.keys().uniqueKey();
			return key != null && ReservedKey.ofUnique(this.row.task(), key).isHeldBy(found);
		}

		private boolean mayTryAgain(boolean forgotten) {
			this.rounds++;
			return System.nanoTime() - this.deadline < 0 || (forgotten && this.rounds <= MOST_ROUNDS);
		}

		private void handOver(Runnable task) {
			try {
				KeyReservations.this.executor.execute(task);
			}
			catch (RejectedExecutionException ex) {
				give(new StoreUnavailableException("The queue is closed: nothing was stored", ex));
			}
		}

		private void confirmAll() {
			this.reserved.forEach((key) -> confirm(home(key), key, this.row.id()));
		}

		private void unreserveAll() {
			this.reserved.forEach((key) -> unreserve(home(key), key, this.row.id()));
			this.reserved.clear();
		}

		private int home(ReservedKey key) {
			return KeyReservations.this.router.homeOf(key);
		}

		/** It is not stored. */
		private void give(QueueException failure) {
			unreserveAll();
			this.completion.failed(failure);
		}

	}

	/** Hands rows to their shard. */
	@FunctionalInterface
	interface Inserter {

		/**
		 * Hands rows over.
		 * @param reserver the epoch that must live when they are stored, 0 for none
		 */
		void insert(List<Insertion> rows, long reserver, Completion<InsertResult> completion);

	}

}
