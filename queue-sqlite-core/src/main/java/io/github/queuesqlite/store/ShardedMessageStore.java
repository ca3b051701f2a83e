package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.StoreUnavailableException;
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

	/** How many rows one insert takes. */
	private static final int MAX_ROWS = 1000;

	private final ShardGroup group;

	private final Runnable release;

	private final Map<Integer, Shard> shards;

	private final Map<Integer, GroupCommitWriter<ShardSession>> writers;

	private final ShardRouter router;

	private final boolean relocated;

	private final Membership membership;

	private final KeyReservations reservations;

	/**
	 * Instances of this process by epoch, those of other users of the shards included.
	 */
	private final Map<Long, ShardInstance> instances;

	/** Instances registered here. */
	private final Set<StoreInstance> own = ConcurrentHashMap.newKeySet();

	/** Listeners added here. */
	private final Set<StoreListener> ownListeners = ConcurrentHashMap.newKeySet();

	private final AtomicInteger turn = new AtomicInteger();

	private volatile List<Peer> peers = List.of();

	private volatile boolean closed;

	/**
	 * Creates a store on shards that others of this process may use too.
	 * @param group the shards
	 * @param release called once when the store is closed
	 */
	public ShardedMessageStore(ShardGroup group, Runnable release) {
		this.group = group;
		this.release = release;
		this.shards = group.shards();
		this.writers = group.writers();
		this.router = group.router();
		this.relocated = group.isRelocated();
		this.membership = group.membership();
		this.instances = group.instances();
		this.reservations = new KeyReservations(this.router, this::writer, this::reader, (id) -> find(id).orElse(null),
				this::isAlive, group.keyThreads(), group.patience());
	}

	private GroupCommitWriter<ShardSession> writer(int shard) {
		GroupCommitWriter<ShardSession> writer = this.writers.get(shard);
		if (writer == null) {
			throw new QueueException("There is no shard " + shard + ", only " + this.shards.keySet());
		}
		return writer;
	}

	private ShardReader reader(int shard) {
		checkOpen();
		return Objects.requireNonNull(this.shards.get(shard)).reader();
	}

	private Collection<ShardReader> readers() {
		checkOpen();
		return this.shards.values().stream().map(Shard::reader).toList();
	}

	private void checkOpen() {
		WriterThread.refuse();
		if (this.closed) {
			throw new StoreUnavailableException("The queue is closed", null);
		}
	}

	// ---- instances

	@Override
	public StoreInstance register(String name) {
		checkOpen();
		Membership.Place place = this.membership.join(() -> {
			long greatest = 0;
			for (GroupCommitWriter<ShardSession> writer : this.writers.values()) {
				greatest = Math.max(greatest, writer.call(ShardSession::maxEpoch));
			}
			return greatest;
		}, (epoch, slot) -> this.writers.values().forEach((writer) -> writer.call((session) -> {
			session.join(epoch, name, slot);
			return 0;
		})));
		Map<Integer, IdGenerator> ids = new HashMap<>();
		this.writers.forEach((shard, writer) -> ids.put(shard,
				new IdGenerator(this.group.clock(), shard, place.slot(), writer.call(ShardSession::highWater))));
		ShardInstance instance = new ShardInstance(name, place, ids);
		this.instances.put(place.epoch(), instance);
		this.own.add(instance);
		peers();
		return instance;
	}

	@Override
	public void deregister(StoreInstance instance) {
		ShardInstance own = own(instance);
		this.own.remove(own);
		if (this.instances.remove(own.epoch()) != null) {
			try {
				takeBack(own.epoch(), (task) -> Integer.MAX_VALUE);
			}
			finally {
				this.membership.leave(own.place());
			}
		}
	}

	private ShardInstance own(StoreInstance instance) {
		if (instance instanceof ShardInstance own) {
			return own;
		}
		throw new IllegalArgumentException("The instance " + instance + " is of another store");
	}

	private boolean isAlive(long epoch) {
		if (this.instances.containsKey(epoch)) {
			return true;
		}
		List<Peer> peers = peers();
		return peers.stream()
			.anyMatch((peer) -> peer.epoch() == epoch && !peer.dead() && !this.membership.isGone(peer, peers));
	}

	@Override
	public boolean beat(StoreInstance instance) {
		boolean alive = true;
		for (GroupCommitWriter<ShardSession> writer : this.writers.values()) {
			alive &= callUnsynced(writer, (session) -> session.beat(instance.epoch()));
		}
		if (!alive && this.instances.remove(instance.epoch()) != null) {
			this.membership.leave(own(instance).place());
			this.group.listeners().forEach((listener) -> listener.declaredDead(instance.epoch()));
		}
		return alive;
	}

	@Override
	public List<Peer> peers() {
		Map<Long, Peer> found = new TreeMap<>();
		for (ShardReader reader : readers()) {
			reader.peers().forEach((peer) -> found.merge(peer.epoch(), peer, Peer::and));
		}
		List<Peer> all = List.copyOf(found.values());
		this.peers = all;
		boolean others = all.stream().anyMatch((peer) -> !this.instances.containsKey(peer.epoch()));
		this.writers.values().forEach((writer) -> writer.watch(others));
		return all;
	}

	@Override
	public boolean isGone(Peer peer) {
		return !this.instances.containsKey(peer.epoch()) && this.membership.isGone(peer, this.peers);
	}

	@Override
	public int rescue(Peer peer, ToIntFunction<String> maxAttempts) {
		checkOpen();
		int rows = takeBack(peer.epoch(), maxAttempts);
		logger.debug("Took back {} messages of {} (epoch {}), which is gone", rows, peer.name(), peer.epoch());
		return rows;
	}

	private int takeBack(long epoch, ToIntFunction<String> maxAttempts) {
		Predicate<RunKey> started = this.membership.startedRuns(epoch);
		int rows = 0;
		for (GroupCommitWriter<ShardSession> writer : this.writers.values()) {
			writer.call((session) -> {
				session.declareDead(epoch);
				return 0;
			});
			int step;
			do {
				step = writer.call((session) -> session.rescue(epoch, started, maxAttempts, STEP));
				rows += step;
			}
			while (step == STEP);
		}
		this.membership.forget(epoch);
		return rows;
	}

	// ---- enqueue

	@Override
	public long assignId(StoreInstance instance, Keys keys) {
		return own(instance).nextId(this.router.route(keys));
	}

	@Override
	public long[] assignIds(StoreInstance instance, int count) {
		int shard = this.router.route(new Keys("", null, null));
		long[] ids = new long[count];
		for (int i = 0; i < count; i++) {
			ids[i] = own(instance).nextId(shard);
		}
		return ids;
	}

	@Override
	public void insert(StoreInstance instance, List<Insertion> rows, Completion<InsertResult> completion) {
		check(rows);
		boolean reserving = false;
		for (Insertion row : rows) {
			reserving |= this.reservations.concerns(row);
		}
		if (reserving) {
			insertOneByOne(instance, rows, completion);
		}
		else {
			insertTogether(rows, completion);
		}
	}

	private static void check(List<Insertion> rows) {
		if (rows.isEmpty() || rows.size() > MAX_ROWS) {
			throw new IllegalArgumentException("'rows' must have 1 to " + MAX_ROWS + " rows, had " + rows.size());
		}
		int shard = IdLayout.shard(rows.get(0).id());
		for (Insertion row : rows) {
			if (IdLayout.shard(row.id()) != shard) {
				throw new IllegalArgumentException(
						"'rows' must be of one shard, were of " + shard + " and " + IdLayout.shard(row.id()));
			}
		}
	}

	private void insertTogether(List<Insertion> rows, Completion<InsertResult> completion) {
		writer(IdLayout.shard(rows.get(0).id())).offerBounded(new InsertCommand(rows, completion));
	}

	private void insertOneByOne(StoreInstance instance, List<Insertion> rows, Completion<InsertResult> completion) {
		Gathered gathered = new Gathered(rows.size(), completion);
		for (int i = 0; i < rows.size(); i++) {
			Insertion row = rows.get(i);
			Completion<InsertResult> part = gathered.part(i);
			try {
				if (this.reservations.concerns(row)) {
					this.reservations.insert(instance.epoch(), row, this::insertTogether, part);
				}
				else {
					insertTogether(List.of(row), part);
				}
			}
			catch (QueueException ex) {
				if (rows.size() == 1) {
					throw ex;
				}
				part.failed(ex);
			}
		}
	}

	@Override
	public void settle(Settlement settlement, Completion<SettleResult> completion) {
		writer(settlement.key().shard()).offer(new SettleCommand(settlement, completion));
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
		for (GroupCommitWriter<ShardSession> writer : this.writers.values()) {
			try {
				callUnsynced(writer, (session) -> 0); // behind any transaction that still
														// claims for it
			}
			catch (StoreUnavailableException ex) {
				logger.debug("A shard cannot be written while a lane is detached: {}", ex.getMessage());
			}
		}
	}

	@Override
	public void demandChanged() {
		for (GroupCommitWriter<ShardSession> writer : this.writers.values()) {
			writer.nudge();
		}
	}

	@Override
	public List<StoredMessage> claim(StoreInstance owner, String queue, Set<String> tasks, int max) {
		checkOpen();
		List<StoredMessage> claimed = new ArrayList<>();
		List<GroupCommitWriter<ShardSession>> all = List.copyOf(this.writers.values());
		int start = Math.floorMod(this.turn.getAndIncrement(), all.size());
		for (int i = 0; i < all.size(); i++) {
			GroupCommitWriter<ShardSession> writer = all.get((start + i) % all.size());
			claimed.addAll(callUnsynced(writer, (session) -> session.claim(owner.epoch(), queue, tasks, max)));
		}
		claimed.sort(StoredMessage.CLAIM_ORDER);
		if (claimed.size() <= max) {
			return claimed;
		}
		release(claimed.subList(max, claimed.size()));
		return List.copyOf(claimed.subList(0, max));
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
		checkOpen();
		return writer(key.shard()).call((session) -> session.extend(key, deadline));
	}

	// ---- read

	@Override
	public Optional<StoredMessage> find(long id) {
		checkOpen();
		int named = IdLayout.shard(id);
		if (this.shards.containsKey(named)) {
			Optional<StoredMessage> found = reader(named).find(id);
			if (found.isPresent() || !this.relocated) {
				return found;
			}
		}
		return this.relocated ? findElsewhere(id, named) : Optional.empty();
	}

	private Optional<StoredMessage> findElsewhere(long id, int named) {
		return this.shards.keySet()
			.stream()
			.filter((shard) -> shard != named)
			.map((shard) -> reader(shard).find(id))
			.flatMap(Optional::stream)
			.findFirst();
	}

	@Override
	public List<StoredMessage> findAll(List<Long> ids) {
		checkOpen();
		Map<Integer, List<Long>> byShard = new TreeMap<>();
		for (long id : ids) {
			for (int shard : this.relocated ? this.shards.keySet() : Set.of(IdLayout.shard(id))) {
				if (this.shards.containsKey(shard)) {
					byShard.computeIfAbsent(shard, (number) -> new ArrayList<>()).add(id);
				}
			}
		}
		List<StoredMessage> found = new ArrayList<>();
		byShard.forEach((shard, some) -> found.addAll(reader(shard).findAll(some)));
		return found;
	}

	@Override
	public Optional<StoredMessage> findByKey(String idempotencyKey) {
		checkOpen();
		ShardReader home = reader(this.router.homeOfIdempotency(idempotencyKey));
		Optional<StoredMessage> found = home.findByKey(idempotencyKey);
		if (found.isPresent()) {
			return found;
		}
		ShardReader.Reservation reservation = home.reservation(idempotencyKey);
		return (reservation != null) ? find(reservation.messageId()) : Optional.empty();
	}

	@Override
	public List<StoredMessage> list(MessageQuery query) {
		List<StoredMessage> found = new ArrayList<>();
		readers().forEach((reader) -> found.addAll(reader.list(query)));
		found.sort(Comparator.comparingLong(StoredMessage::id));
		return (found.size() > query.limit()) ? List.copyOf(found.subList(0, query.limit())) : found;
	}

	@Override
	public List<FailureRecord> failures(long id) {
		return locate(id).map((shard) -> reader(shard).failures(id)).orElse(List.of());
	}

	private Optional<Integer> locate(long id) {
		checkOpen();
		int named = IdLayout.shard(id);
		if (!this.relocated) {
			return this.shards.containsKey(named) ? Optional.of(named) : Optional.empty();
		}
		return find(id).map(StoredMessage::shard);
	}

	// ---- steer

	@Override
	public CancelResult cancel(long id) {
		List<RunKey> stop = new ArrayList<>();
		CancelResult result = locate(id).map((shard) -> writer(shard).call((session) -> {
			stop.clear();
			return session.cancel(id, this.instances::containsKey, stop);
		})).orElse(CancelResult.UNCHANGED);
		for (RunKey key : stop) {
			if (this.instances.containsKey(key.epoch())) {
				this.group.listeners().forEach((listener) -> listener.cancelRequested(key));
			}
		}
		return result;
	}

	@Override
	public boolean retry(long id) {
		return locate(id).map((shard) -> writer(shard).call((session) -> session.retry(List.of(id)) == 1))
			.orElse(false);
	}

	@Override
	public int retryAll(MessageQuery query) {
		return inSteps(query, (session, ids) -> session.retry(ids));
	}

	@Override
	public boolean delete(long id) {
		return locate(id).map((shard) -> writer(shard).call((session) -> session.delete(List.of(id)) == 1))
			.orElse(false);
	}

	@Override
	public int purge(MessageQuery query) {
		return inSteps(query, (session, ids) -> session.delete(ids));
	}

	private int inSteps(MessageQuery query, Step step) {
		checkOpen();
		int rows = 0;
		for (Shard shard : this.shards.values()) {
			long after = (query.after() != null) ? query.after().value() : -1;
			List<Long> ids;
			while (!(ids = shard.reader().ids(query, after, STEP)).isEmpty()) {
				List<Long> some = ids;
				rows += writer(shard.number()).call((session) -> step.apply(session, some));
				after = ids.get(ids.size() - 1);
			}
		}
		return rows;
	}

	@Override
	public boolean updatePayload(long id, @Nullable String codec, byte @Nullable [] payload) {
		return locate(id).map((shard) -> writer(shard).call((session) -> session.updatePayload(id, codec, payload)))
			.orElse(false);
	}

	@Override
	public boolean reschedule(long id, long runAt) {
		return locate(id).map((shard) -> writer(shard).call((session) -> session.reschedule(id, runAt))).orElse(false);
	}

	@Override
	public void pause(String queue) {
		eachShard((session) -> session.pause(queue));
	}

	@Override
	public void resume(String queue) {
		eachShard((session) -> session.resume(queue));
		demandChanged();
	}

	private void eachShard(Change change) {
		checkOpen();
		this.writers.values().forEach((writer) -> writer.call((session) -> {
			change.apply(session);
			return 0;
		}));
		Set<String> paused = pausedQueues();
		this.group.listeners().forEach((listener) -> listener.pausesChanged(paused));
	}

	@Override
	public Set<String> pausedQueues() {
		Set<String> paused = new TreeSet<>();
		readers().forEach((reader) -> paused.addAll(reader.pausedQueues()));
		return paused;
	}

	// ---- numbers

	@Override
	public List<QueueStats.Count> counts() {
		Map<QueueStats.Count, Long> sums = new LinkedHashMap<>();
		for (ShardReader reader : readers()) {
			for (QueueStats.Count count : reader.counts()) {
				sums.merge(new QueueStats.Count(count.queue(), count.task(), count.state(), 0), count.messages(),
						Long::sum);
			}
		}
		List<QueueStats.Count> counts = new ArrayList<>();
		sums.forEach((key, n) -> counts.add(new QueueStats.Count(key.queue(), key.task(), key.state(), n)));
		return counts;
	}

	@Override
	public boolean hasRunnable(BiPredicate<String, String> hosted, long now) {
		return readers().stream().anyMatch((reader) -> reader.hasRunnable(hosted, now));
	}

	@Override
	public Map<String, Long> oldestReady() {
		Map<String, Long> oldest = new TreeMap<>();
		readers().forEach((reader) -> reader.oldestReady().forEach((queue, at) -> oldest.merge(queue, at, Math::min)));
		return oldest;
	}

	@Override
	public List<QueueStats.ShardStats> shardStats() {
		List<QueueStats.ShardStats> stats = new ArrayList<>();
		for (Shard shard : this.shards.values()) {
			GroupCommitWriter<ShardSession> writer = writer(shard.number());
			String reason = this.closed ? "The queue is closed" : writer.refusal();
			stats.add(new QueueStats.ShardStats(shard.number(), shard.file(), reason.isEmpty(), reason,
					shard.fileSize().getAsLong(), shard.walSize().getAsLong(), writer.pending()));
		}
		return stats;
	}

	@Override
	public Map<Integer, String> probe() {
		checkOpen();
		Map<Integer, CompletableFuture<Integer>> probes = new TreeMap<>();
		this.writers.forEach((shard, writer) -> {
			FutureCompletion<Integer> completion = new FutureCompletion<>();
			writer.submitUnsynced((session) -> {
				session.writeProbe();
				return 0;
			}, completion);
			probes.put(shard, completion.future());
		});
		Map<Integer, String> failed = new TreeMap<>();
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
		probes.forEach((shard, probe) -> {
			String reason = FutureCompletion.failureWithin(probe, deadline - System.nanoTime());
			String failing = writer(shard).failing();
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
		for (Shard shard : this.shards.values()) {
			next = Math.min(next, shard.session().nextDueAt());
		}
		return next;
	}

	@Override
	public int promoteDue() {
		checkOpen();
		int rows = 0;
		for (Shard shard : this.shards.values()) {
			if (shard.session().isDue()) {
				rows += callUnsynced(writer(shard.number()), (session) -> session.expire(STEP) + session.promote(STEP));
			}
		}
		return rows;
	}

	@Override
	public int prune() {
		checkOpen();
		int rows = 0;
		for (Shard shard : this.shards.values()) {
			if (shard.reader().mayPrune()) {
				rows += callUnsynced(writer(shard.number()),
						(session) -> session.pruneByAge(STEP) + session.prune(STEP));
			}
			this.reservations.sweep(shard.number());
		}
		return rows;
	}

	@Override
	public void checkpoint() {
		checkOpen();
		this.writers.values().forEach(GroupCommitWriter::nudge);
	}

	private static <R> R callUnsynced(GroupCommitWriter<ShardSession> writer, Work<ShardSession, R> work) {
		WriterThread.refuse();
		BlockingCompletion<R> completion = new BlockingCompletion<>();
		writer.submitUnsynced(work, completion);
		return completion.await(() -> new QueueException("Interrupted while waiting for a commit"));
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
		if (this.closed) {
			return;
		}
		List.copyOf(this.own).forEach(this::leaveQuietly);
		this.closed = true;
		this.ownListeners.forEach(this.group.listeners()::remove);
		this.release.run();
	}

	private void leaveQuietly(StoreInstance instance) {
		try {
			deregister(instance);
		}
		catch (QueueException ex) {
			logger.warn("{} could not give back its messages, another process will take them: {}", instance,
					ex.getMessage());
		}
	}

	/** Changes some rows of a shard. */
	@FunctionalInterface
	private interface Step {

		int apply(ShardSession session, Collection<Long> ids) throws SQLException;

	}

	/** Changes a shard. */
	@FunctionalInterface
	private interface Change {

		void apply(ShardSession session) throws SQLException;

	}

	/** Puts the results of rows together that were stored one by one. */
	private static final class Gathered {

		private final AtomicReferenceArray<Object> outcomes;

		private final AtomicInteger missing;

		private final Completion<InsertResult> completion;

		Gathered(int size, Completion<InsertResult> completion) {
			this.outcomes = new AtomicReferenceArray<>(size);
			this.missing = new AtomicInteger(size);
			this.completion = completion;
		}

		Completion<InsertResult> part(int index) {
			return new Completion<>() {

				@Override
				public void succeeded(InsertResult result) {
					set(index, result.existing()[0]);
				}

				@Override
				public void failed(QueueException failure) {
					set(index, failure);
				}

			};
		}

		private void set(int index, Object outcome) {
			this.outcomes.set(index, outcome);
			if (this.missing.decrementAndGet() == 0) {
				finish();
			}
		}

		private void finish() {
			long[] existing = new long[this.outcomes.length()];
			Map<Integer, QueueException> failed = new TreeMap<>();
			for (int i = 0; i < existing.length; i++) {
				Object outcome = this.outcomes.get(i);
				if (outcome instanceof QueueException failure) {
					failed.put(i, failure);
				}
				else {
					existing[i] = (Long) outcome;
				}
			}
			if (existing.length == 1 && !failed.isEmpty()) {
				this.completion.failed(failed.values().iterator().next());
			}
			else {
				this.completion.succeeded(new InsertResult(existing, failed));
			}
		}

	}

}
