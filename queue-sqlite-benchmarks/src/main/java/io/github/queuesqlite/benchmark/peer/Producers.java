package io.github.queuesqlite.benchmark.peer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Threads that each put in durable messages, one call after the other. */
final class Producers {

	private final Contestant contestant;

	private final Failures failures;

	private final LongAdder enqueued = new LongAdder();

	Producers(Contestant contestant, Failures failures) {
		this.contestant = contestant;
		this.failures = failures;
	}

	/** Puts in one by one and returns how many a second became durable. */
	double run(int threads, Duration window) throws InterruptedException {
		return run(threads, window, 1, () -> this.contestant.enqueue(Payload.ANY));
	}

	/**
	 * Puts many in at a time, in one thread, and returns how many a second became
	 * durable.
	 */
	double runBulk(int many, Duration window) throws InterruptedException {
		List<String> payloads = Collections.nCopies(many, Payload.ANY);
		return run(1, window, many, () -> this.contestant.enqueueAll(payloads));
	}

	/** How many are durable. */
	long enqueued() {
		return this.enqueued.sum();
	}

	private double run(int producers, Duration window, int messages, Runnable enqueue) throws InterruptedException {
		long before = enqueued();
		List<Thread> threads = new ArrayList<>();
		long start = System.nanoTime();
		for (int i = 0; i < producers; i++) {
			Thread thread = new Thread(() -> produce(start + window.toNanos(), messages, enqueue), "producer-" + i);
			thread.start();
			threads.add(thread);
		}
		for (Thread thread : threads) {
			thread.join();
		}
		return (enqueued() - before) * 1e9 / (System.nanoTime() - start);
	}

	private void produce(long end, int messages, Runnable enqueue) {
		while (System.nanoTime() - end < 0) {
			try {
				enqueue.run();
				this.enqueued.add(messages);
			}
			catch (RuntimeException ex) {
				this.failures.add("enqueue", ex);
			}
		}
	}

}
