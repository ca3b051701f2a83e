package io.github.queuesqlite.dashboard;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.TaskTotals;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers the last hour, in points of ten seconds: what all processes did, and how this
 * one kept pace. It is gone with this process.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class DashboardHistory implements AutoCloseable {

	static final int MAX_POINTS = 360;

	static final Duration STEP = Duration.ofSeconds(10);

	private static final Logger logger = LoggerFactory.getLogger(DashboardHistory.class);

	private final DashboardRecorder recorder;

	private final Supplier<QueueStats> source;

	private final Supplier<List<TaskTotals>> totals;

	private final InstantSource clock;

	private final String process = UUID.randomUUID().toString();

	private final ScheduledThreadPoolExecutor executor;

	private final Deque<HistoryPoint> points = new ArrayDeque<>();

	private final Throughput throughput = new Throughput();

	/** When the totals were read that the next ones are compared with. */
	private long latest;

	private volatile boolean failing;

	DashboardHistory(DashboardRecorder recorder, Supplier<QueueStats> source, Supplier<List<TaskTotals>> totals,
			InstantSource clock) {
		this.recorder = recorder;
		this.source = source;
		this.totals = totals;
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
		begin();
		this.executor.scheduleAtFixedRate(this::step, STEP.toSeconds(), STEP.toSeconds(), TimeUnit.SECONDS);
	}

	/** What has happened before does not count. */
	void begin() {
		List<TaskTotals> totals = read(this.totals);
		synchronized (this) {
			if (totals != null) {
				this.throughput.step(totals);
				this.latest = this.clock.millis();
			}
		}
	}

	/** Ends a point. */
	void step() {
		QueueStats stats = read(this.source);
		List<TaskTotals> totals = read(this.totals);
		synchronized (this) {
			long now = this.clock.millis();
			Map<String, TaskActivity> tasks = (totals != null) ? this.throughput.step(totals) : Map.of();
			this.points.add(HistoryPoint.of(now, seconds(now, totals), this.recorder.delays().readAndReset(),
					with(this.recorder.readAndReset(), tasks), stats));
			this.latest = (totals != null) ? now : this.latest;
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
	HistoryDescriptor read(long after) {
		List<TaskTotals> totals = read(this.totals);
		synchronized (this) {
			long now = this.clock.millis();
			List<HistoryPoint> later = this.points.stream().filter((point) -> point.at() > after).toList();
			Map<String, TaskActivity> tasks = (totals != null) ? this.throughput.read(totals) : Map.of();
			HistoryPoint current = HistoryPoint.of(now, seconds(now, totals), this.recorder.delays().read(),
					with(this.recorder.read(), tasks), null);
			return new HistoryDescriptor(this.process, now, STEP.toSeconds(), later, current);
		}
	}

	private static Map<String, TaskActivity> with(Map<String, Double> times, Map<String, TaskActivity> tasks) {
		Map<String, TaskActivity> all = new TreeMap<>(tasks);
		times.forEach((task, time) -> all.put(task, all.getOrDefault(task, TaskActivity.NONE).taking(time)));
		return all;
	}

	/** The clock may have been set back. None while nobody can tell what has happened. */
	private double seconds(long now, @Nullable List<TaskTotals> totals) {
		return (totals != null) ? Math.max(0, now - this.latest) / 1000.0 : 0;
	}

	private <T> @Nullable T read(Supplier<T> source) {
		try {
			T read = source.get();
			this.failing = false;
			return read;
		}
		catch (RuntimeException ex) {
			if (!this.failing) {
				logger.warn("Cannot read the numbers of the queue for the dashboard; its charts have a gap until it "
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
