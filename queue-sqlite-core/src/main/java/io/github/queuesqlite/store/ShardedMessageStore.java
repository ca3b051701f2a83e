package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.StateChange;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.message.TaskTotals;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store of several shards, each with its own writer.
 */
public final class ShardedMessageStore implements MessageStore {

	private static final Logger logger = LoggerFactory.getLogger(ShardedMessageStore.class);

	/** How many rows one transaction changes when there is no hurry. */
	private static final int STEP = 500;

	private final ShardGroup group;

	private final Runnable release;

	private final ShardAccess shards;

	private final ShardedInstances instances;

	private final ShardedReads reads;

	private final KeyReservations reservations;

	private final ShardedInserts inserts;

	private final ShardedSchedules schedules;

	private final ShardedRelays relays;

	private final ShardedLimits limits;

	/** Listeners added here. */
	private final Set<StoreListener> ownListeners = ConcurrentHashMap.newKeySet();

	private final AtomicInteger turn = new AtomicInteger();

	/**
	 * Creates a store on shards that others of this process may use too.
	 * @param group the shards
	 * @param release called once when the store is closed
	 */
	public ShardedMessageStore(ShardGroup group, Runnable release) {
		this.group = group;
		this.release = release;
		this.shards = new ShardAccess(group);
		this.instances = new ShardedInstances(this.shards);
		this.reads = new ShardedReads(this.shards);
		this.reservations = new KeyReservations(this.shards, (id) -> find(id).orElse(null), this.instances::isAlive);
		this.inserts = new ShardedInserts(group, this.reservations);
		this.schedules = new ShardedSchedules(this.shards);
		this.relays = new ShardedRelays(this.shards, this.inserts, this.instances::isAlive);
		this.limits = new ShardedLimits(this.shards);
	}

	// ---- instances

	@Override
	public StoreInstance register(String name) {
		return this.instances.register(name);
	}

	@Override
	public void deregister(StoreInstance instance, ToIntFunction<String> maxAttempts) {
		this.instances.deregister(instance, maxAttempts);
	}

	@Override
	public boolean beat(StoreInstance instance) {
		return this.instances.beat(instance);
	}

	@Override
	public boolean host(StoreInstance instance, Hosting hosting) {
		return this.instances.host(instance, hosting);
	}

	@Override
	public List<Peer> peers() {
		return this.instances.peers();
	}

	@Override
	public boolean isGone(Peer peer) {
		return this.instances.isGone(peer);
	}

	@Override
	public long arrivals() {
		return this.instances.arrivals();
	}

	@Override
	public OptionalInt rescue(Peer peer, ToIntFunction<String> maxAttempts) {
		return this.instances.rescue(peer, maxAttempts);
	}

	@Override
	public List<QueueStats.InstanceStats> instanceStats() {
		return this.instances.instanceStats();
	}

	// ---- enqueue

	@Override
	public int shards() {
		return this.group.router().shards();
	}

	@Override
	public SortedMap<Integer, Integer> openShards() {
		return this.group.router().open();
	}

	@Override
	public long assignId(StoreInstance instance, Keys keys) {
		return this.instances.own(instance).nextId(this.group.router().route(keys));
	}

	@Override
	public long assignId(StoreInstance instance, int shard) {
		return this.instances.own(instance).nextId(shard);
	}

	@Override
	public long assignIdBeside(StoreInstance instance, long id) {
		return assignId(instance, IdLayout.shard(id));
	}

	@Override
	public long[] assignIds(StoreInstance instance, int count) {
		int shard = this.group.router().route(new Keys("", null, null));
		long[] ids = new long[count];
		for (int i = 0; i < count; i++) {
			ids[i] = this.instances.own(instance).nextId(shard);
		}
		return ids;
	}

	@Override
	public void insert(StoreInstance instance, List<Insertion> rows, Completion<InsertResult> completion) {
		this.inserts.insert(instance, rows, completion);
	}

	@Override
	public void settle(Settlement settlement, Completion<SettleResult> completion) {
		this.shards.writer(settlement.key().shard()).offer(new SettleCommand(settlement, completion));
	}

	// ---- claim

	@Override
	public void attach(Claimer claimer) {
		this.group.claimers().add(claimer);
		demandChanged();
	}

	@Override
	public void detach(Claimer claimer) {
		WriterThread.refuse();
		this.group.claimers().remove(claimer);
		for (Shard shard : this.group.usable()) {
			try {
				// Behind any transaction that still claims for it.
				ShardAccess.callUnsynced(this.shards.writer(shard.number()), (session) -> 0);
			}
			catch (QueueException ex) {
				logger.debug("A shard is not waited for while a lane is detached: {}", ex.getMessage());
			}
		}
	}

	@Override
	public void demandChanged() {
		this.group.nudge();
	}

	@Override
	public void askClaimers() {
		// The second transaction comes after what the first one claimed was handed over.
		askOnce();
		askOnce();
	}

	private void askOnce() {
		List<BlockingCompletion<Integer>> asked = new ArrayList<>();
		this.shards.writeEach((writer) -> {
			BlockingCompletion<Integer> completion = new BlockingCompletion<>();
			writer.submitUnsynced((session) -> 0, completion);
			asked.add(completion);
		});
		if (asked.isEmpty()) {
			throw new StoreUnavailableException("No shard is in use: there is nobody to ask for messages", null);
		}
		int failures = 0;
		for (BlockingCompletion<Integer> completion : asked) {
			try {
				completion.await(() -> new QueueException("Interrupted while the shards are asked"));
			}
			catch (StoreUnavailableException ex) {
				if (++failures == asked.size()) {
					throw ex;
				}
			}
		}
	}

	@Override
	public List<StoredMessage> claim(StoreInstance owner, String queue, Set<String> tasks, int max) {
		List<StoredMessage> claimed = new ArrayList<>();
		List<GroupCommitWriter<ShardSession>> all = new ArrayList<>();
		this.shards.writeEach(all::add);
		Collections.rotate(all, this.turn.getAndIncrement());
		for (GroupCommitWriter<ShardSession> writer : all) {
			claimed.addAll(
					ShardAccess.callUnsynced(writer, (session) -> claim(session, owner.epoch(), queue, tasks, max)));
		}
		claimed.sort(StoredMessage.CLAIM_ORDER);
		if (claimed.size() <= max) {
			return claimed;
		}
		release(claimed.subList(max, claimed.size()));
		return List.copyOf(claimed.subList(0, max));
	}

	@Override
	public void claim(StoreInstance owner, StoredMessage message, Completion<List<StoredMessage>> completion) {
		this.shards.checkOpen();
		this.shards.writer(message.shard())
			.submitUnsynced((session) -> session.claim(owner.epoch(), message.queue(), message.task(), message.id()),
					completion);
	}

	private static List<StoredMessage> claim(ShardSession session, long epoch, String queue, Set<String> tasks, int max)
			throws SQLException {
		List<StoredMessage> claimed = new ArrayList<>(session.claim(epoch, queue, tasks, max, Quota.UNLIMITED));
		if (session.firstSuspect(queue, tasks) != ShardSession.NO_SUSPECT) {
			// They come in the order they wait: the best may be any.
			session.claimSuspects(epoch, queue, tasks, Integer.MAX_VALUE, Quota.UNLIMITED)
				.forEach((suspect) -> claimed.add(suspect.message()));
		}
		return claimed;
	}

	private void release(List<StoredMessage> messages) {
		List<BlockingCompletion<SettleResult>> completions = new ArrayList<>();
		for (StoredMessage message : messages) {
			BlockingCompletion<SettleResult> released = new BlockingCompletion<>();
			settle(new Settlement.Release(message.runKey()), released);
			completions.add(released);
		}
		completions.forEach((released) -> released
			.await(() -> new QueueException("Interrupted while giving back messages that were too many")));
	}

	@Override
	public boolean extend(RunKey key, long deadline) {
		this.shards.checkOpen();
		return this.shards.writer(key.shard()).call((session) -> session.extend(key, deadline));
	}

	@Override
	public Map<String, PermitState> permits(StoreInstance owner, List<PermitWish> wishes) {
		return this.limits.permits(owner, wishes);
	}

	@Override
	public Map<String, TokenState> tokens(StoreInstance owner, List<TokenWish> wishes) {
		return this.limits.tokens(owner, wishes);
	}

	@Override
	public void declareKeyLimits(Map<String, @Nullable Integer> limits) {
		this.limits.declareKeyLimits(limits);
	}

	@Override
	public void declareKeyRates(Map<String, @Nullable RateLimit> rates) {
		this.limits.declareKeyRates(rates);
	}

	@Override
	public void begun(List<RunKey> runs) {
		this.limits.begun(runs);
	}

	@Override
	public void weigh(String concurrencyKey, int weight) {
		this.limits.weigh(concurrencyKey, weight);
	}

	@Override
	public boolean changeLimit(String name, @Nullable Integer most) {
		return this.limits.changeLimit(name, most);
	}

	// ---- read

	@Override
	public Optional<StoredMessage> find(long id) {
		boolean anyRelay = this.relays.isAny();
		Optional<StoredMessage> found = this.reads.find(id);
		// What arrives between the first two is found by the third.
		return (found.isPresent() || !anyRelay) ? found : this.relays.find(id).or(() -> this.reads.find(id));
	}

	@Override
	public List<StoredMessage> findAll(List<Long> ids) {
		return this.reads.findAll(ids);
	}

	@Override
	public Optional<StoredMessage> findByKey(String idempotencyKey) {
		return this.reads.findByKey(idempotencyKey);
	}

	@Override
	public List<StoredMessage> list(MessageQuery query) {
		return this.reads.list(query);
	}

	@Override
	public StoredPage browse(MessageQuery query) {
		return this.reads.browse(query);
	}

	@Override
	public List<StoredMessage> endedLately(MessageState state, int max) {
		return this.reads.endedLately(state, max);
	}

	@Override
	public Optional<MessageTree> tree(long id) {
		return this.reads.tree(id);
	}

	@Override
	public Optional<Arrivals> arrivals(long id) {
		return this.reads.arrivals(id);
	}

	@Override
	public Optional<Situation> situation(long id) {
		return this.reads.situation(id);
	}

	@Override
	public int ahead(StoredMessage message, Predicate<String> tasks, boolean newestFirst, int most) {
		return this.reads.ahead(message, tasks, newestFirst, most);
	}

	@Override
	public List<RunCount> running(Collection<Long> epochs) {
		return this.reads.running(epochs);
	}

	@Override
	public List<Situation.Other> running(long epoch, String task, Set<String> exceptQueues, int most) {
		return this.reads.running(epoch, task, exceptQueues, most);
	}

	@Override
	public double pace(String queue, Duration window) {
		return this.reads.pace(queue, window);
	}

	@Override
	public Optional<LimitUse> limit(String name) {
		return this.reads.limit(name);
	}

	@Override
	public List<FailureRecord> failures(long id) {
		return this.reads.failures(id);
	}

	@Override
	public boolean addStep(RunKey key, StoredStep step) {
		this.shards.checkOpen();
		return this.shards.writer(key.shard()).call((session) -> session.addStep(key, step));
	}

	@Override
	public List<StoredStep> steps(long id) {
		return this.reads.steps(id);
	}

	@Override
	public void report(RunKey key, RunReport report, Completion<Boolean> completion) {
		this.shards.writer(key.shard()).submitUnsynced((session) -> session.report(key, report), completion);
	}

	@Override
	public Map<Long, Progress> progress(Collection<StoredMessage> messages) {
		return this.reads.progress(messages);
	}

	@Override
	public Map<Long, String> owners(Collection<StoredMessage> messages) {
		return this.reads.owners(messages);
	}

	@Override
	public List<StateChange> history(long id) {
		return this.reads.history(id);
	}

	@Override
	public List<LogEntry> log(long id) {
		return this.reads.log(id);
	}

	@Override
	public void audit(AuditEntry entry) {
		StoreUnavailableException failure = new StoreUnavailableException("No shard is in use", null);
		for (Shard shard : this.group.usable()) {
			try {
				this.shards.checkOpen();
				this.shards.writer(shard.number()).call((session) -> {
					session.audit(entry);
					return 0;
				});
				return;
			}
			catch (StoreUnavailableException ex) {
				failure = ex;
			}
		}
		throw failure;
	}

	@Override
	public List<AuditEntry> audit(int max) {
		return this.reads.audit(max);
	}

	@Override
	public Pauses pauses() {
		return this.reads.pauses();
	}

	@Override
	public List<QueueStats.Count> counts() {
		return this.reads.counts();
	}

	@Override
	public List<TaskTotals> totals() {
		return this.reads.totals();
	}

	@Override
	public List<QueueStats.LimitStats> limits() {
		return this.reads.limits();
	}

	@Override
	public boolean hasRunnable(BiPredicate<String, String> hosted, long now) {
		// What arrives meanwhile is in one of the two.
		return this.relays.isUnderWay() || this.reads.hasRunnable(hosted, now) || this.relays.isUnderWay();
	}

	@Override
	public boolean isAnyRelay() {
		return this.relays.isAny();
	}

	@Override
	public int handOver(StoreInstance instance) {
		return this.relays.handOver(instance);
	}

	@Override
	public boolean hasStartable(BiPredicate<String, String> hosted) {
		return this.reads.hasStartable(hosted);
	}

	@Override
	public Map<String, Long> oldestReady() {
		return this.reads.oldestReady();
	}

	@Override
	public List<QueueStats.ShardStats> shardStats() {
		return this.reads.shardStats();
	}

	// ---- steer

	@Override
	public CancelResult cancel(long id) {
		return cancel(id, (session, stop) -> session.cancel(id, this.instances::isOfThisProcess, stop))
			.orElse(CancelResult.UNCHANGED);
	}

	@Override
	public int cancelTree(long id) {
		return cancel(id, (session, stop) -> session.cancelTree(id, this.instances::isOfThisProcess, stop)).orElse(0);
	}

	private <R> Optional<R> cancel(long id, Cancellation<R> cancellation) {
		List<RunKey> stop = new ArrayList<>();
		Optional<R> result = this.reads.locate(id).map((shard) -> this.shards.writer(shard).call((session) -> {
			stop.clear();
			return cancellation.apply(session, stop);
		}));
		for (RunKey key : stop) {
			if (this.instances.isOfThisProcess(key.epoch())) {
				this.group.listeners().forEach((listener) -> listener.cancelRequested(key));
			}
		}
		return result;
	}

	@Override
	public boolean retry(long id) {
		return this.reads.locate(id).map((shard) -> retry(shard, List.of(id)) == 1).orElse(false);
	}

	@Override
	public int retryAll(MessageQuery query) {
		return inSteps(query, this::retry);
	}

	private int retry(int shard, List<Long> ids) {
		List<Long> doubtful = new ArrayList<>();
		int retried = this.shards.writer(shard).call((session) -> {
			doubtful.clear();
			return session.retry(ids, doubtful);
		});
		for (long id : doubtful) {
			retried += this.reads.find(id).filter((message) -> isRevived(shard, message)).isPresent() ? 1 : 0;
		}
		return retried;
	}

	private boolean isRevived(int shard, StoredMessage message) {
		long epoch = this.instances.latestOfThisProcess();
		return this.reservations.revive(epoch, message, () -> this.shards.writer(shard).call((session) -> {
			// Once it is dead, the key may be somebody else's.
			return session.isAlive(epoch) && session.retryReserved(message.id());
		}));
	}

	@Override
	public boolean delete(long id) {
		return this.reads.locate(id)
			.map((shard) -> this.shards.writer(shard).call((session) -> session.delete(List.of(id)) == 1))
			.orElse(false);
	}

	@Override
	public int purge(MessageQuery query) {
		return inSteps(query, (shard, ids) -> this.shards.writer(shard).call((session) -> session.delete(ids)));
	}

	private int inSteps(MessageQuery query, Step step) {
		int[] rows = { 0 };
		this.shards.inEach((shard) -> {
			long after = (query.after() != null) ? query.after().value() : -1;
			List<Long> ids;
			while (!(ids = shard.reader().ids(query, after, STEP)).isEmpty()) {
				rows[0] += step.apply(shard.number(), ids);
				after = ids.get(ids.size() - 1);
			}
		});
		return rows[0];
	}

	@Override
	public boolean updatePayload(long id, @Nullable String codec, byte @Nullable [] payload) {
		return this.reads.locate(id)
			.map((shard) -> this.shards.writer(shard).call((session) -> session.updatePayload(id, codec, payload)))
			.orElse(false);
	}

	@Override
	public boolean reschedule(long id, long runAt) {
		return this.reads.locate(id)
			.map((shard) -> this.shards.writer(shard).call((session) -> session.reschedule(id, runAt)))
			.orElse(false);
	}

	@Override
	public void pauseAll(long until) {
		eachShard((session) -> session.pauseAll(until));
	}

	@Override
	public void resumeAll() {
		eachShard(ShardSession::resumeAll);
		demandChanged();
	}

	@Override
	public void pause(String queue, long until) {
		eachShard((session) -> session.pause(queue, until));
	}

	@Override
	public void resume(String queue) {
		eachShard((session) -> session.resume(queue));
		demandChanged();
	}

	@Override
	public void pauseTask(String task, long until) {
		eachShard((session) -> session.pauseTask(task, until));
	}

	@Override
	public void resumeTask(String task) {
		eachShard((session) -> session.resumeTask(task));
		demandChanged();
	}

	@Override
	public void pauseKey(String key, long until) {
		eachShard((session) -> session.pauseKey(key, until));
	}

	@Override
	public void resumeKey(String key) {
		eachShard((session) -> session.resumeKey(key));
		demandChanged();
	}

	private void eachShard(Change change) {
		this.shards.writeEach((writer) -> writer.call((session) -> {
			change.apply(session);
			return 0;
		}));
		tellPauses();
	}

	/** One at a time, so that what is told last was read last. */
	private void tellPauses() {
		synchronized (this.group) {
			Pauses pauses = pauses();
			this.group.listeners().forEach((listener) -> listener.pausesChanged(pauses));
		}
	}

	@Override
	public Map<Integer, String> probe() {
		this.shards.checkOpen();
		Map<Integer, CompletableFuture<Integer>> probes = new TreeMap<>();
		this.shards.inEach((shard) -> {
			FutureCompletion<Integer> completion = new FutureCompletion<>();
			this.shards.writer(shard.number()).submitUnsynced((session) -> {
				session.writeProbe();
				return 0;
			}, completion);
			probes.put(shard.number(), completion.future());
		});
		Map<Integer, String> failed = new TreeMap<>();
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
		probes.forEach((shard, probe) -> {
			String reason = FutureCompletion.failureWithin(probe, deadline - System.nanoTime());
			String failing = this.shards.writer(shard).failing();
			if (!reason.isEmpty() || !failing.isEmpty()) {
				failed.put(shard, reason.isEmpty() ? failing : reason);
			}
		});
		return failed;
	}

	// ---- time

	@Override
	public long nextDueAt() {
		long next = Long.MAX_VALUE;
		for (Shard shard : this.group.usable()) {
			next = Math.min(next, shard.outlook().nextDueAt());
		}
		return next;
	}

	@Override
	public long nextFiringAt() {
		return this.schedules.nextAt();
	}

	@Override
	public List<StoredSchedule> schedules() {
		return this.schedules.all();
	}

	@Override
	public Optional<StoredSchedule> schedule(String name) {
		return this.schedules.find(name);
	}

	@Override
	public List<StoredSchedule> dueSchedules(long now, int max) {
		return this.schedules.due(now, max);
	}

	@Override
	public boolean putSchedule(StoredSchedule schedule) {
		return this.schedules.put(schedule);
	}

	@Override
	public boolean deleteSchedule(StoredSchedule schedule) {
		return this.schedules.delete(schedule);
	}

	@Override
	public void declareSchedule(String schedule, StoreInstance instance, boolean declares) {
		this.schedules.declare(schedule, instance, declares);
	}

	@Override
	public Optional<Firing.Outcome> fire(Firing firing) {
		return this.schedules.fire(firing);
	}

	@Override
	public int promoteDue() {
		int[] rows = { 0 };
		int[] pauses = { 0 };
		this.shards.inEach((shard) -> {
			if (shard.outlook().isDue()) {
				rows[0] += ShardAccess.callUnsynced(this.shards.writer(shard.number()), (session) -> {
					pauses[0] += session.endPauses();
					return session.expire(STEP) + session.promote(STEP) + session.letThroughDue(STEP);
				});
			}
		});
		if (pauses[0] > 0) {
			tellPauses();
			demandChanged();
		}
		return rows[0] + pauses[0];
	}

	@Override
	public List<UnhostedMessages> expireUnhosted(UnhostedRule rule) {
		List<UnhostedMessages> expired = new ArrayList<>();
		this.shards.inEach((shard) -> expired.addAll(ShardAccess.callUnsynced(this.shards.writer(shard.number()),
				(session) -> session.expireUnhosted(STEP, rule))));
		return expired;
	}

	@Override
	public int prune(boolean byAge) {
		int[] rows = { 0 };
		this.shards.inEach((shard) -> {
			if (shard.reader().mayPrune()) {
				rows[0] += ShardAccess.callUnsynced(this.shards.writer(shard.number()),
						(session) -> (byAge ? session.pruneByAge(STEP) : 0) + session.prune(STEP));
			}
			this.reservations.sweep(shard.number());
		});
		return rows[0];
	}

	@Override
	public List<StoreFile> files() {
		this.shards.checkOpen();
		return this.group.storeFiles();
	}

	@Override
	public void checkpoint() {
		this.shards.checkOpen();
		this.group.nudge();
	}

	@Override
	public void addListener(StoreListener listener) {
		this.ownListeners.add(listener);
		this.group.listeners().add(listener);
	}

	@Override
	public void removeListener(StoreListener listener) {
		this.ownListeners.remove(listener);
		this.group.listeners().remove(listener);
	}

	@Override
	public synchronized void close() {
		WriterThread.refuse();
		if (this.shards.isClosed()) {
			return;
		}
		this.instances.leaveAll();
		this.shards.close();
		this.ownListeners.forEach(this.group.listeners()::remove);
		this.release.run();
	}

	/** Cancels in a transaction. */
	@FunctionalInterface
	private interface Cancellation<R> {

		R apply(ShardSession session, List<RunKey> stop) throws SQLException;

	}

	/** Changes some rows of a shard. */
	@FunctionalInterface
	private interface Step {

		int apply(int shard, List<Long> ids);

	}

	/** Changes a shard. */
	@FunctionalInterface
	private interface Change {

		void apply(ShardSession session) throws SQLException;

	}

}
