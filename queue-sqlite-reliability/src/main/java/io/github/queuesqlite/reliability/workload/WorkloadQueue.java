package io.github.queuesqlite.reliability.workload;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.github.queuesqlite.Durability;
import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.listen.DataChange;
import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats.ShardStats;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.Event.How;
import io.github.queuesqlite.reliability.history.HistoryChecker;
import io.github.queuesqlite.reliability.history.HistoryLog;
import io.github.queuesqlite.reliability.history.Order;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.task.FencingToken;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;

/** A queue whose handlers and listeners log what they do. */
public final class WorkloadQueue implements AutoCloseable {

	/** A task of the queue {@code default}. */
	public static final String QUICK = "quick";

	/** A task of a queue of its own with few handlers at once. */
	public static final String SLOW = "slow";

	/**
	 * A task of a queue that is idle but for it: how soon it begins tells of the wake-up
	 * alone.
	 */
	public static final String PROBE = "probe";

	/** How many messages of each queue run at once at most. */
	public static final int CONCURRENCY = 4;

	static final String LISTENER = "listener";

	static final List<String> KEYS = List.of("value.a", "value.b", "value.c");

	private static final Duration TIMEOUT = Duration.ofMinutes(30);

	/** The longest that can be set: a clock that is moved by decades must not prune. */
	private static final Duration FOR_EVER = Duration.ofDays(36_525);

	private static final long LOOK_MILLIS = 10;

	private static final Duration JUMP = Duration.ofMillis(50);

	private final HistoryLog log;

	private final InstantSource clock;

	private final EmbeddedQueue queue;

	private final Map<String, Long> delivered = new ConcurrentHashMap<>();

	private WorkloadQueue(HistoryLog log, InstantSource clock, EmbeddedQueue queue) {
		this.log = log;
		this.clock = clock;
		this.queue = queue;
		register(QUICK, "default");
		register(SLOW, "slow");
		register(PROBE, "probe");
		queue.listeners()
			.register(new ListenerDefinition(LISTENER, List.of("value.*"), String.class, false, this::onChange));
	}

	/**
	 * Opens the queue and begins the history.
	 * @param settings of this process
	 * @return open, not started
	 */
	public static WorkloadQueue open(WorkloadSettings settings) throws IOException {
		HistoryLog log = new HistoryLog(Path.of(settings.history()), settings.process());
		log.add(new Event.Began(HistoryLog.now(), ProcessHandle.current().pid(), settings.leaseMillis()));
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(Path.of(settings.directory()))
			.durability(settings.isFull() ? Durability.FULL : Durability.NORMAL)
			.leaseDuration(Duration.ofMillis(settings.leaseMillis()))
			.concurrency(CONCURRENCY)
			.queue("slow", settings.slowAtOnce())
			.retry(new RetryPolicy(3, Duration.ofMillis(20), 2, Duration.ofMillis(200), 0.5))
			.drainTimeout(Duration.ofSeconds(2))
			.recorder(new LostRuns(log));
		if (settings.shards() != null) {
			builder.shards(settings.shards());
		}
		InstantSource clock = InstantSource.system();
		if (settings.clock() != null) {
			clock = MovedClock.open(Path.of(settings.clock()));
			builder.clock(clock)
				.retention(new Retention(FOR_EVER, FOR_EVER, FOR_EVER, FOR_EVER, Long.MAX_VALUE))
				.listenRetention(FOR_EVER);
		}
		return new WorkloadQueue(log, clock, builder.build());
	}

	private void register(String task, String queue) {
		this.queue.tasks()
			.register(TaskDefinition.builder(task, Order.class, this::handle).queue(queue).timeout(TIMEOUT).build());
	}

	private Object handle(Order order, TaskContext context) throws InterruptedException {
		FencingToken token = context.fencingToken();
		this.log.add(new Event.Started(HistoryLog.now(), context.id(), order.tag(), token.run(), token.epoch(),
				context.attempt(), begunAt(context)));
		try {
			Thread.sleep(order.holdMillis());
		}
		catch (InterruptedException ex) {
			ended(context, How.INTERRUPTED);
			throw ex;
		}
		if (context.attempt() <= order.failures()) {
			ended(context, How.THROWS);
			throw new IllegalStateException("Attempt " + context.attempt() + " fails");
		}
		ended(context, How.RETURNS);
		return HistoryChecker.token(token.run(), token.epoch());
	}

	/** The deadline is reckoned from there, by a clock that may be moved meanwhile. */
	private long begunAt(TaskContext context) {
		Instant now;
		Duration since;
		do {
			now = this.clock.instant();
			Instant begun = Objects.requireNonNull(context.deadline()).minus(TIMEOUT);
			since = Duration.between(begun, now);
		}
		while (Duration.between(now, this.clock.instant()).abs().compareTo(JUMP) > 0);
		return HistoryLog.now() - since.toNanos();
	}

	private void ended(TaskContext context, How how) {
		FencingToken token = context.fencingToken();
		this.log.add(new Event.Ended(HistoryLog.now(), context.id(), token.run(), token.epoch(), how));
	}

	private void onChange(DataChange<?> change) {
		this.log.add(new Event.Delivered(HistoryLog.now(), LISTENER, change.key(), change.version(),
				String.valueOf(change.newValue())));
		this.delivered.merge(change.key(), change.version(), Math::max);
	}

	/**
	 * Returns the queue.
	 * @return open
	 */
	public EmbeddedQueue queue() {
		return this.queue;
	}

	/**
	 * Returns the shards that are out of use.
	 * @return their numbers
	 */
	public Set<Integer> quarantined() {
		return this.queue.operations()
			.stats()
			.shards()
			.stream()
			.filter(ShardStats::quarantined)
			.map(ShardStats::shard)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/**
	 * Returns the history of this process.
	 * @return open
	 */
	public HistoryLog log() {
		return this.log;
	}

	/** The greatest version that was delivered to this process; 0 before. */
	long delivered(String key) {
		return this.delivered.getOrDefault(key, 0L);
	}

	/** Starts workers and listeners. */
	public void start() {
		this.queue.start();
		this.log.add(new Event.Opened(HistoryLog.now()));
	}

	/**
	 * Waits until every message has ended, but for those that are far ahead and those
	 * that are damaged.
	 * @param patience how long at most
	 * @return whether it came to that
	 */
	public boolean awaitRest(Duration patience) throws InterruptedException {
		long start = System.nanoTime();
		while (isBusy()) {
			if (System.nanoTime() - start > patience.toNanos()) {
				return false;
			}
			Thread.sleep(LOOK_MILLIS);
		}
		return true;
	}

	/**
	 * All states by one query: what changes from one to another is not missed in both.
	 */
	private boolean isBusy() {
		MessageQuery live = MessageQuery.all()
			.state(MessageState.READY, MessageState.RUNNING, MessageState.SCHEDULED)
			.limit(MessageQuery.MAX_LIMIT);
		List<Message> page = this.queue.operations().list(live);
		while (!page.isEmpty()) {
			if (page.stream().anyMatch((message) -> message.state() != MessageState.SCHEDULED || !isFar(message))) {
				return true;
			}
			page = this.queue.operations().list(live.after(page.get(page.size() - 1).id()));
		}
		return false;
	}

	/** Where the clock is set, it was set so that everything is due. */
	private boolean isFar(Message message) {
		if (message.isDamaged()) {
			return true;
		}
		Order order = message.payload(Order.class);
		return !(this.clock instanceof MovedClock) && order != null && order.delayMillis() >= Order.FAR
				&& message.expiresAt() == null;
	}

	/** Closes the queue; calls may fail meanwhile. */
	@Override
	public void close() {
		this.log.add(new Event.Closing(HistoryLog.now()));
		this.queue.close();
		this.log.add(new Event.Closed(HistoryLog.now()));
	}

	/**
	 * Logs each end that the store refused.
	 *
	 * @param log the history
	 */
	private record LostRuns(HistoryLog log) implements QueueRecorder {

		@Override
		public void finished(String queue, String task, RunOutcome outcome, Duration duration) {
			if (outcome == RunOutcome.LOST) {
				this.log.add(new Event.Lost(HistoryLog.now(), task));
			}
		}

	}

}
