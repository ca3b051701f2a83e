package io.github.queuesqlite.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

import io.github.queuesqlite.maintenance.Loop;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.Hosting;
import io.github.queuesqlite.store.Pauses;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.TaskDefinition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of this process: a lane for {@code default}, for each queue that a task
 * declares, and for each that was given a concurrency or shares that of a pool.
 * <p>
 * <b>Threads:</b> safe for use by several threads. Handlers run on daemon threads
 * {@code queue-<lane>-n}, on virtual threads, or on an executor of the user, never on a
 * writer thread.
 */
public final class WorkerPool {

	private static final Logger logger = LoggerFactory.getLogger(WorkerPool.class);

	private static final long AFTER_INTERRUPT_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long EXIT_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static final Duration OVERDUE = Duration.ofMillis(500);

	private final Engine engine;

	private final Watch watch = new Watch(this);

	private final Map<String, Lane> lanes = new ConcurrentSkipListMap<>();

	private final Map<String, Receiver> receivers = new ConcurrentSkipListMap<>();

	private final Listener listener = new Listener();

	/** Lifecycle: start, stop, and lanes that come while running. */
	private final Object monitor = new Object();

	private volatile boolean running;

	/** Guards the fields below; a lane's lock may be taken inside. */
	private final Object pauses = new Object();

	private Pauses paused = Pauses.NONE;

	/** Whether nothing starts, whatever is paused. */
	private boolean held;

	/** Guards the coming of receivers and the field below. */
	private final Object reception = new Object();

	private boolean closed;

	/**
	 * Creates workers; nothing is claimed before {@link #start()}.
	 * @param environment what they work with
	 * @param settings settings
	 */
	@SuppressWarnings("this-escape")
	public WorkerPool(WorkerEnvironment environment, WorkerSettings settings) {
		this.engine = new Engine(environment, settings, this.watch);
		addLanes();
		environment.tasks().onChange(this::tasksChanged);
		environment.store().addListener(this.listener);
	}

	Engine engine() {
		return this.engine;
	}

	Collection<Lane> lanes() {
		return this.lanes.values();
	}

	/** Lanes and receivers. */
	Collection<? extends Holder> holders() {
		if (this.receivers.isEmpty()) {
			return lanes();
		}
		List<Holder> holders = new ArrayList<>(lanes());
		holders.addAll(this.receivers.values());
		return holders;
	}

	/** Starts claiming. No effect while running. */
	public void start() {
		synchronized (this.monitor) {
			if (this.running) {
				return;
			}
			prepare();
			this.watch.startWorking();
			this.engine.limits.start();
			lanes().forEach(this::open);
			forEachPool(SharedPlaces::open);
			this.engine.environment.store().demandChanged();
			tellHosting();
		}
	}

	/** Reads and writes files, and so may fail: then nothing is started. */
	private void prepare() {
		boolean prepared = false;
		this.running = true;
		try {
			this.engine.tasks.refresh();
			declareKeyLimits();
			addLanes();
			readPauses();
			prepared = true;
		}
		finally {
			this.running = prepared;
		}
	}

	/**
	 * Returns what this process takes.
	 * @return no queue while the workers are stopped
	 */
	public Hosting hosting() {
		Map<String, Integer> queues = new HashMap<>();
		Map<String, String> tasks = new HashMap<>();
		Set<String> batches = new HashSet<>();
		if (this.running) {
			this.lanes.forEach((queue, lane) -> queues.put(queue, lane.state().concurrency()));
		}
		for (TaskDefinition<?> task : this.engine.environment.tasks().tasks()) {
			tasks.put(task.name(), Objects.requireNonNullElse(task.lock(), ""));
			if (task.batchSize() > 1) {
				batches.add(task.name());
			}
		}
		return new Hosting(queues, tasks, batches, this.receivers.keySet());
	}

	private void tellHosting() {
		this.engine.environment.presence().host(hosting());
	}

	/**
	 * Claims nothing more, gives back what has not started, waits for running handlers
	 * and the commit of their ends up to the drain timeout, then interrupts them. What
	 * goes on even so stays ours until its handler ends or the process does. No effect
	 * while stopped; may be started again.
	 */
	public void stop() {
		synchronized (this.monitor) {
			if (!this.running) {
				return;
			}
			forEachPool(SharedPlaces::close);
			lanes().forEach((lane) -> {
				lane.close();
				this.engine.environment.store().detach(lane);
				// Claimed between the close and the detach.
				lane.close();
			});
			this.running = false;
			tellHosting();
			if (!isDrained(HostedTask.nanos(this.engine.settings.drainTimeout()), Lane::busy)) {
				lanes().forEach((lane) -> lane.forEachRunning(Call::stop));
				if (!isDrained(AFTER_INTERRUPT_NANOS, Lane::busy)) {
					warnOfRunning();
				}
			}
			this.engine.limits.stop();
			this.watch.stopWorking();
		}
	}

	/**
	 * Ends for ever: those who wait for messages are sent away. What they have received
	 * is ours until the store is left.
	 */
	public void close() {
		stop();
		synchronized (this.reception) {
			this.closed = true;
		}
		this.receivers.values().forEach(Receiver::close);
		this.watch.stop();
		this.engine.limits.close();
		this.engine.environment.store().removeListener(this.listener);
	}

	/**
	 * Starts no handler more, as if all queues were paused in this process only: gives
	 * back what has not started, and waits for what is being claimed, for running
	 * handlers and the commit of their ends up to the drain timeout.
	 */
	public void hold() {
		synchronized (this.pauses) {
			this.held = true;
			applyPauses(this.paused);
		}
		isDrained(HostedTask.nanos(this.engine.settings.drainTimeout()), Lane::busyOrClaiming);
	}

	/** Ends a hold. */
	public void letGo() {
		synchronized (this.pauses) {
			this.held = false;
			applyPauses(this.paused);
		}
		this.engine.environment.store().demandChanged();
	}

	/** The wall clock was moved: tokens that are due by now are asked for. */
	public void catchUp() {
		this.engine.limits.changedElsewhere();
	}

	/** Handlers that wait for us are not waited for. */
	private boolean isDrained(long nanos, ToLongFunction<Lane> busyOf) {
		long start = System.nanoTime();
		boolean interrupted = false;
		int stopping = 0;
		long lookAt = start;
		while (true) {
			if (System.nanoTime() - lookAt >= 0) {
				stopping = countStoppedFor();
				lookAt = System.nanoTime() + EXIT_LOOK_NANOS;
			}
			long busy = lanes().stream().mapToLong(busyOf).sum();
			if (busy <= stopping || System.nanoTime() - start >= nanos || interrupted) {
				if (interrupted) {
					Thread.currentThread().interrupt();
				}
				return busy <= stopping;
			}
			LockSupport.parkNanos(this, Math.min(EXIT_LOOK_NANOS / 10, nanos));
			interrupted = Thread.interrupted();
		}
	}

	private int countStoppedFor() {
		int[] stopping = { 0 };
		lanes().forEach((lane) -> lane.forEachRunning((call) -> {
			if (call.isStoppedFor()) {
				// Each of its messages is busy as long as it is.
				stopping[0] += call.size();
			}
		}));
		return stopping[0];
	}

	private void warnOfRunning() {
		lanes().forEach((lane) -> lane.forEachRunning((call) -> logger.warn(
				"Message {} of task '{}' still runs on thread '{}' after the drain timeout of {} ms and an interrupt. "
						+ "It is ours until its handler ends or the process does",
				call.first().id(), call.first().row().task(), call.threadName(),
				this.engine.settings.drainTimeout().toMillis())));
	}

	/**
	 * Returns whether handlers may start.
	 * @return true between start and stop
	 */
	public boolean isRunning() {
		return this.running;
	}

	/**
	 * Returns whether nothing claimed is without its committed end.
	 * @return true also while stopped with nothing left
	 */
	public boolean isIdle() {
		return lanes().stream().allMatch(Lane::isIdle);
	}

	/**
	 * Waits for messages of a queue, of whatever task, and hands them to the caller, who
	 * ends them. Workers need not run.
	 * @param queue the queue
	 * @param max how many at most, 1 or more
	 * @param wait how long at most; what is there is found even so
	 * @return empty when there was none
	 * @throws QueueException if the thread is interrupted and there is none; the flag is
	 * kept
	 */
	public List<PulledClaim> receive(String queue, int max, Duration wait) {
		try {
			return receiver(queue).receive(max, HostedTask.nanos(wait));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw interruptedException(queue, ex);
		}
		catch (QueueException ex) {
			throw Thread.currentThread().isInterrupted() ? interruptedException(queue, ex) : ex;
		}
	}

	/**
	 * Hands one message to the caller, who ends it. Workers need not run.
	 * @param message as it was found
	 * @return it alone; empty when it is not to be had
	 * @throws QueueException if the thread is interrupted; the flag is kept, and the
	 * message goes back
	 */
	public List<PulledClaim> receive(StoredMessage message) {
		return receiver(message.queue()).receive(message);
	}

	private Receiver receiver(String queue) {
		Receiver receiver = this.receivers.get(queue);
		return (receiver != null) ? receiver : addReceiver(queue);
	}

	private static QueueException interruptedException(String queue, Exception cause) {
		return new QueueException("Interrupted while waiting for messages of queue '" + queue + "'", null, cause);
	}

	private Receiver addReceiver(String queue) {
		synchronized (this.reception) {
			Receiver known = this.receivers.get(queue);
			if (known != null) {
				return known;
			}
			Receiver receiver = new Receiver(this.engine, queue);
			if (this.closed) {
				receiver.close();
				return receiver;
			}
			// There before the pauses are read: what is told meanwhile reaches it.
			this.receivers.put(queue, receiver);
			boolean added = false;
			try {
				readPauses();
				this.watch.startReceiving();
				this.engine.environment.store().attach(receiver);
				added = true;
			}
			finally {
				if (!added) {
					this.receivers.remove(queue);
				}
			}
			tellHosting();
			return receiver;
		}
	}

	/**
	 * Returns whether somebody has received from a queue here.
	 * @param queue the queue
	 * @return true from the first call on
	 */
	public boolean isReceivedFrom(String queue) {
		return this.receivers.containsKey(queue);
	}

	/**
	 * Returns whether a start after a stop may go on under the same instance, since what
	 * it owns is in the hands of those who received it, and no handler of before is at it
	 * any more.
	 * @return false when a new instance takes nothing from anybody, or has to
	 */
	public boolean mayKeepInstance() {
		return this.receivers.values().stream().anyMatch((receiver) -> receiver.outstanding() > 0)
				&& lanes().stream().allMatch((lane) -> lane.busy() == 0);
	}

	/**
	 * Returns the queues that have a lane here.
	 * @return their names, sorted
	 */
	public Set<String> queues() {
		return new TreeSet<>(this.lanes.keySet());
	}

	/**
	 * Returns how many attempts this process lets a message of the task have whose sender
	 * set none.
	 * @param task the name, hosted or not
	 * @return 1 or greater
	 */
	public int maxAttempts(String task) {
		Integer hosted = hostedMaxAttempts(task);
		return (hosted != null) ? hosted : this.engine.settings.retry().maxAttempts();
	}

	/**
	 * Returns how many attempts a message of a task has whose sender set none.
	 * @param task the name
	 * @return null when this process has no handler of it: those that have decide
	 */
	public @Nullable Integer hostedMaxAttempts(String task) {
		HostedTask hosted = this.engine.tasks.find(task);
		return (hosted != null) ? hosted.retry().maxAttempts() : null;
	}

	/**
	 * Returns the lanes.
	 * @return in the order of their queues' names
	 */
	public List<LaneState> laneStates() {
		return lanes().stream().map(Lane::state).toList();
	}

	/**
	 * Returns how many permits of a limit handlers of this process use.
	 * @param limit its name
	 * @return -1 when this process has none
	 */
	public int permitsUsed(String limit) {
		return this.engine.limits.used(limit);
	}

	/**
	 * Returns what this process does with a message that it has claimed.
	 * @param id the message
	 * @return null when it has not, or is done with it
	 */
	public @Nullable OwnRun ownRun(long id) {
		@Nullable OwnRun[] found = { null };
		holders().forEach((holder) -> holder.forEachClaim((claim) -> {
			if (claim.key().id() == id) {
				found[0] = new OwnRun(!claim.isNew(), claim.isRunning() ? claim.deadline() : null, claim.maxAttempts());
			}
		}));
		return found[0];
	}

	/**
	 * Returns which threads of this process are in the handlers of some messages.
	 * @param runs of which runs
	 * @return their names, by the ids of the messages; without those that none is in
	 */
	public Map<Long, String> handlerThreads(Set<RunKey> runs) {
		Map<Long, String> names = new HashMap<>();
		holders().forEach((holder) -> holder.forEachClaim((claim) -> {
			if (runs.contains(claim.key())) {
				String name = claim.handlerThread();
				if (!name.isEmpty()) {
					names.put(claim.key().id(), name);
				}
			}
		}));
		return names;
	}

	/**
	 * Returns the runs that go on although their time is over or they were cancelled.
	 * @return those that do for half a second or longer
	 */
	public List<OverdueRun> overdueRuns() {
		List<OverdueRun> overdue = new ArrayList<>();
		long now = this.engine.now();
		lanes().forEach((lane) -> lane.forEachRunning((call) -> overdue.add(call.overdue(now))));
		return overdue.stream()
			.filter(Objects::nonNull)
			.filter((run) -> run.overdue().compareTo(OVERDUE) >= 0)
			.toList();
	}

	/**
	 * Returns the loops whose latest pass failed.
	 * @return why, by name
	 */
	public Map<String, String> failingLoops() {
		Map<String, String> failing = new LinkedHashMap<>();
		for (Loop loop : List.of(this.watch.loop(), this.engine.limits.loop())) {
			if (!loop.failure().isEmpty()) {
				failing.put(loop.name(), loop.failure());
			}
		}
		this.lanes.forEach((queue, lane) -> {
			if (!lane.failure().isEmpty()) {
				failing.put("queue-" + queue, lane.failure());
			}
		});
		this.receivers.forEach((queue, receiver) -> {
			if (!receiver.failure().isEmpty()) {
				failing.put("receiver-" + queue, receiver.failure());
			}
		});
		return failing;
	}

	private void tasksChanged() {
		synchronized (this.monitor) {
			if (this.running) {
				declareKeyLimits();
			}
			this.engine.tasks.refresh();
			List<Lane> added = addLanes();
			if (this.running) {
				added.forEach(this::open);
				this.engine.environment.store().demandChanged();
				tellHosting();
			}
		}
	}

	/** Before anything of them is claimed. */
	private void declareKeyLimits() {
		Map<String, @Nullable Integer> limits = new LinkedHashMap<>();
		Map<String, @Nullable RateLimit> rates = new LinkedHashMap<>();
		for (TaskDefinition<?> task : this.engine.environment.tasks().tasks()) {
			limits.put(task.name(), task.maxConcurrentPerKey());
			rates.put(task.name(), task.rateLimitPerKey());
		}
		if (!limits.isEmpty()) {
			this.engine.environment.store().declareKeyLimits(limits);
			this.engine.environment.store().declareKeyRates(rates);
		}
	}

	private List<Lane> addLanes() {
		Set<String> queues = this.engine.settings.lanes();
		queues.add("default");
		this.engine.environment.tasks().tasks().stream().map(TaskDefinition::queue).forEach(queues::add);
		queues.removeAll(this.lanes.keySet());
		List<Lane> added = queues.stream().map((queue) -> new Lane(this.engine, queue)).toList();
		added.forEach((lane) -> {
			lane.join();
			this.lanes.put(lane.queue(), lane);
		});
		return added;
	}

	private void forEachPool(Consumer<SharedPlaces> action) {
		for (SharedPlaces places : new HashSet<>(this.engine.places.values())) {
			places.lock().lock();
			try {
				action.accept(places);
			}
			finally {
				places.lock().unlock();
			}
		}
	}

	private void open(Lane lane) {
		synchronized (this.pauses) {
			if (this.held || this.paused.holdBack(lane.queue())) {
				lane.pause();
			}
		}
		lane.open();
		this.engine.environment.store().attach(lane);
	}

	/** Reads what is paused; what is told meanwhile is newer. */
	private void readPauses() {
		Pauses before;
		Pauses read;
		do {
			before = paused();
			read = this.engine.environment.store().pauses();
		}
		while (!applyPauses(before, read));
	}

	private Pauses paused() {
		synchronized (this.pauses) {
			return this.paused;
		}
	}

	private boolean applyPauses(Pauses before, Pauses paused) {
		synchronized (this.pauses) {
			if (this.paused != before) {
				return false;
			}
			applyPauses(paused);
			return true;
		}
	}

	private void applyPauses(Pauses paused) {
		synchronized (this.pauses) {
			this.paused = paused;
			this.lanes.forEach((queue, lane) -> {
				if (this.held || paused.holdBack(queue)) {
					lane.pause();
				}
				else {
					lane.resume();
				}
			});
			this.receivers.forEach((queue, receiver) -> {
				if (paused.holdBack(queue)) {
					receiver.pause();
				}
				else {
					receiver.resume();
				}
			});
			this.engine.tasks.pause(paused.tasks().keySet());
			this.engine.pausedKeys.set(paused.keys().keySet());
			if (!paused.tasks().isEmpty() || !paused.keys().isEmpty()) {
				recallPaused();
			}
		}
	}

	private void recallPaused() {
		this.lanes.values().forEach(Lane::recallPaused);
		this.receivers.values().forEach(Receiver::recallPaused);
	}

	/** What the store tells, on its writer threads. */
	private final class Listener implements StoreListener {

		@Override
		public void cancelRequested(RunKey key) {
			WorkerPool.this.watch.cancel(key);
		}

		@Override
		public void pausesChanged(Pauses pauses) {
			applyPauses(pauses);
		}

		@Override
		public void permitsChanged() {
			WorkerPool.this.engine.limits.changedElsewhere();
		}

		@Override
		public void declaredDead(long epoch) {
			WorkerPool.this.watch.declareDead(epoch);
		}

	}

}
