package io.github.queuesqlite.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps messages of one ordering key in the order they were handed in while one of them
 * reserves another of its keys in another shard, which takes two commits: those behind it
 * wait in memory. Mostly nobody does, and then nothing is kept.
 * <p>
 * <b>Threads:</b> any.
 */
final class HandingLines {

	/** Guarded by this. */
	private final Map<String, Deque<Step>> waiting = new HashMap<>();

	private final Executor executor;

	private volatile boolean any;

	HandingLines(Executor executor) {
		this.executor = executor;
	}

	/** Returns whether a message would have to wait for one that reserves. */
	boolean isHeld(@Nullable String orderingKey) {
		if (orderingKey == null || !this.any) {
			return false;
		}
		synchronized (this) {
			return this.waiting.containsKey(orderingKey);
		}
	}

	/**
	 * Hands a message in, at once or when those before it are stored.
	 * @param orderingKey its ordering key
	 * @param step the message
	 * @throws QueueException if it is handed in at once and refused
	 */
	void hand(String orderingKey, Step step) {
		synchronized (this) {
			Deque<Step> line = this.waiting.get(orderingKey);
			if (line != null) {
				line.add(step);
				return;
			}
			if (step.reserves()) {
				this.waiting.put(orderingKey, new ArrayDeque<>());
				this.any = true;
			}
		}
		boolean handedIn = false;
		try {
			step.hand(() -> next(orderingKey));
			handedIn = true;
		}
		finally {
			if (!handedIn && step.reserves()) {
				next(orderingKey);
			}
		}
	}

	/** Hands in those behind a message that is stored or refused. */
	private void next(String orderingKey) {
		Step step;
		while ((step = poll(orderingKey)) != null) {
			Step next = step;
			try {
				this.executor.execute(() -> handLate(orderingKey, next));
				return;
			}
			catch (RejectedExecutionException ex) {
				next.refuse(new StoreUnavailableException("The queue is closed: nothing was stored", ex));
			}
		}
	}

	private synchronized @Nullable Step poll(String orderingKey) {
		Deque<Step> line = this.waiting.get(orderingKey);
		Step step = (line != null) ? line.poll() : null;
		if (step == null) {
			this.waiting.remove(orderingKey);
			this.any = !this.waiting.isEmpty();
		}
		return step;
	}

	private void handLate(String orderingKey, Step step) {
		boolean under = false;
		try {
			step.hand(() -> next(orderingKey));
			under = step.reserves();
		}
		catch (QueueException ex) {
			step.refuse(ex);
		}
		finally {
			if (!under) {
				next(orderingKey);
			}
		}
	}

	/** A message to hand in. */
	interface Step {

		/**
		 * Returns whether it takes more than one commit.
		 */
		boolean reserves();

		/**
		 * Hands it in.
		 * @param over called once when its outcome is known, if it reserves
		 * @throws QueueException if it is refused
		 */
		void hand(Runnable over);

		/** Says that it is not handed in. */
		void refuse(QueueException failure);

	}

}
