package io.github.queuesqlite.worker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;

import io.github.queuesqlite.maintenance.Loop;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.Quota;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.TaskDefinition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The limits and rates of the hosted tasks and of queues, and the thread that gets
 * permits and tokens from the store and gives them back. It sleeps while nobody wants
 * any, and there is none without limits and rates.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class Limits {

	private static final Logger logger = LoggerFactory.getLogger(Limits.class);

	private static final int MOST_ROUNDS = 3;

	private final WorkerEnvironment environment;

	/** The tasks that may be claimed have changed. */
	private final Runnable changed;

	private final Map<String, Limit> limits = new ConcurrentHashMap<>();

	private final Map<String, Rate> rates = new ConcurrentHashMap<>();

	private volatile Map<String, Needs> byTask = Map.of();

	private final Beginnings beginnings;

	/** Of queues with a rate: what their messages need, by task. */
	private volatile Map<String, Map<String, Needs>> byQueue = Map.of();

	private final Map<String, RateLimit> queues;

	/** How many messages one call gets, of tasks where these may be several. */
	private volatile Map<String, Integer> batchSizes = Map.of();

	private final Loop loop = new Loop("queue-limits", true, this::pass);

	private volatile boolean changedElsewhere;

	/** Whether something is free that was not, and nobody was told. */
	private final AtomicBoolean opened = new AtomicBoolean();

	private volatile boolean started;

	Limits(WorkerEnvironment environment, Map<String, RateLimit> queues, Runnable changed) {
		this.environment = environment;
		this.beginnings = new Beginnings(environment);
		this.queues = queues;
		this.changed = changed;
	}

	// Which there are

	/** Takes over what the hosted tasks declare. */
	void declare(Iterable<TaskDefinition<?>> definitions) {
		Map<String, Needs> byTask = new HashMap<>();
		Map<String, Map<String, Needs>> byQueue = new HashMap<>();
		Map<String, Integer> batchSizes = new HashMap<>();
		Set<String> ratedByKey = new HashSet<>();
		this.queues.keySet().forEach((queue) -> byQueue.put(queue, new HashMap<>()));
		for (TaskDefinition<?> definition : definitions) {
			Needs needs = needs(definition);
			if (!needs.isNothing()) {
				byTask.put(definition.name(), needs);
			}
			byQueue.forEach((queue, tasks) -> tasks.put(definition.name(), needs.and(rateOf(queue))));
			if (definition.batchSize() > 1) {
				batchSizes.put(definition.name(), definition.batchSize());
			}
			if (definition.rateLimitPerKey() != null) {
				ratedByKey.add(definition.name());
			}
		}
		this.batchSizes = Map.copyOf(batchSizes);
		this.byTask = Map.copyOf(byTask);
		this.byQueue = Map.copyOf(byQueue);
		this.beginnings.declare(ratedByKey);
		startLoop();
	}

	private boolean isNone() {
		return this.byTask.isEmpty() && this.byQueue.isEmpty();
	}

	private Needs needs(TaskDefinition<?> definition) {
		List<Limit> limits = new ArrayList<>(2);
		List<Rate> rates = new ArrayList<>(1);
		if (definition.maxConcurrent() != null) {
			limits.add(limit("task:" + definition.name(), definition.maxConcurrent()));
		}
		if (definition.lock() != null) {
			limits.add(limit("lock:" + definition.lock(), 1));
		}
		RateLimit rateLimit = definition.rateLimit();
		if (rateLimit != null) {
			rates.add(rate("rate:task:" + definition.name(), rateLimit));
		}
		return new Needs(limits, rates);
	}

	private Limit limit(String name, int declared) {
		return this.limits.computeIfAbsent(name, (key) -> new Limit(name, declared, this::opened));
	}

	private Rate rate(String name, RateLimit declared) {
		return this.rates.computeIfAbsent(name, (key) -> new Rate(name, declared, this::opened));
	}

	/** Returns the rate of a queue; null when it has none. */
	@Nullable Rate rateOf(String queue) {
		RateLimit declared = this.queues.get(queue);
		return (declared != null) ? rate("rate:queue:" + queue, declared) : null;
	}

	/** Returns the quota of a lane. */
	Quota quota(String queue) {
		return (isNone() && this.batchSizes.isEmpty()) ? Quota.UNLIMITED : new LaneQuota(this, queue);
	}

	/** Returns how many permits of a limit this process uses; -1 when it has none. */
	int used(String limit) {
		Limit known = this.limits.get(limit);
		return (known != null) ? known.used(epoch()) : -1;
	}

	/** Returns whether messages of a queue and task need permits or tokens. */
	boolean isLimited(String queue, String task) {
		return !of(queue, task).isNothing();
	}

	private Needs of(String task) {
		return this.byTask.getOrDefault(task, Needs.NONE);
	}

	private Needs of(String queue, String task) {
		return this.byQueue.getOrDefault(queue, this.byTask).getOrDefault(task, Needs.NONE);
	}

	private long epoch() {
		return this.environment.presence().current().epoch();
	}

	/** Returns whether a message of the task may be claimed. */
	boolean isFree(String task) {
		Needs needs = of(task);
		return needs.isNothing() || needs.isFree(epoch());
	}

	/** Returns whether the store may have what the task lacks. */
	boolean isWorthAsking(String task) {
		return of(task).isWorthAsking(epoch());
	}

	/** Returns whether no token of its rate keeps a queue from being claimed from. */
	boolean isOpen(@Nullable Rate rate) {
		return rate == null || rate.free(epoch()) > 0;
	}

	/** Returns whether the store may have a token. */
	boolean isWorthAsking(Rate rate) {
		return rate.isWorthAsking(epoch());
	}

	// Their use

	/** Returns how many messages of a task one call gets. */
	int messagesPerPermit(String task) {
		return this.batchSizes.getOrDefault(task, 1);
	}

	/** Takes what messages of a queue and task need; returns for how many. */
	int take(String queue, String task, int max) {
		Needs needs = of(queue, task);
		if (needs.isNothing()) {
			return max;
		}
		int taken = needs.take(epoch(), max);
		if (!isFree(task)) {
			this.changed.run();
		}
		tellOpened();
		return taken;
	}

	/** Gives back what messages that did not begin have taken. */
	void giveBack(String queue, String task, int n) {
		giveBack(of(queue, task).all(), n);
	}

	/** A handler begins: its tokens are used up. */
	void begun(String queue, String task) {
		for (Rate rate : of(queue, task).rates()) {
			if (rate.useUp()) {
				this.loop.wake();
			}
		}
	}

	/** The handler of a message is called now, or somebody has pulled it. */
	void begun(Claim claim) {
		if (this.started && !this.beginnings.isNone() && this.beginnings.begun(claim, System.nanoTime())) {
			this.loop.wake();
		}
	}

	/** A handler that had begun has returned. */
	void ended(String queue, String task) {
		giveBack(of(queue, task).limits(), 1);
	}

	private void giveBack(List<? extends Allowance> allowances, int n) {
		if (Needs.giveBack(allowances, n)) {
			this.loop.wake();
		}
		tellOpened();
	}

	private void opened() {
		this.opened.set(true);
	}

	/** Whoever made something free says so afterwards: what others took to be is old. */
	private void tellOpened() {
		if (this.opened.get() && this.opened.getAndSet(false)) {
			this.changed.run();
			this.environment.store().demandChanged();
		}
	}

	/** A message waits that nothing else keeps from being claimed. */
	void want(String queue, String task) {
		if (of(queue, task).want(epoch())) {
			this.changed.run();
			this.loop.wake();
		}
	}

	/** Permits or tokens have changed in the store. */
	void changedElsewhere() {
		if (!isNone()) {
			this.changedElsewhere = true;
			this.loop.wake();
		}
	}

	// The thread

	void start() {
		this.started = true;
		all().forEach((allowance) -> allowance.stop(false));
		tellOpened();
		startLoop();
	}

	private void startLoop() {
		if (this.started && !(isNone() && this.beginnings.isNone())) {
			this.loop.start();
		}
	}

	/** Gives back what is not in use; what is goes back at its end. */
	void stop() {
		if (!this.started) {
			return;
		}
		all().forEach((allowance) -> allowance.stop(true));
		try {
			settle();
		}
		catch (QueueException ex) {
			logger.debug("Permits and tokens are given back later: {}", ex.getMessage());
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

	private List<Allowance> all() {
		List<Allowance> all = new ArrayList<>(this.limits.values());
		all.addAll(this.rates.values());
		return all;
	}

	private long pass() {
		// What the store says of one round may ask for another one.
		boolean more = true;
		for (int round = 0; round < MOST_ROUNDS && more; round++) {
			more = settle();
		}
		long now = System.nanoTime();
		long next = this.beginnings.tell(now);
		for (Allowance allowance : all()) {
			next = Math.min(next, allowance.untilLook(now));
		}
		return next;
	}

	/** Asks the store for what is wanted; false when that is nothing. */
	private synchronized boolean settle() {
		boolean changedElsewhere = this.changedElsewhere;
		this.changedElsewhere = false;
		StoreInstance owner = this.environment.presence().current();
		boolean settled = false;
		boolean answered = false;
		try {
			settled = settle(this.limits, owner, changedElsewhere, this.environment.store()::permits)
					| settle(this.rates, owner, changedElsewhere, this.environment.store()::tokens);
			answered = true;
		}
		finally {
			this.changedElsewhere |= changedElsewhere && !answered;
		}
		if (settled) {
			opened();
		}
		tellOpened();
		return settled;
	}

	private <W, S> boolean settle(Map<String, ? extends SharedAllowance<W, S>> shares, StoreInstance owner,
			boolean changedElsewhere, BiFunction<StoreInstance, List<W>, Map<String, S>> store) {
		List<W> wishes = new ArrayList<>();
		for (SharedAllowance<W, S> share : shares.values()) {
			W wish = share.wish(owner.epoch(), changedElsewhere, System.nanoTime());
			if (wish != null) {
				wishes.add(wish);
			}
		}
		if (wishes.isEmpty()) {
			return false;
		}
		// What goes back is not to be claimed with by the transaction that takes it.
		this.changed.run();
		store.apply(owner, wishes).forEach((name, state) -> {
			SharedAllowance<W, S> share = shares.get(name);
			if (share != null) {
				share.settled(state, System.nanoTime());
			}
		});
		return true;
	}

}
