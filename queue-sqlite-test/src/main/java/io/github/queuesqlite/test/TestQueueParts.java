package io.github.queuesqlite.test;

import java.util.Collection;

import io.github.queuesqlite.EmbeddedQueue;

/**
 * What a {@link TestQueue} is made of before its queue is opened.
 *
 * @param mode when handlers run
 * @param drainer runs them
 * @param clock the clock, unless they run in the background
 */
record TestQueueParts(RunMode mode, Drainer drainer, MovableClock clock) {

	/** Lanes of their own run one at a time too, so that the order is what it is. */
	void applyTo(EmbeddedQueue.Builder builder, Collection<String> queues) {
		if (this.mode != RunMode.BACKGROUND) {
			this.drainer.applyTo(builder);
			builder.clock(this.clock);
			queues.forEach((queue) -> builder.queue(queue, 1));
		}
	}

	TestQueue of(EmbeddedQueue queue) {
		return new TestQueue(queue, this.mode, this.drainer, (this.mode != RunMode.BACKGROUND) ? this.clock : null);
	}

}
