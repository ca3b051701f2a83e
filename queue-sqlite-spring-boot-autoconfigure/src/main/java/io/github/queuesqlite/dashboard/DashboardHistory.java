package io.github.queuesqlite.dashboard;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.queuesqlite.message.QueueStats;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers the last hour, in points of ten seconds. Only this process: it is gone with
 * it.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class DashboardHistory implements AutoCloseable {

	static final int MAX_POINTS = 360;

	static final Duration STEP = Duration.ofSeconds(10);

	private static final Logger logger = LoggerFactory.getLogger(DashboardHistory.class);

	private final DashboardRecorder recorder;

	private final Supplier<QueueStats> source;

	private final InstantSource clock;

	private final String process = UUID.randomUUID().toString();

	private final ScheduledThreadPoolExecutor executor;

	private final Deque<HistoryPoint> points = new ArrayDeque<>();

	private long latest;

	private boolean failing;

	DashboardHistory(DashboardRecorder recorder, Supplier<QueueStats> source, InstantSource clock) {
		this.recorder = recorder;
		this.source = source;
		this.clock = clock;
		this.latest = clock.millis();
		this.executor = new ScheduledThreadPoolExecutor(1, DashboardHistory::thread);
	}

	private static Thread thread(Runnable task) {
		Thread thread = new Thread(task, "queue-dashboard");
		thread.setDaemon(true);
		return thread;
	}

	void start() {
		this.executor.scheduleAtFixedRate(this::step, STEP.toSeconds(), STEP.toSeconds(), TimeUnit.SECONDS);
	}

	/** Ends a point. */
	void step() {
		QueueStats stats = stats();
		synchronized (this) {
			long now = this.clock.millis();
			this.points.add(HistoryPoint.of(now, seconds(now), this.recorder.delays().readAndReset(),
					this.recorder.readAndReset(), stats));
			this.latest = now;
			if (this.points.size() > MAX_POINTS) {
				this.points.remove();
			}
		}
	}

	/**
	 * Returns what is remembered.
	 * @param after only points after this time, in milliseconds
	 * @return the points
	 */
	synchronized HistoryDescriptor read(long after) {
		long now = this.clock.millis();
		List<HistoryPoint> later = this.points.stream().filter((point) -> point.at() > after).toList();
		HistoryPoint current = HistoryPoint.of(now, seconds(now), this.recorder.delays().read(), this.recorder.read(),
				null);
		return new HistoryDescriptor(this.process, now, STEP.toSeconds(), later, current);
	}

	/** The clock may have been set back. */
	private double seconds(long now) {
		return Math.max(0, now - this.latest) / 1000.0;
	}

	private @Nullable QueueStats stats() {
		try {
			QueueStats stats = this.source.get();
			this.failing = false;
			return stats;
		}
		catch (RuntimeException ex) {
			if (!this.failing) {
				logger.warn("Cannot read the numbers of the queue for the dashboard; its depth is unknown until it "
						+ "works again", ex);
			}
			this.failing = true;
			return null;
		}
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
