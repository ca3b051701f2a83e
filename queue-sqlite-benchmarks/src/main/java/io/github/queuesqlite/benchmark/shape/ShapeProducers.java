package io.github.queuesqlite.benchmark.shape;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The threads of a shape that put messages in, until closed. */
final class ShapeProducers implements AutoCloseable {

	/** So many may wait: a load is not steady while the backlog grows. */
	private static final int MOST_WAITING = 20_000;

	private static final long PAUSE_NANOS = 200_000;

	private final Shape shape;

	private final ShapeQueue queue;

	private final List<Thread> threads = new ArrayList<>();

	private volatile boolean ended;

	ShapeProducers(Shape shape, ShapeQueue queue) {
		this.shape = shape;
		this.queue = queue;
		for (int i = 0; i < shape.producers(); i++) {
			this.threads.add(Threads.start(shape.virtualProducers(), "producer-" + i, this::produce));
		}
	}

	private void produce() {
		double gap = (this.shape.perSecond() > 0)
				? TimeUnit.SECONDS.toNanos(1) * this.shape.producers() / this.shape.perSecond() : 0;
		long start = System.nanoTime();
		for (long sent = 0; !this.ended; sent++) {
			pause(start + (long) (sent * gap));
			if (this.shape.load() == Shape.Load.MIXED && gap == 0) {
				awaitRoom();
			}
			this.queue.enqueueOne();
		}
	}

	private static void pause(long until) {
		long left;
		while ((left = until - System.nanoTime()) > 0) {
			LockSupport.parkNanos(left);
		}
	}

	private void awaitRoom() {
		while (this.queue.waiting() > MOST_WAITING && !this.ended) {
			LockSupport.parkNanos(PAUSE_NANOS);
		}
	}

	@Override
	public void close() throws InterruptedException {
		this.ended = true;
		for (Thread thread : this.threads) {
			thread.join();
		}
	}

}
