package io.github.queuesqlite;

import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import io.github.queuesqlite.QueueStatus.LaneStatus;
import io.github.queuesqlite.QueueStatus.PoolStatus;
import io.github.queuesqlite.QueueStatus.StuckRun;
import io.github.queuesqlite.listen.ListenData;
import io.github.queuesqlite.listen.ListenSettings;
import io.github.queuesqlite.listen.ListenerStatus;
import io.github.queuesqlite.maintenance.Lease;
import io.github.queuesqlite.maintenance.Loop;
import io.github.queuesqlite.maintenance.Maintenance;
import io.github.queuesqlite.maintenance.MaintenanceSettings;
import io.github.queuesqlite.maintenance.Presence;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreFile;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.WriterSettings;
import io.github.queuesqlite.store.sqlite.SqliteListenSettings;
import io.github.queuesqlite.store.sqlite.SqliteListenStore;
import io.github.queuesqlite.store.sqlite.SqliteStoreSettings;
import io.github.queuesqlite.store.sqlite.SqliteStores;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import io.github.queuesqlite.worker.WorkerEnvironment;
import io.github.queuesqlite.worker.WorkerPool;
import io.github.queuesqlite.worker.WorkerSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of one queue, opened in order and closed in the opposite one: directory,
 * store, presence, waiters, maintenance, workers.
 * <p>
 * <b>Threads:</b> safe for use by several threads; starting, stopping and closing wait
 * for each other.
 */
final class QueueEngine {

	private static final Logger logger = LoggerFactory.getLogger(QueueEngine.class);

	/** How long a close waits for user code that hangs on futures and callbacks. */
	private static final long LAST_CALLBACKS_MILLIS = 1000;

	private static final Duration IN_FLIGHT_WAIT = Duration.ofSeconds(5);

	/**
	 * Whatever it is given, in whatever queue: all but the handler is as for any task.
	 */
	private static final TaskDefinition<Object> NOOP = TaskDefinition
		.builder(TaskRegistry.NOOP, Object.class, (payload, context) -> null)
		.origin("queue-sqlite itself")
		.build();

	private final String name;

	private final QueueDirectory directory;

	private final TaskRegistry tasks = new TaskRegistry();

	private final Payloads payloads;

	private final InFlight inFlight = new InFlight();

	private final EventDispatcher events;

	private final MessageStore store;

	private final Presence presence;

	private final Waiters waiters;

	private final Maintenance maintenance;

	private final SqliteListenStore listenStore;

	private final ListenData listen;

	private final WorkerPool workers;

	private final DefaultQueueOperations operations;

	private final AuditLog audit;

	private final DefaultScheduleOperations schedules;

	private final Firer firer;

	private final boolean scheduleFiring;

	private final Overview overview;

	/** How to close what is open, the latest first. */
	private final Deque<Runnable> closers = new ArrayDeque<>();

	/** Guarded by this. */
	private boolean startedBefore;

	/** Guarded by this. */
	private boolean held;

	private volatile boolean running;

	private volatile boolean closed;

	QueueEngine(EmbeddedQueue.Builder builder) {
		this.name = builder.name;
		boolean opened = false;
		try {
			this.directory = QueueDirectory.of(builder.directory);
			this.closers.push(this.directory::deleteIfTemporary);
			CompletionExecutor completions = new CompletionExecutor("queue-" + this.name + "-callbacks");
			CallbackTimer callbackTimer = new CallbackTimer("queue-" + this.name + "-callback-timer",
					builder.callbackTimeout);
			// After the last callbacks, which it watches.
			this.closers.push(callbackTimer::close);
			this.closers.push(() -> completions.close(LAST_CALLBACKS_MILLIS));
			this.events = new EventDispatcher(completions);
			builder.eventListeners.forEach(this.events::add);
			this.store = openStore(builder, this.directory.path().resolve(this.name));
			this.closers.push(this.store::close);
			this.audit = new AuditLog(this.store, builder.clock);
			// Before the waiters: what is recorded is recorded before anybody is
			// released.
			this.store.addListener(new EndRecorder(builder.recorder));
			this.store.addListener(new StoreEvents(this.events, builder.clock));
			this.presence = new Presence(this.store, ProcessName.get(),
					new Lease(builder.leaseDuration, System::nanoTime), this::maxAttempts, this::awaitInFlight);
			this.closers.push(this.presence::leave);
			this.tasks.register(NOOP);
			Payloads payloads = new Payloads(builder.payloadSettings());
			this.payloads = payloads;
			this.store.addListener(new LocalPayloadKeeper(payloads.local()));
			this.listenStore = listenStore(builder);
			this.listen = listen(builder, payloads);
			this.workers = workers(builder, payloads);
			this.closers.push(this.workers::close);
			this.maintenance = new Maintenance(this.store, this.presence, this.workers::maxAttempts, builder.clock,
					System::nanoTime,
					new MaintenanceSettings(builder.leaseDuration, builder.pollInterval, builder.expireUnhosted));
			this.maintenance.start();
			this.closers.push(this.maintenance::stop);
			this.waiters = new Waiters(this.store, this.name);
			this.store.addListener(this.waiters);
			this.closers.push(this.waiters::close);
			StoreAccess access = new StoreAccess(this.store, this.presence::current, this.inFlight, this.waiters,
					completions, builder.recorder,
					new Bounds(builder.maxLength, builder.onFull, builder.blockTimeout, this.store.shards()));
			Lanes lanes = new Lanes(this.tasks, builder.lanes(), this.workers::isReceivedFrom);
			this.overview = new Overview(this.store, lanes, this.tasks, this.inFlight, builder.clock,
					this.workers::waitsForTime);
			Intake intake = new Intake(this.tasks, payloads, builder.maxPayloadSize, builder.clock,
					builder.enqueueInterceptors, lanes, access.bounds());
			this.operations = operations(builder, access, payloads, intake, callbackTimer);
			this.closers.push(this.operations::close);
			ScheduleStore scheduleStore = new ScheduleStore(access, payloads, this.tasks, builder.clock, intake,
					builder.maxPayloadSize);
			Declarations declarations = new Declarations(scheduleStore);
			this.firer = new Firer(scheduleStore, declarations, builder.pollInterval);
			this.schedules = new DefaultScheduleOperations(scheduleStore, declarations);
			this.closers.push(this.schedules::close);
			this.scheduleFiring = builder.scheduleFiring;
			if (this.scheduleFiring) {
				this.store.addListener(this.firer);
				this.firer.loop().start();
				this.closers.push(this.firer.loop()::stop);
			}
			opened = true;
		}
		finally {
			if (!opened) {
				closeAll();
			}
		}
		logger.info("Queue '{}' is open in {}: {} shards, durability {}, epoch {}", this.name, this.directory.path(),
				this.store.shardStats().size(), builder.durability, this.presence.current().epoch());
	}

	private static MessageStore openStore(EmbeddedQueue.Builder builder, Path directory) {
		if (builder.schema != SchemaMode.MIGRATE) {
			SqliteStores.refuseOtherVersions(directory, builder.schema == SchemaMode.VALIDATE);
		}
		return SqliteStores.open(new SqliteStoreSettings(directory, builder.shards, writer(builder), builder.retention,
				builder.walMax, builder.clock, builder.disk(), builder.claimOrder(), builder.history, builder.cache()));
	}

	private static WriterSettings writer(EmbeddedQueue.Builder builder) {
		return new WriterSettings(builder.durability == Durability.FULL, builder.maxPending, builder.blockTimeout,
				builder.pollInterval, builder.recorder);
	}

	private SqliteListenStore listenStore(EmbeddedQueue.Builder builder) {
		SqliteListenStore opened = SqliteListenStore
			.open(new SqliteListenSettings(this.directory.path().resolve(this.name), writer(builder),
					builder.listenRetention, SqliteListenSettings.MAX_CHANGES, builder.clock, builder.disk()));
		this.closers.push(opened::close);
		return opened;
	}

	private ListenData listen(EmbeddedQueue.Builder builder, Payloads payloads) {
		ListenSettings settings = new ListenSettings(ListenSettings.DEFAULT.retry(),
				ListenSettings.DEFAULT.parkedInterval(), builder.pollInterval, builder.drainTimeout)
			.withMaxRetries(builder.listenMaxRetries);
		return new ListenData(this.listenStore, payloads, new PresentOwner(this.store, this.presence), settings,
				builder.clock, QueueEngine::daemon);
	}

	private static Thread daemon(Runnable work) {
		Thread thread = new Thread(work);
		thread.setDaemon(true);
		return thread;
	}

	private WorkerPool workers(EmbeddedQueue.Builder builder, Payloads payloads) {
		return new WorkerPool(
				new WorkerEnvironment(this.store, this.presence, this.tasks, payloads, builder.recorder, this.events,
						builder.clock, new Random(), ProcessName.get(), this::followUp),
				new WorkerSettings(builder.concurrency, builder.queues, builder.pools, builder.rates,
						builder.claimOrder(), builder.timeout, builder.retry, builder.drainTimeout, builder.probation,
						builder.virtualThreads, builder.executor, builder.interceptors));
	}

	/** Nothing runs before there are operations. */
	private Insertion followUp(NewMessage message, StoredMessage running) {
		return this.operations.followUps().prepare(message, running);
	}

	private DefaultQueueOperations operations(EmbeddedQueue.Builder builder, StoreAccess access, Payloads payloads,
			Intake intake, CallbackTimer callbackTimer) {
		this.store.addListener(this.overview);
		if (builder.maxLength != -1) {
			this.store.addListener(access.bounds());
		}
		return new DefaultQueueOperations(access, intake, new Placement(this.store, builder.shardChooser),
				callbackTimer, new Deferrals(builder.enqueueAfterCommit, access), this.overview, payloads, this.tasks,
				builder.retry, this.workers,
				new Explainer(this.store, OwnWork.of(this.presence, this.workers), builder.claimOrder().newestFirst(),
						builder.clock),
				new Upkeep(this.name, this.directory.path(), this::files, builder.disk().space()));
	}

	private List<StoreFile> files() {
		List<StoreFile> files = new ArrayList<>(this.store.files());
		files.add(this.listenStore.file());
		return files;
	}

	/** Nothing is owned before there are workers. */
	private int maxAttempts(String task) {
		return this.workers.maxAttempts(task);
	}

	/** An instance leaves only when nobody hands in under its name any more. */
	private void awaitInFlight() {
		if (!this.inFlight.await(System.nanoTime() + IN_FLIGHT_WAIT.toNanos())) {
			logger.warn("Queue '{}': messages are still on their way into the store after {}", this.name,
					IN_FLIGHT_WAIT);
		}
	}

	DefaultQueueOperations operations() {
		return this.operations;
	}

	DefaultScheduleOperations schedules() {
		return this.schedules;
	}

	ListenData listen() {
		return this.listen;
	}

	AuditLog audit() {
		return this.audit;
	}

	TaskRegistry tasks() {
		return this.tasks;
	}

	@Nullable Object readJson(String task, String json) {
		Type type = this.tasks.find(task).<Type>map(TaskDefinition::payloadType).orElse(Object.class);
		return this.payloads.readJson(json, (type != Void.class) ? type : Object.class);
	}

	EventDispatcher events() {
		return this.events;
	}

	QueueDirectory directory() {
		return this.directory;
	}

	boolean isRunning() {
		return this.running && this.workers.isRunning();
	}

	synchronized void start() {
		if (this.closed) {
			throw new StoreUnavailableException("Queue '" + this.name + "' is closed and cannot be started again",
					null);
		}
		if (this.running) {
			return;
		}
		if (this.startedBefore && !this.workers.mayKeepInstance()) {
			// What the runs of before still do must not count as runs of now.
			this.presence.renew(this.presence.current());
			this.firer.loop().wake();
		}
		this.startedBefore = true;
		boolean started = false;
		try {
			if (!this.held) {
				this.listen.start();
			}
			this.workers.start();
			started = true;
		}
		finally {
			if (!started) {
				this.listen.stop();
			}
		}
		this.running = true;
		logger.info("Queue '{}' works: lanes {}, tasks {}", this.name, this.workers.queues(),
				this.tasks.tasks().stream().map((task) -> task.name()).sorted().toList());
	}

	synchronized void stop() {
		if (!this.running) {
			return;
		}
		logger.info("Queue '{}' stops: running handlers may end", this.name);
		try {
			// Side by side: both may wait for the whole drain timeout.
			CompletableFuture<Void> listenStopped = CompletableFuture.runAsync(this.listen::stop,
					(work) -> daemon(work).start());
			this.workers.stop();
			listenStopped.join();
		}
		finally {
			this.running = false;
		}
		logger.info("Queue '{}' has stopped; messages are still accepted", this.name);
	}

	synchronized void close() {
		if (this.closed) {
			return;
		}
		try {
			stop();
		}
		finally {
			this.closed = true;
			closeAll();
		}
		logger.info("Queue '{}' is closed", this.name);
	}

	/**
	 * Closes everything whatever fails; the first failure is thrown, the others added.
	 */
	private void closeAll() {
		// The last commits need waiting.
		boolean interrupted = Thread.interrupted();
		RuntimeException first = null;
		while (!this.closers.isEmpty()) {
			try {
				this.closers.pop().run();
			}
			catch (RuntimeException ex) {
				if (first == null) {
					first = ex;
				}
				else {
					first.addSuppressed(ex);
				}
			}
		}
		if (first != null) {
			logger.warn("Queue '{}' was not closed cleanly", this.name, first);
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	synchronized void hold() {
		if (!this.held) {
			this.held = true;
			this.workers.hold();
			this.listen.stop();
		}
	}

	synchronized void letGo() {
		if (this.held) {
			this.held = false;
			if (this.running) {
				this.listen.start();
			}
			this.workers.letGo();
		}
	}

	void catchUp() {
		this.maintenance.catchUp();
		this.workers.catchUp();
		if (this.scheduleFiring) {
			this.firer.pass();
		}
	}

	boolean isIdle() {
		return this.overview.isIdle() && this.listen.isCaughtUp();
	}

	List<LaneStatus> lanes() {
		return this.workers.laneStates()
			.stream()
			.map((lane) -> new LaneStatus(lane.queue(), lane.concurrency(), lane.running(), lane.paused(),
					(lane.pool() != null) ? PoolStatus.of(lane.pool()) : null))
			.toList();
	}

	int waiting() {
		return this.waiters.size();
	}

	QueueStatus status() {
		if (this.closed) {
			throw new StoreUnavailableException("Queue '" + this.name + "' is closed", null);
		}
		Map<String, String> failing = new LinkedHashMap<>(this.maintenance.failingLoops());
		failing.putAll(this.workers.failingLoops());
		for (Loop loop : List.of(this.waiters.loop(), this.firer.loop())) {
			if (!loop.failure().isEmpty()) {
				failing.put(loop.name(), loop.failure());
			}
		}
		List<ListenerStatus> listeners = this.listen.status();
		listeners.stream()
			.filter((listener) -> !listener.failure().isEmpty())
			.forEach((listener) -> failing.put("listener " + listener.name(), listener.failure()));
		failing.putAll(this.events.failures());
		List<StuckRun> stuck = new ArrayList<>();
		this.workers.overdueRuns()
			.forEach((run) -> stuck
				.add(new StuckRun(new MessageId(run.id()), run.queue(), run.task(), run.overdue(), run.thread())));
		Map<Integer, String> unwritable = this.store.probe();
		return new QueueStatus(isRunning(), this.store.shardStats(), unwritable, lanes(), stuck, failing, listeners);
	}

}
