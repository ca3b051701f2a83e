package io.github.queuesqlite.worker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuesqlite.maintenance.Loop;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.PermitState;
import io.github.queuesqlite.store.PermitWish;
import io.github.queuesqlite.store.Quota;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.task.TaskDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The limits of the hosted tasks, and the thread that gets permits from the store and
 * gives them back. It sleeps while nobody wants any, and there is none without limits.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class Limits implements Quota {

	private static final Logger logger = LoggerFactory.getLogger(Limits.class);

	private static final int MOST_ROUNDS = 3;

	private final WorkerEnvironment environment;

	/** The tasks that may be claimed have changed. */
	private final Runnable changed;

	private final Map<String, Limit> byName = new ConcurrentHashMap<>();

	private volatile Map<String, List<Limit>> byTask = Map.of();

	/** How many messages one call gets, of tasks where these may be several. */
	private volatile Map<String, Integer> batchSizes = Map.of();

	private final Loop loop = new Loop("queue-limits", true, this::pass);

	private volatile boolean changedElsewhere;

	private volatile boolean started;

	Limits(WorkerEnvironment environment, Runnable changed) {
		this.environment = environment;
		this.changed = changed;
	}

	// Which there are

	/** Takes over what the hosted tasks declare. */
	void declare(Iterable<TaskDefinition<?>> definitions) {
		Map<String, List<Limit>> byTask = new HashMap<>();
		Map<String, Integer> batchSizes = new HashMap<>();
		for (TaskDefinition<?> definition : definitions) {
			List<Limit> limits = new ArrayList<>(2);
			if (definition.maxConcurrent() != null) {
				limits.add(limit("task:" + definition.name(), definition.maxConcurrent()));
			}
			if (definition.lock() != null) {
				limits.add(limit("lock:" + definition.lock(), 1));
			}
			if (!limits.isEmpty()) {
				byTask.put(definition.name(), List.copyOf(limits));
			}
			if (definition.batchSize() > 1) {
				batchSizes.put(definition.name(), definition.batchSize());
			}
		}
		this.batchSizes = Map.copyOf(batchSizes);
		this.byTask = Map.copyOf(byTask);
		startLoop();
	}

	private Limit limit(String name, int declared) {
		return this.byName.computeIfAbsent(name, (key) -> new Limit(name, declared));
	}

	/** Returns the quota of a lane. */
	Quota quota() {
		return (this.byTask.isEmpty() && this.batchSizes.isEmpty()) ? UNLIMITED : this;
	}

	/** Returns whether messages of the task need permits. */
	boolean isLimited(String task) {
		return this.byTask.containsKey(task);
	}

	private List<Limit> of(String task) {
		return this.byTask.getOrDefault(task, List.of());
	}

	private long epoch() {
		return this.environment.presence().current().epoch();
	}

	/** Returns whether a message of the task may be claimed. */
	boolean isFree(String task) {
		List<Limit> limits = of(task);
		return limits.isEmpty() || limits.stream().allMatch((limit) -> limit.free(epoch()) > 0);
	}

	/** Returns whether the store may have a permit that the task lacks. */
	boolean isWorthAsking(String task) {
		long epoch = epoch();
		return of(task).stream().anyMatch((limit) -> limit.free(epoch) == 0 && limit.isWorthAsking(epoch));
	}

	// Their use

	@Override
	public int messagesPerPermit(String task) {
		return this.batchSizes.getOrDefault(task, 1);
	}

	@Override
	public int take(String task, int max) {
		List<Limit> limits = of(task);
		if (limits.isEmpty()) {
			return max;
		}
		long epoch = epoch();
		int taken = max;
		for (int i = 0; i < limits.size() && taken > 0; i++) {
			int some = limits.get(i).take(epoch, taken);
			giveBack(limits.subList(0, i), taken - some);
			taken = some;
		}
		if (!isFree(task)) {
			this.changed.run();
		}
		return taken;
	}

	@Override
	public void giveBack(String task, int n) {
		List<Limit> limits = of(task);
		if (limits.isEmpty()) {
			return;
		}
		boolean wasFree = isFree(task);
		giveBack(limits, n);
		if (!wasFree) {
			this.changed.run();
			this.environment.store().demandChanged();
		}
	}

	private void giveBack(List<Limit> limits, int n) {
		for (Limit limit : limits) {
			if (n > 0 && limit.giveBack(n)) {
				this.loop.wake();
			}
		}
	}

	/** A message waits that nothing else keeps from being claimed. */
	void want(String task) {
		long epoch = epoch();
		boolean news = false;
		for (Limit limit : of(task)) {
			news |= limit.free(epoch) == 0 && limit.isWorthAsking(epoch) && limit.want(epoch);
		}
		if (news) {
			this.changed.run();
			this.loop.wake();
		}
	}

	/** Permits have changed in the store. */
	void changedElsewhere() {
		if (!this.byTask.isEmpty()) {
			this.changedElsewhere = true;
			this.loop.wake();
		}
	}

	// The thread

	void start() {
		this.started = true;
		this.byName.values().forEach((limit) -> limit.stop(false));
		startLoop();
	}

	private void startLoop() {
		if (this.started && !this.byTask.isEmpty()) {
			this.loop.start();
		}
	}

	/** Gives back what is not in use; what is goes back at its end. */
	void stop() {
		if (!this.started) {
			return;
		}
		this.byName.values().forEach((limit) -> limit.stop(true));
		try {
			settle();
		}
		catch (QueueException ex) {
			logger.debug("Permits are given back later: {}", ex.getMessage());
			this.loop.wake();
		}
	}

	void close() {
		this.started = false;
		this.loop.stop();
	}

	Loop loop() {
		return this.loop;
	}

	private long pass() {
		// What the store says of one round may ask for another one.
		boolean more = true;
		for (int round = 0; round < MOST_ROUNDS && more; round++) {
			more = settle();
		}
		long now = System.nanoTime();
		long next = Loop.UNTIL_WOKEN;
		for (Limit limit : this.byName.values()) {
			next = Math.min(next, limit.untilLook(now));
		}
		return next;
	}

	/** Asks the store for what is wanted; false when that is nothing. */
	private synchronized boolean settle() {
		boolean changedElsewhere = this.changedElsewhere;
		this.changedElsewhere = false;
		StoreInstance owner = this.environment.presence().current();
		List<PermitWish> wishes = new ArrayList<>();
		for (Limit limit : this.byName.values()) {
			PermitWish wish = limit.wish(owner.epoch(), changedElsewhere, System.nanoTime());
			if (wish != null) {
				wishes.add(wish);
			}
		}
		if (wishes.isEmpty()) {
			return false;
		}
		states(owner, wishes, changedElsewhere).forEach((name, state) -> {
			Limit limit = this.byName.get(name);
			if (limit != null) {
				limit.settled(state, System.nanoTime());
			}
		});
		this.changed.run();
		this.environment.store().demandChanged();
		return true;
	}

	private Map<String, PermitState> states(StoreInstance owner, List<PermitWish> wishes, boolean changedElsewhere) {
		boolean answered = false;
		try {
			Map<String, PermitState> states = this.environment.store().permits(owner, wishes);
			answered = true;
			return states;
		}
		finally {
			this.changedElsewhere |= changedElsewhere && !answered;
		}
	}

}
