package io.github.queuesqlite;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueFullException;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.store.Terms;
import io.github.queuesqlite.worker.HandlerThread;
import org.jspecify.annotations.Nullable;

/**
 * What holds for queues that may have so many messages only: how many each shard may
 * hold, who is exempt, and who waits for room, those that came first before others.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class Bounds implements StoreListener {

	/**
	 * How many of those that wait for room in one queue try at once: one commit for all.
	 */
	private static final int TRYING = 16;

	private static final long LEAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	/** Other processes make room too, and nobody tells. */
	private static final long MOST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final Terms.@Nullable Bound bound;

	private final boolean blocking;

	private final int shards;

	private final long timeoutNanos;

	private final Map<String, Semaphore> gates = new ConcurrentHashMap<>();

	private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();

	/**
	 * Creates the bounds.
	 * @param maxLength how many messages of a queue there may be; -1 for any number
	 * @param onFull what happens when there are
	 * @param timeout how long one waits for room
	 * @param shards how many shards share what there may be
	 */
	Bounds(int maxLength, OnFull onFull, Duration timeout, int shards) {
		this.bound = (maxLength != -1) ? new Terms.Bound((maxLength - 1L) / shards + 1, onFull == OnFull.DROP_OLDEST)
				: null;
		this.blocking = onFull == OnFull.BLOCK;
		this.shards = shards;
		this.timeoutNanos = timeout.toNanos();
	}

	/**
	 * Returns what holds for a message that this thread hands in. A handler is exempt:
	 * others may wait for what it frees.
	 */
	Terms.@Nullable Bound bound() {
		return (this.bound != null && !HandlerThread.isCurrent()) ? this.bound : null;
	}

	/** Whether whoever hands in the message waits for room. */
	boolean blocks(Draft draft) {
		return this.blocking && draft.terms().bound() != null;
	}

	/** How often a message without keys tries to find a shard with room. */
	int tries(Draft draft) {
		return (draft.terms().bound() != null && !draft.isPlaced()) ? this.shards : 1;
	}

	/** When who begins to wait now gives up, in monotonic nanoseconds. */
	long deadline() {
		return System.nanoTime() + this.timeoutNanos;
	}

	/**
	 * Has a message stored, once there is room.
	 * @param draft the message
	 * @param attempt stores it, or throws that its queue is full
	 * @return what the attempt returned
	 * @throws QueueFullException if there was no room, in time
	 */
	<T> T admit(Draft draft, Supplier<T> attempt) {
		if (draft.terms().bound() == null) {
			return attempt.get();
		}
		if (!blocks(draft)) {
			return tryShards(draft, attempt);
		}
		Semaphore gate = this.gates.computeIfAbsent(draft.queue(), (queue) -> new Semaphore(TRYING, true));
		if (gate.availablePermits() == TRYING) {
			try {
				return tryShards(draft, attempt);
			}
			catch (QueueFullException ex) {
				refuseUnlessBound(ex);
			}
		}
		return admitInTurn(draft, attempt, gate);
	}

	/** The inbox of a shard was full, which has been waited for. */
	private static void refuseUnlessBound(QueueFullException ex) {
		if (ex.queue() == null) {
			throw ex;
		}
	}

	private <T> T tryShards(Draft draft, Supplier<T> attempt) {
		int left = tries(draft);
		while (true) {
			try {
				return attempt.get();
			}
			catch (QueueFullException ex) {
				refuseUnlessBound(ex);
				if (--left == 0) {
					throw ex;
				}
			}
		}
	}

	private <T> T admitInTurn(Draft draft, Supplier<T> attempt, Semaphore gate) {
		long deadline = deadline();
		try {
			if (!gate.tryAcquire(this.timeoutNanos, TimeUnit.NANOSECONDS)) {
				throw timedOut(draft.queue());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw interrupted(draft.queue());
		}
		try {
			while (true) {
				try {
					return tryShards(draft, attempt);
				}
				catch (QueueFullException ex) {
					refuseUnlessBound(ex);
					awaitRoom(draft.queue(), deadline);
				}
			}
		}
		finally {
			gate.release();
		}
	}

	/**
	 * Waits until there may be room in a queue.
	 * @param queue its name
	 * @param deadline when to give up
	 * @throws QueueFullException if it is past
	 * @throws QueueException if the thread is interrupted; the flag is kept
	 */
	void awaitRoom(String queue, long deadline) {
		long left = deadline - System.nanoTime();
		if (left <= 0) {
			throw timedOut(queue);
		}
		this.waiting.add(Thread.currentThread());
		try {
			LockSupport.parkNanos(this, Math.min(left, LEAST_LOOK_NANOS));
			LockSupport.parkNanos(this, Math.min(left, MOST_LOOK_NANOS));
		}
		finally {
			this.waiting.remove(Thread.currentThread());
		}
		if (Thread.currentThread().isInterrupted()) {
			throw interrupted(queue);
		}
	}

	private QueueFullException timedOut(String queue) {
		return new QueueFullException(
				"Queue '" + queue + "' stayed full for " + TimeUnit.NANOSECONDS.toMillis(this.timeoutNanos)
						+ " ms: it has as many messages as 'enqueue.max-length' allows. Nothing was stored.",
				queue);
	}

	private static QueueException interrupted(String queue) {
		return new QueueException(
				"Interrupted while waiting for room in queue '" + queue + "': the message is not stored");
	}

	@Override
	public void ended(List<Ended> messages) {
		if (!this.waiting.isEmpty()) {
			this.waiting.forEach(LockSupport::unpark);
		}
	}

}
