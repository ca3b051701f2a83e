package io.github.queuesqlite.metrics;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.queuesqlite.message.QueueStats;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the numbers of the queue on a thread of its own: each interval while somebody
 * asks for them, not at all once nobody did for five minutes. Who asks gets the latest
 * sample and never reads the store; only the first to ask after such a rest waits, at
 * most 250 ms, for a new one.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class QueueSampler implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(QueueSampler.class);

	private static final long REST_AFTER_NANOS = TimeUnit.MINUTES.toNanos(5);

	private static final Duration PATIENCE = Duration.ofMillis(250);

	private final Supplier<QueueStats> source;

	private final Consumer<QueueSample> listener;

	private final long intervalMillis;

	private final long patienceMillis;

	private final ScheduledThreadPoolExecutor executor;

	private volatile QueueSample latest = QueueSample.EMPTY;

	private volatile long askedAt;

	private volatile boolean sampling;

	private boolean failing;

	/**
	 * Creates a sampler at rest.
	 * @param source reads the numbers
	 * @param interval between two samples
	 * @param listener told about each sample
	 */
	QueueSampler(Supplier<QueueStats> source, Duration interval, Consumer<QueueSample> listener) {
		this(source, interval, PATIENCE, listener);
	}

	/**
	 * Creates a sampler at rest.
	 * @param source reads the numbers
	 * @param interval between two samples
	 * @param patience how long whoever asks first waits for a sample
	 * @param listener told about each sample
	 */
	QueueSampler(Supplier<QueueStats> source, Duration interval, Duration patience, Consumer<QueueSample> listener) {
		this.source = source;
		this.listener = listener;
		this.intervalMillis = interval.toMillis();
		this.patienceMillis = patience.toMillis();
		this.executor = new ScheduledThreadPoolExecutor(1, QueueSampler::thread);
		this.executor.setKeepAliveTime(10, TimeUnit.SECONDS);
		this.executor.allowCoreThreadTimeOut(true);
	}

	private static Thread thread(Runnable task) {
		Thread thread = new Thread(task, "queue-meters");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Returns the latest sample.
	 * @return about an interval old at most, unless the store cannot be read
	 */
	QueueSample latest() {
		this.askedAt = System.nanoTime();
		if (!this.sampling) {
			begin();
		}
		return this.latest;
	}

	private void begin() {
		CountDownLatch sampled = new CountDownLatch(1);
		synchronized (this) {
			if (this.sampling || this.executor.isShutdown()) {
				return;
			}
			this.sampling = true;
		}
		try {
			this.executor.execute(() -> {
				sampleAndGoOn();
				sampled.countDown();
			});
			sampled.await(this.patienceMillis, TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Meters of the queue are asked for while it closes", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void sampleAndGoOn() {
		if (System.nanoTime() - this.askedAt > REST_AFTER_NANOS) {
			this.sampling = false;
			return;
		}
		try {
			sample();
		}
		finally {
			if (!this.executor.isShutdown()) {
				this.executor.schedule(this::sampleAndGoOn, this.intervalMillis, TimeUnit.MILLISECONDS);
			}
		}
	}

	private void sample() {
		try {
			QueueSample sample = new QueueSample(this.source.get());
			this.latest = sample;
			this.listener.accept(sample);
			this.failing = false;
		}
		catch (RuntimeException ex) {
			if (this.executor.isShutdown()) {
				logger.debug("The numbers of the queue were being read while it closes", ex);
				return;
			}
			if (!this.failing) {
				logger.warn("Cannot read the numbers of the queue; its gauges keep their last values until it works "
						+ "again", ex);
			}
			this.failing = true;
		}
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
