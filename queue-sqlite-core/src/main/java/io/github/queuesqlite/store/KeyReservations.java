package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an idempotency key unique over all shards. A message whose idempotency key is at
 * home in another shard first reserves it there. A reservation whose message does not
 * exist is stale when it was confirmed (the message was pruned since) or when its epoch
 * is dead (its process died between the two commits); otherwise the message is on its
 * way. A process may be held for dead that only stood still: whoever takes a key over
 * first declares the epoch dead in the shard of its message, and no message is stored
 * there under a reservation of a dead epoch.
 */
final class KeyReservations {

	private static final long RETRY_NANOS = Duration.ofMillis(5).toNanos();

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
		return row.keys().idempotencyKey() != null;
	}

	/**
	 * Stores one message with an idempotency key.
	 * @param epoch who hands it in
	 * @param row the message
	 * @param insert hands rows to the shard of the message
	 * @param completion told in the end
	 */
	void insert(long epoch, Insertion row, Inserter insert, Completion<InsertResult> completion) {
		Integer home = this.router.reservationHome(row.keys());
		long deadline = System.nanoTime() + this.patience.toNanos();
		if (home == null) {
			insertAtHome(row, insert, completion, deadline);
		}
		else {
			reserve(epoch, row, home, insert, completion, deadline);
		}
	}

	private void insertAtHome(Insertion row, Inserter insert, Completion<InsertResult> completion, long deadline) {
		insert.insert(List.of(row), 0, new Completion<>() {

			@Override
			public void succeeded(InsertResult result) {
				long holder = result.existing()[0];
				if (holder == 0) {
					completion.succeeded(result);
					return;
				}
				resolve(row, holder, deadline, completion, () -> insertAtHome(row, insert, completion, deadline));
			}

			@Override
			public void failed(QueueException failure) {
				completion.failed(failure);
			}

		});
	}

	private void reserve(long epoch, Insertion row, int home, Inserter insert, Completion<InsertResult> completion,
			long deadline) {
		String key = key(row);
		this.shards.writer(home)
			.submitNew((session) -> session.reserve(key, row.id(), epoch), row.id(), new Completion<Long>() {

				@Override
				public void succeeded(Long holder) {
					if (holder != 0) {
						resolve(row, holder, deadline, completion,
								() -> reserve(epoch, row, home, insert, completion, deadline));
						return;
					}
					handOver(() -> insertReserved(epoch, row, home, insert, completion), completion);
				}

				@Override
				public void failed(QueueException failure) {
					completion.failed(failure);
				}

			});
	}

	private void insertReserved(long epoch, Insertion row, int home, Inserter insert,
			Completion<InsertResult> completion) {
		String key = key(row);
		Completion<InsertResult> confirming = new Completion<>() {

			@Override
			public void succeeded(InsertResult result) {
				if (result.existing()[0] == 0) {
					confirm(home, key, row.id());
				}
				else {
					unreserve(home, key, row.id());
				}
				completion.succeeded(result);
			}

			@Override
			public void failed(QueueException failure) {
				// Whether the message is there decides from now on, not whether we live.
				confirm(home, key, row.id());
				completion.failed(failure);
			}

		};
		try {
			insert.insert(List.of(row), epoch, confirming);
		}
		catch (QueueException ex) {
			unreserve(home, key, row.id());
			completion.failed(ex);
		}
	}

	private void confirm(int home, String key, long messageId) {
		this.shards.writer(home).submitUnsynced((session) -> {
			session.confirm(key, messageId);
			return 0;
		}, ignore());
	}

	private void unreserve(int home, String key, long messageId) {
		this.shards.writer(home).submit((session) -> {
			session.unreserve(key, messageId);
			return 0;
		}, ignore());
	}

	/**
	 * Removes stale reservations, some at each call: those whose message was pruned or
	 * never stored.
	 * @param home the shard to look at
	 * @return how many were removed
	 */
	int sweep(int home) {
		List<ShardReader.Reservation> some = this.shards.reader(home)
			.reservations(this.swept.getOrDefault(home, ""), SWEEP);
		int removed = 0;
		for (ShardReader.Reservation reservation : some) {
			if (isOver(reservation) && willNotCome(reservation)) {
				this.shards.writer(home).call((session) -> {
					session.unreserve(reservation.key(), reservation.messageId());
					return 0;
				});
				removed++;
			}
		}
		this.swept.put(home, (some.size() < SWEEP) ? "" : some.get(some.size() - 1).key());
		return removed;
	}

	/** A message in a quarantined shard may be there. */
	private boolean willNotCome(ShardReader.Reservation reservation) {
		try {
			return isAbsentForEver(reservation);
		}
		catch (ShardQuarantinedException ex) {
			return false;
		}
	}

	/**
	 * Of a reservation that is over: whether its message is not stored, and never will
	 * be.
	 */
	private boolean isAbsentForEver(ShardReader.Reservation reservation) {
		int shard = IdLayout.shard(reservation.messageId());
		if (!reservation.confirmed() && this.shards.group().has(shard)) {
			this.shards.writer(shard).call((session) -> {
				session.declareDead(reservation.epoch());
				return 0;
			});
		}
		return this.find.apply(reservation.messageId()) == null;
	}

	/** Whether nobody is about to store its message any more. */
	private boolean isOver(ShardReader.Reservation reservation) {
		return reservation.confirmed() || !this.alive.test(reservation.epoch());
	}

	/** Finds out whether the holder of a key exists; runs on the executor. */
	private void resolve(Insertion row, long holder, long deadline, Completion<InsertResult> completion,
			Runnable again) {
		handOver(() -> {
			try {
				if (this.find.apply(holder) != null) {
					completion.succeeded(new InsertResult(new long[] { holder }, Map.of()));
				}
				else if (isStale(row, holder) || System.nanoTime() - deadline < 0) {
					again.run();
				}
				else {
					completion.failed(new StoreUnavailableException(
							"The idempotency key of message " + new MessageId(row.id()) + " is reserved for "
									+ new MessageId(holder) + ", which did not appear in time. Nothing was stored.",
							new MessageId(holder), null));
				}
			}
			catch (QueueException ex) {
				completion.failed(ex);
			}
		}, completion);
	}

	private void handOver(Runnable task, Completion<InsertResult> completion) {
		try {
			this.executor.execute(task);
		}
		catch (RejectedExecutionException ex) {
			completion.failed(new StoreUnavailableException("The queue is closed: nothing was stored", ex));
		}
	}

	/** Removes a stale reservation; waits a little for a message that is on its way. */
	private boolean isStale(Insertion row, long holder) {
		String key = key(row);
		int home = this.router.homeOfIdempotency(key);
		ShardReader.Reservation reservation = this.shards.reader(home).reservation(key);
		if (reservation == null || reservation.messageId() != holder) {
			return true;
		}
		if (isOver(reservation) && isAbsentForEver(reservation)) {
			this.shards.writer(home).call((session) -> {
				session.unreserve(key, holder);
				return 0;
			});
			return true;
		}
		LockSupport.parkNanos(RETRY_NANOS);
		return false;
	}

	private static String key(Insertion row) {
		String key = row.keys().idempotencyKey();
		if (key == null) {
			throw new IllegalArgumentException("Message " + row.id() + " has no idempotency key");
		}
		return key;
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
