package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.ShardQuarantinedException;
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
		this.router = group.router();
		this.relocated = group.isRelocated();
		this.membership = group.membership();
		this.instances = group.instances();
		this.reservations = new KeyReservations(this.router, group::writer, this::reader, (id) -> find(id).orElse(null),
				this::isAlive, group.keyThreads(), group.patience());
	}

	private GroupCommitWriter<ShardSession> writer(int shard) {
		return this.group.writer(shard);
	}

	private ShardReader reader(int shard) {
		checkOpen();
		return this.group.shard(shard).reader();
	}

	/**
	 * Does something in each shard that is in use. One that is quarantined meanwhile is
	 * left out: it says so itself.
	 */
	private void inEach(Consumer<Shard> action) {
		checkOpen();
		for (Shard shard : this.group.usable()) {
			try {
				action.accept(shard);
			}
			catch (ShardQuarantinedException ex) {
				logger.debug("{} was left out", shard.file().name(), ex);
			}
		}
	}

	private void readEach(Consumer<ShardReader> action) {
		inEach((shard) -> action.accept(shard.reader()));
	}

	private void writeEach(Consumer<GroupCommitWriter<ShardSession>> action) {
		inEach((shard) -> action.accept(writer(shard.number())));
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
		long now = System.nanoTime();
		Membership.Place place = this.membership.join(this::greatestEpoch,
				(epoch, slot) -> writeEach((writer) -> writer.call((session) -> {
					session.join(epoch, name, slot);
					return 0;
				})));
		Map<Integer, IdGenerator> ids = new HashMap<>();
		// What a quarantined shard refuses has an id too.
		this.group.files().forEach((file) -> ids.put(file.number(), newIds(file.number(), place.slot(), 0)));
		inEach((shard) -> ids.put(shard.number(),
				newIds(shard.number(), place.slot(), writer(shard.number()).call(ShardSession::highWater))));
		ShardInstance instance = new ShardInstance(name, place, ids, now);
		this.instances.put(place.epoch(), instance);
		this.own.add(instance);
		peers();
		return instance;
	}

	private long greatestEpoch() {
		long[] greatest = { 0 };
		writeEach((writer) -> greatest[0] = Math.max(greatest[0], writer.call(ShardSession::maxEpoch)));
		return greatest[0];
	}

	private IdGenerator newIds(int shard, int slot, long highWater) {
		return new IdGenerator(this.group.clock(), shard, slot, highWater);
	}

	@Override
	public void deregister(StoreInstance instance, ToIntFunction<String> maxAttempts) {
		ShardInstance own = own(instance);
		this.own.remove(own);
		if (this.instances.remove(own.epoch()) != null) {
			try {
				takeBack(own.epoch(), false, maxAttempts);
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
		ShardInstance own = own(instance);
		long now = System.nanoTime();
		boolean[] dead = { false };
		boolean[] alive = { false };
		List<QueueException> failures = new ArrayList<>();
		writeEach((writer) -> {
			try {
				boolean told = callUnsynced(writer, (session) -> session.beat(instance.epoch()));
				alive[0] |= told;
				dead[0] |= !told;
			}
			catch (ShardQuarantinedException ex) {
				throw ex;
			}
			catch (QueueException ex) {
				// A sign in any other shard is one.
				failures.add(ex);
			}
		});
		if (alive[0] && !dead[0]) {
			own.beat(now);
		}
		if (dead[0] && this.instances.remove(instance.epoch()) != null) {
			this.membership.leave(own.place());
			this.group.listeners().forEach((listener) -> listener.declaredDead(instance.epoch()));
		}
		if (!dead[0] && !failures.isEmpty()) {
			throw failures.get(0);
		}
		return !dead[0];
	}

	@Override
	public List<Peer> peers() {
		Map<Long, Peer> found = new TreeMap<>();
		readEach((reader) -> reader.peers().forEach((peer) -> found.merge(peer.epoch(), peer, Peer::and)));
		List<Peer> all = List.copyOf(found.values());
		this.peers = all;
		boolean others = all.stream().anyMatch((peer) -> !this.instances.containsKey(peer.epoch()));
		writeEach((writer) -> writer.watch(others));
		return all;
	}

	@Override
	public boolean isGone(Peer peer) {
		return !this.instances.containsKey(peer.epoch()) && this.membership.isGone(peer, this.peers);
	}

	@Override
	public int rescue(Peer peer, ToIntFunction<String> maxAttempts) {
		checkOpen();
		int rows = takeBack(peer.epoch(), true, maxAttempts);
		logger.debug("Took back {} messages of {} (epoch {}), which is gone", rows, peer.name(), peer.epoch());
		return rows;
	}

	private int takeBack(long epoch, boolean died, ToIntFunction<String> maxAttempts) {
		StartedRuns started = this.membership.startedRuns(epoch);
		int[] rows = { 0 };
		int[] done = { 0 };
		writeEach((writer) -> {
			writer.call((session) -> {
				session.declareDead(epoch);
				return 0;
			});
			int step;
			do {
				step = writer.call((session) -> session.rescue(epoch, started, died, maxAttempts, STEP));
				rows[0] += step;
			}
			while (step == STEP);
			done[0]++;
		});
		if (done[0] == this.group.files().size()) {
			// A quarantined shard that comes back asks again which runs had started.
			this.membership.forget(epoch);
		}
		return rows[0];
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
		long first = rows.get(0).id();
		this.group.openFor(IdLayout.shard(first), new MessageId(first))
			.offerBounded(new InsertCommand(rows, completion));
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
		for (Shard shard : this.group.usable()) {
			try {
				callUnsynced(writer(shard.number()), (session) -> 0); // behind any
																		// transaction
																		// that still
																		// claims for it
			}
			catch (StoreUnavailableException ex) {
				logger.debug("A shard cannot be written while a lane is detached: {}", ex.getMessage());
			}
		}
	}

	@Override
	public void demandChanged() {
		this.group.nudge();
	}

	@Override
	public List<StoredMessage> claim(StoreInstance owner, String queue, Set<String> tasks, int max) {
		List<StoredMessage> claimed = new ArrayList<>();
		List<GroupCommitWriter<ShardSession>> all = new ArrayList<>();
		writeEach(all::add);
		Collections.rotate(all, this.turn.getAndIncrement());
		for (GroupCommitWriter<ShardSession> writer : all) {
			claimed.addAll(callUnsynced(writer, (session) -> claim(session, owner.epoch(), queue, tasks, max)));
		}
		claimed.sort(StoredMessage.CLAIM_ORDER);
		if (claimed.size() <= max) {
			return claimed;
		}
		release(claimed.subList(max, claimed.size()));
		return List.copyOf(claimed.subList(0, max));
	}

	private static List<StoredMessage> claim(ShardSession session, long epoch, String queue, Set<String> tasks, int max)
			throws SQLException {
		List<StoredMessage> claimed = new ArrayList<>(session.claim(epoch, queue, tasks, max));
		if (session.firstSuspect(queue, tasks) != ShardSession.NO_SUSPECT) {
			// They come in the order they wait: the best may be any.
			session.claimSuspects(epoch, queue, tasks, Integer.MAX_VALUE)
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
		checkOpen();
		return writer(key.shard()).call((session) -> session.extend(key, deadline));
	}

	// ---- read

	@Override
	public Optional<StoredMessage> find(long id) {
		return findAll(List.of(id)).stream().findFirst();
	}

	@Override
	public List<StoredMessage> findAll(List<Long> ids) {
		checkOpen();
		Map<Integer, List<Long>> byShard = new TreeMap<>();
		ids.forEach((id) -> homesOf(id)
			.forEach((shard) -> byShard.computeIfAbsent(shard, (number) -> new ArrayList<>()).add(id)));
		List<StoredMessage> found = new ArrayList<>();
		Map<Long, ShardQuarantinedException> doubtful = new TreeMap<>();
		byShard.forEach((shard, some) -> {
			try {
				found.addAll(reader(shard).findAll(some));
			}
			catch (ShardQuarantinedException ex) {
				some.forEach((id) -> doubtful.put(id, ex));
			}
		});
		found.forEach((message) -> doubtful.remove(message.id()));
		doubtful.forEach((id, ex) -> {
			throw new ShardQuarantinedException(String.valueOf(ex.getMessage()), ex.shard(), new MessageId(id));
		});
		return found;
	}

	/** Returns the shards that a message may be in. */
	private Collection<Integer> homesOf(long id) {
		if (this.relocated) {
			return this.group.files().stream().map(ShardFile::number).toList();
		}
		int named = IdLayout.shard(id);
		return this.group.has(named) ? Set.of(named) : Set.of();
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
		readEach((reader) -> found.addAll(reader.list(query)));
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
			return this.group.has(named) ? Optional.of(named) : Optional.empty();
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
		int[] rows = { 0 };
		inEach((shard) -> {
			long after = (query.after() != null) ? query.after().value() : -1;
			List<Long> ids;
			while (!(ids = shard.reader().ids(query, after, STEP)).isEmpty()) {
				List<Long> some = ids;
				rows[0] += writer(shard.number()).call((session) -> step.apply(session, some));
				after = ids.get(ids.size() - 1);
			}
		});
		return rows[0];
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
		writeEach((writer) -> writer.call((session) -> {
			change.apply(session);
			return 0;
		}));
		Set<String> paused = pausedQueues();
		this.group.listeners().forEach((listener) -> listener.pausesChanged(paused));
	}

	@Override
	public Set<String> pausedQueues() {
		Set<String> paused = new TreeSet<>();
		readEach((reader) -> paused.addAll(reader.pausedQueues()));
		return paused;
	}

	// ---- numbers

	@Override
	public List<QueueStats.Count> counts() {
		Map<QueueStats.Count, Long> sums = new LinkedHashMap<>();
		readEach((reader) -> reader.counts()
			.forEach((count) -> sums.merge(new QueueStats.Count(count.queue(), count.task(), count.state(), 0),
					count.messages(), Long::sum)));
		List<QueueStats.Count> counts = new ArrayList<>();
		sums.forEach((key, n) -> counts.add(new QueueStats.Count(key.queue(), key.task(), key.state(), n)));
		return counts;
	}

	@Override
	public boolean hasRunnable(BiPredicate<String, String> hosted, long now) {
		boolean[] any = { false };
		readEach((reader) -> any[0] = any[0] || reader.hasRunnable(hosted, now));
		return any[0];
	}

	@Override
	public Map<String, Long> oldestReady() {
		Map<String, Long> oldest = new TreeMap<>();
		readEach((reader) -> reader.oldestReady().forEach((queue, at) -> oldest.merge(queue, at, Math::min)));
		return oldest;
	}

	@Override
	public List<QueueStats.ShardStats> shardStats() {
		List<QueueStats.ShardStats> stats = new ArrayList<>();
		for (ShardFile file : this.group.files()) {
			String reason = this.closed ? "The queue is closed" : this.group.refusal(file);
			stats.add(new QueueStats.ShardStats(file.number(), file.name(), reason.isEmpty(), reason,
					file.quarantine().isDeclared(), file.size().getAsLong(), file.walSize().getAsLong(),
					this.group.pending(file)));
		}
		return stats;
	}

	@Override
	public List<QueueStats.InstanceStats> instanceStats() {
		Map<Long, ShardReader.Sighting> latest = new TreeMap<>();
		readEach((reader) -> reader.sightings()
			.forEach((sighting) -> latest.merge(sighting.epoch(), sighting,
					(a, b) -> (a.beatAt() >= b.beatAt()) ? a : b)));
		Set<Long> own = this.own.stream().map(StoreInstance::epoch).collect(Collectors.toSet());
		long now = this.group.clock().millis();
		return latest.values()
			.stream()
			.map((sighting) -> new QueueStats.InstanceStats(sighting.epoch(), sighting.name(),
					Instant.ofEpochMilli(sighting.startedAt()), Duration.ofMillis(Math.max(0, now - sighting.beatAt())),
					own.contains(sighting.epoch())))
			.toList();
	}

	@Override
	public Map<Integer, String> probe() {
		checkOpen();
		Map<Integer, CompletableFuture<Integer>> probes = new TreeMap<>();
		inEach((shard) -> {
			FutureCompletion<Integer> completion = new FutureCompletion<>();
			writer(shard.number()).submitUnsynced((session) -> {
				session.writeProbe();
				return 0;
			}, completion);
			probes.put(shard.number(), completion.future());
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
		for (Shard shard : this.group.usable()) {
			next = Math.min(next, shard.session().nextDueAt());
		}
		return next;
	}

	@Override
	public int promoteDue() {
		int[] rows = { 0 };
		inEach((shard) -> {
			if (shard.session().isDue()) {
				rows[0] += callUnsynced(writer(shard.number()),
						(session) -> session.expire(STEP) + session.promote(STEP));
			}
		});
		return rows[0];
	}

	@Override
	public int prune() {
		int[] rows = { 0 };
		inEach((shard) -> {
			if (shard.reader().mayPrune()) {
				rows[0] += callUnsynced(writer(shard.number()),
						(session) -> session.pruneByAge(STEP) + session.prune(STEP));
			}
			this.reservations.sweep(shard.number());
		});
		return rows[0];
	}

	@Override
	public void checkpoint() {
		checkOpen();
		this.group.nudge();
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
