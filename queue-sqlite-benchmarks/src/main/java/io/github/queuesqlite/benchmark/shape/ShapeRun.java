package io.github.queuesqlite.benchmark.shape;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.github.queuesqlite.benchmark.measure.Usage;
import io.github.queuesqlite.benchmark.shape.Shape.Load;
import io.github.queuesqlite.benchmark.shape.ShapeResult.Cost;

/** Measures one shape on a new queue. */
public final class ShapeRun {

	private static final long STEP_MILLIS = 20;

	private static final double MB = 1 << 20;

	private final Shape shape;

	private final ShapeQueue queue;

	private final LongAdder counted;

	private final List<Double> rates = new ArrayList<>();

	private Usage usage = new Usage(0, 0, 0);

	private long messages;

	private long commits;

	private long mostLog;

	private ShapeRun(Shape shape, ShapeQueue queue) {
		this.shape = shape;
		this.queue = queue;
		this.counted = (shape.load() == Load.ENQUEUE) ? queue.enqueued : queue.handled;
	}

	/**
	 * Measures a shape, after a warm-up as long as a round.
	 * @param shape what to do
	 * @param directory does not exist; is not deleted
	 * @param rounds how often
	 * @param window how long each
	 * @param backlog how many messages wait where they are only drained
	 * @param company what else goes on
	 * @return what it gave; the latencies are of all rounds together
	 */
	public static ShapeResult measure(Shape shape, Path directory, int rounds, Duration window, int backlog,
			Company company) throws Exception {
		try (ShapeQueue queue = new ShapeQueue(shape, directory, company)) {
			ShapeRun run = new ShapeRun(shape, queue);
			if (shape.load() == Load.DRAIN) {
				queue.fill(backlog);
			}
			if (shape.load() != Load.ENQUEUE) {
				queue.queue().start();
			}
			try (AutoCloseable busy = company.begin(queue.queue(), directory)) {
				run.measure(rounds, window);
			}
			return run.result();
		}
	}

	private void measure(int rounds, Duration window) throws InterruptedException {
		if (this.shape.load() == Load.DRAIN) {
			rounds(rounds, window);
		}
		else {
			try (ShapeProducers producers = new ShapeProducers(this.shape, this.queue)) {
				rounds(rounds, window);
			}
		}
	}

	private void rounds(int rounds, Duration window) throws InterruptedException {
		round(window);
		this.queue.forgetLatencies();
		Usage.resetPeakHeap();
		for (int i = 0; i < rounds; i++) {
			long commitsBefore = this.queue.commits.sum();
			long before = this.counted.sum();
			Usage usageBefore = Usage.now();
			double rate = round(window);
			if (isDrained() && !this.rates.isEmpty()) {
				return;
			}
			this.rates.add(rate);
			this.usage = this.usage.plus(Usage.now().since(usageBefore));
			this.messages += this.counted.sum() - before;
			this.commits += this.queue.commits.sum() - commitsBefore;
		}
	}

	private double round(Duration window) throws InterruptedException {
		long start = System.nanoTime();
		long before = this.counted.sum();
		while (System.nanoTime() - start < window.toNanos() && !isDrained()) {
			TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
			this.mostLog = Math.max(this.mostLog, this.queue.bytes("-wal"));
		}
		return (this.counted.sum() - before) * 1e9 / (System.nanoTime() - start);
	}

	/** Nothing is left to measure. */
	private boolean isDrained() {
		return this.shape.load() == Load.DRAIN && this.queue.waiting() == 0;
	}

	private ShapeResult result() {
		boolean handling = this.shape.load() == Load.MIXED;
		double each = Math.max(1, this.messages);
		Cost cost = new Cost(this.usage.cpuNanos() / 1000.0 / each, this.commits / each,
				this.usage.writtenBytes() / each, this.usage.allocatedBytes() / each, Usage.peakHeap(),
				this.queue.bytes(".db") / MB, this.mostLog / MB);
		return new ShapeResult(this.shape, this.rates, Latencies.of(this.queue.enqueue),
				handling ? Latencies.of(this.queue.wakeUp) : null, handling ? Latencies.of(this.queue.endToEnd) : null,
				cost);
	}

}
