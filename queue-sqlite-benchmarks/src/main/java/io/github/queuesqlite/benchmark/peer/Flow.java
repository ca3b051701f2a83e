package io.github.queuesqlite.benchmark.peer;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** One thread that puts in as many messages at once as are taken out. */
final class Flow implements AutoCloseable {

	private static final int MOST_WAITING = 10_000;

	private static final long PAUSE_NANOS = 500_000;

	private final Contestant contestant;

	private final Failures failures;

	private final List<String> bulk;

	private final Thread thread = new Thread(this::produce, "flow");

	private final AtomicLong enqueued = new AtomicLong(Handled.count());

	private volatile boolean ended;

	Flow(Contestant contestant, int bulk, Failures failures) {
		this.contestant = contestant;
		this.bulk = Collections.nCopies(bulk, Payload.ANY);
		this.failures = failures;
	}

	void start() {
		this.thread.start();
	}

	private void produce() {
		while (!this.ended) {
			if (this.enqueued.get() - Handled.count() >= MOST_WAITING) {
				LockSupport.parkNanos(PAUSE_NANOS);
				continue;
			}
			try {
				this.contestant.enqueueAll(this.bulk);
				this.enqueued.addAndGet(this.bulk.size());
			}
			catch (RuntimeException ex) {
				this.failures.add("enqueue of many", ex);
			}
		}
	}

	@Override
	public void close() throws InterruptedException {
		this.ended = true;
		this.thread.join();
	}

}
