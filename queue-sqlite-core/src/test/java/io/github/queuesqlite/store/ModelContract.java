package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random commands against the store and against a model in memory, which must agree after
 * each of them. A failure names its seed; run it again with
 * {@code -Dstore.model.seed=<seed>}, or more of them with
 * {@code -Dstore.model.seeds=<count>}.
 */
abstract class ModelContract extends StoreSubject {

	private static final int STEPS = 600;

	private static final List<String> QUEUES = List.of("default", "mail");

	private static final List<String> TASKS = List.of("a", "b", "c");

	private final Map<Long, Row> rows = new TreeMap<>();

	private final Set<String> paused = new java.util.HashSet<>();

	private final List<StoredMessage> runs = new ArrayList<>();

	private final Set<Long> started = new java.util.HashSet<>();

	private Random random = new Random(0);

	ModelContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	static Stream<Long> seeds() {
		Long seed = Long.getLong("store.model.seed");
		return (seed != null) ? Stream.of(seed)
				: new Random().longs().limit(Integer.getInteger("store.model.seeds", 3)).boxed();
	}

	@ParameterizedTest(name = "seed {0}")
	@MethodSource("seeds")
	void storeWhenCommandsAreRandomAgreesWithModel(long seed) {
		this.random = new Random(seed);
		List<String> history = new ArrayList<>();
		reopen(this.settings.retention(new Retention(Duration.ofMinutes(10), Duration.ofMinutes(20),
				Duration.ofMinutes(30), Duration.ofMinutes(40), 1_000_000)));
		try {
			for (int step = 0; step < STEPS; step++) {
				history.add(step());
				if (step % 10 == 9) {
					compare();
				}
			}
			closeAndOpen();
			compare();
		}
		catch (AssertionError | RuntimeException ex) {
			List<String> last = history.subList(Math.max(0, history.size() - 12), history.size());
			throw new AssertionError("Seed " + seed + " failed after " + history.size() + " commands, the last of them "
					+ last + ": " + ex.getMessage(), ex);
		}
	}

	private String step() {
		int dice = this.random.nextInt(100);
		if (dice < 28) {
			return insertOne();
		}
		if (dice < 45) {
			return claimSome();
		}
		if (dice < 65) {
			return settleOne();
		}
		if (dice < 73) {
			return passTime();
		}
		if (dice < 78) {
			return cancelOne();
		}
		if (dice < 82) {
			return retryOne();
		}
		if (dice < 85) {
			return deleteOne();
		}
		if (dice < 89) {
			return changeOne();
		}
		if (dice < 92) {
			return pauseOne();
		}
		if (dice < 94) {
			return many();
		}
		if (dice < 97) {
			return leave();
		}
		if (dice < 98) {
			return closeAndOpen();
		}
		return pruneOld();
	}

	// --- commands

	private String insertOne() {
		Draft draft = Draft.of(pick(TASKS))
			.queue(pick(QUEUES))
			.priority(this.random.nextInt(3))
			.delay(chance(3) ? this.random.nextInt(200_000) : -this.random.nextInt(10))
			.timeToLive(chance(5) ? 1L + this.random.nextInt(400_000) : null)
			.maxAttempts(chance(3) ? 1 + this.random.nextInt(3) : null)
			.payload("p" + this.random.nextInt(1000))
			.idempotencyKey(chance(4) ? "i" + this.random.nextInt(20) : null)
			.uniqueKey(chance(4) ? "u" + this.random.nextInt(10) : null)
			.orderingKey(chance(4) ? "o" + this.random.nextInt(4) : null);
		Handed handed = hand(draft);
		Set<Long> holders = new java.util.HashSet<>();
		this.rows.values().stream().filter((row) -> row.blocks(draft)).forEach((row) -> holders.add(row.id));
		if (holders.isEmpty()) {
			assertThat(handed.existing()).isZero();
			Row row = new Row(handed.id(), draft, now());
			if (row.isOrdered()) {
				row.seq = find(row.id).seq();
				assertThat(line(row)).allMatch((other) -> other.seq < row.seq);
			}
			this.rows.put(row.id, row);
		}
		else {
			assertThat(handed.existing()).isIn(holders);
		}
		return "insert " + handed;
	}

	private String claimSome() {
		String queue = pick(QUEUES);
		Set<String> tasks = chance(2) ? Set.copyOf(TASKS) : Set.of(pick(TASKS));
		int max = 1 + this.random.nextInt(6);
		List<StoredMessage> claimed = this.store.claim(this.instance, queue, tasks, max);
		List<Row> candidates = this.rows.values()
			.stream()
			.filter((row) -> mayRun(row) && row.draft.queue().equals(queue) && tasks.contains(row.draft.task())
					&& !this.paused.contains(queue))
			.sorted(Comparator.comparing((Row row) -> -row.draft.priority())
				.thenComparing((row) -> row.seq)
				.thenComparing((row) -> row.id))
			.toList();
		assertThat(claimed).hasSize(Math.min(max, candidates.size()));
		assertThat(claimed).isSortedAccordingTo(
				Comparator.comparing((StoredMessage message) -> -message.priority()).thenComparing(StoredMessage::seq));
		Map<Integer, List<Long>> byShard = new HashMap<>();
		claimed.forEach(
				(message) -> byShard.computeIfAbsent(message.shard(), (shard) -> new ArrayList<>()).add(message.id()));
		byShard.forEach((shard,
				ids) -> assertThat(ids).isEqualTo(candidates.stream()
					.map((row) -> row.id)
					.filter((id) -> shardOf(id) == shard)
					.limit(ids.size())
					.toList()));
		for (Row row : candidates) {
			if (!ids(claimed).contains(row.id)) {
				row.claimedAndGivenBack(find(row.id));
			}
		}
		for (StoredMessage message : claimed) {
			Row row = this.rows.get(message.id());
			row.state = MessageState.RUNNING;
			row.attempt++;
			row.run++;
			row.owner = this.instance.epoch();
			row.startedAt = now();
			this.runs.add(message);
			if (chance(2)) {
				this.instance.started(message.runKey());
				this.started.add(message.id());
			}
		}
		return "claim " + ids(claimed);
	}

	/** The live messages of a row's line. */
	private List<Row> line(Row row) {
		return this.rows.values()
			.stream()
			.filter((other) -> !other.state.isEnded() && row.draft.orderingKey().equals(other.draft.orderingKey()))
			.toList();
	}

	private boolean mayRun(Row row) {
		return row.state == MessageState.READY && (!row.isOrdered() || line(row).stream()
			.allMatch((other) -> other == row || (other.state != MessageState.RUNNING
					&& (other.seq > row.seq || other.seq == row.seq && other.id > row.id))));
	}

	private String settleOne() {
		if (this.runs.isEmpty()) {
			return "nothing to settle";
		}
		StoredMessage message = this.runs.get(this.random.nextInt(this.runs.size()));
		Row row = this.rows.get(message.id());
		boolean ours = row != null && row.state == MessageState.RUNNING && row.run == message.run()
				&& row.owner == message.owner();
		RunKey key = message.runKey();
		Settlement settlement = switch (this.random.nextInt(8)) {
			case 0, 1, 2 -> new Settlement.Complete(key, "bytes", new byte[] { (byte) message.attempt() });
			case 3 -> retryAt(message, now() + this.random.nextInt(60_000));
			case 4 -> new Settlement.Retry(key, now(), chance(2), failure(message, "again"));
			case 5 -> dead(message);
			case 6 -> new Settlement.Release(key);
			default -> (row != null && row.cancelRequested) ? new Settlement.Cancel(key) : new Settlement.Expire(key);
		};
		SettleResult result = settle(settlement);
		if (!ours) {
			assertThat(result).isEqualTo(SettleResult.LOST);
			return "lost " + settlement;
		}
		this.started.remove(row.id);
		if (settlement instanceof Settlement.Complete) {
			row.end(MessageState.COMPLETED, now());
		}
		else if (settlement instanceof Settlement.Dead) {
			row.end(MessageState.DEAD, now());
		}
		else if (settlement instanceof Settlement.Cancel) {
			row.end(MessageState.CANCELLED, now());
		}
		else if (settlement instanceof Settlement.Expire) {
			row.attempt--;
			row.end(MessageState.EXPIRED, now());
		}
		else if (row.cancelRequested) {
			assertThat(result).isEqualTo(SettleResult.CANCELLED);
			row.attempt = find(row.id).attempt();
			row.end(MessageState.CANCELLED, now());
		}
		else if (settlement instanceof Settlement.Retry retry) {
			row.attempt -= retry.countsAttempt() ? 0 : 1;
			row.wait(retry.runAt(), now());
			behindAllOthers(row);
		}
		else {
			row.attempt--;
			row.state = MessageState.READY;
		}
		if (result != SettleResult.CANCELLED) {
			assertThat(result).isEqualTo(SettleResult.APPLIED);
		}
		return "settle " + settlement;
	}

	private String passTime() {
		pass(this.random.nextInt(150_000));
		promote();
		List<Row> promoted = new ArrayList<>();
		for (Row row : this.rows.values()) {
			boolean waits = row.state == MessageState.READY || row.state == MessageState.SCHEDULED;
			if (waits && row.expiresAt != null && row.expiresAt <= now()) {
				row.end(MessageState.EXPIRED, now());
			}
			else if (row.state == MessageState.SCHEDULED && row.runAt <= now()) {
				row.state = MessageState.READY;
				if (!row.isOrdered()) {
					promoted.add(row);
				}
			}
		}
		promoted.sort(Comparator.comparing((row) -> row.runAt));
		promoted.forEach((row) -> row.seq = find(row.id).seq());
		for (Row row : promoted) {
			assertThat(promoted).filteredOn((other) -> shardOf(other.id) == shardOf(row.id) && other.runAt > row.runAt)
				.allMatch((other) -> other.seq > row.seq);
			assertThat(this.rows.values()).filteredOn(
					(other) -> shardOf(other.id) == shardOf(row.id) && !other.isOrdered() && !promoted.contains(other))
				.allMatch((other) -> other.seq < row.seq);
		}
		return "pass to " + now() + ", promoted " + promoted.size();
	}

	private String cancelOne() {
		long id = anyId();
		CancelResult result = this.store.cancel(id);
		Row row = this.rows.get(id);
		if (row == null || row.state.isEnded() || row.cancelRequested) {
			assertThat(result).isEqualTo(CancelResult.UNCHANGED);
		}
		else if (row.state == MessageState.RUNNING) {
			assertThat(result).isEqualTo(CancelResult.REQUESTED);
			row.cancelRequested = true;
		}
		else {
			assertThat(result).isEqualTo(CancelResult.CANCELLED);
			row.end(MessageState.CANCELLED, now());
		}
		return "cancel " + id + " " + result;
	}

	private String retryOne() {
		long id = anyId();
		boolean retried = this.store.retry(id);
		Row row = this.rows.get(id);
		assertThat(retried).isEqualTo(row != null && mayRetry(row));
		if (retried) {
			revive(Objects.requireNonNull(row));
		}
		return "retry " + id + " " + retried;
	}

	private boolean mayRetry(Row row) {
		return row.state.isEnded() && row.state != MessageState.COMPLETED
				&& this.rows.values().stream().noneMatch((other) -> other.blocks(row.draft.idempotencyKey(null)));
	}

	private void revive(Row row) {
		row.state = MessageState.READY;
		row.attempt = 0;
		row.expiresAt = null;
		row.finishedAt = null;
		row.cancelRequested = false;
		behindAllOthers(row);
	}

	private String deleteOne() {
		long id = anyId();
		boolean deleted = this.store.delete(id);
		Row row = this.rows.get(id);
		assertThat(deleted).isEqualTo(row != null && row.state != MessageState.RUNNING);
		if (deleted) {
			this.rows.remove(id);
			assertThat(this.store.failures(id)).isEmpty();
		}
		return "delete " + id + " " + deleted;
	}

	private String changeOne() {
		long id = anyId();
		Row row = this.rows.get(id);
		boolean waits = row != null && (row.state == MessageState.READY || row.state == MessageState.SCHEDULED);
		if (chance(2)) {
			long runAt = now() + this.random.nextInt(100_000) - 50_000;
			MessageState before = (row != null) ? row.state : null;
			assertThat(this.store.reschedule(id, runAt)).isEqualTo(waits);
			if (waits) {
				row.wait(runAt, now());
				row.seq = row.isOrdered() ? row.seq : find(id).seq();
			}
			return "reschedule " + id + " " + before + " by " + (runAt - now());
		}
		byte[] payload = { (byte) this.random.nextInt(100) };
		assertThat(this.store.updatePayload(id, "bytes", payload)).isEqualTo(waits);
		if (waits) {
			row.payload = payload;
		}
		return "updatePayload " + id;
	}

	private String pauseOne() {
		String queue = pick(QUEUES);
		if (this.paused.remove(queue)) {
			this.store.resume(queue);
			return "resume " + queue;
		}
		this.paused.add(queue);
		this.store.pause(queue);
		return "pause " + queue;
	}

	private String many() {
		String task = pick(TASKS);
		MessageState state = MessageState.values()[this.random.nextInt(7)];
		MessageQuery query = MessageQuery.all().task(task).state(state).limit(1);
		Predicate<Row> selected = (row) -> row.draft.task().equals(task) && row.state == state;
		if (chance(2)) {
			List<Long> gone = this.rows.values()
				.stream()
				.filter(selected.and((row) -> row.state != MessageState.RUNNING))
				.map((row) -> row.id)
				.toList();
			assertThat(this.store.purge(query)).isEqualTo(gone.size());
			gone.forEach(this.rows::remove);
			return "purge " + task + " " + state;
		}
		int retried = this.store.retryAll(query);
		List<Row> revived = this.rows.values()
			.stream()
			.filter(selected.and((row) -> find(row.id).state() == MessageState.READY && row.state.isEnded()))
			.toList();
		assertThat(retried).isEqualTo(revived.size());
		for (Row row : revived) {
			assertThat(mayRetry(row)).isTrue();
			revive(row);
		}
		assertThat(this.rows.values()).filteredOn(selected).noneMatch(this::mayRetry);
		return "retryAll " + task + " " + state + " " + retried;
	}

	/** The instance leaves or is taken for dead; another one takes its place. */
	private String leave() {
		StoreInstance old = this.instance;
		boolean rescued = chance(2);
		if (rescued) {
			int owned = (int) this.rows.values()
				.stream()
				.filter((row) -> row.state == MessageState.RUNNING && row.owner == old.epoch())
				.count();
			assertThat(this.store.rescue(peer(old), (task) -> 2)).hasValue(owned);
		}
		else {
			this.store.deregister(old);
		}
		this.instance = this.store.register("next");
		takenBack(old, rescued);
		return rescued ? "rescue" : "deregister";
	}

	private String closeAndOpen() {
		StoreInstance old = this.instance;
		reopen();
		takenBack(old, false);
		return "reopen";
	}

	private void takenBack(StoreInstance old, boolean rescued) {
		for (Row row : this.rows.values()) {
			if (row.state != MessageState.RUNNING || row.owner != old.epoch()) {
				continue;
			}
			boolean counted = this.started.contains(row.id);
			row.attempt -= counted ? 0 : 1;
			int most = (row.draft.maxAttempts() != null) ? row.draft.maxAttempts() : (rescued ? 2 : Integer.MAX_VALUE);
			if (row.cancelRequested) {
				row.attempt = find(row.id).attempt();
				row.end(MessageState.CANCELLED, now());
			}
			else if (counted && row.attempt >= most) {
				row.end(MessageState.DEAD, now());
			}
			else {
				row.state = MessageState.READY;
				row.seq = row.isOrdered() ? row.seq : find(row.id).seq();
			}
		}
		this.started.clear();
	}

	private String pruneOld() {
		prune();
		Map<MessageState, Long> ages = Map.of(MessageState.COMPLETED, 600_000L, MessageState.CANCELLED, 1_200_000L,
				MessageState.EXPIRED, 1_800_000L, MessageState.DEAD, 2_400_000L);
		List<Long> gone = new ArrayList<>();
		for (Row row : this.rows.values()) {
			if (row.state.isEnded()) {
				long age = now() - Objects.requireNonNull(row.finishedAt);
				boolean stored = this.store.find(row.id).isPresent();
				if (age != ages.get(row.state)) {
					assertThat(stored).isEqualTo(age < ages.get(row.state));
				}
				if (!stored) {
					gone.add(row.id);
				}
			}
		}
		gone.forEach(this.rows::remove);
		return "prune " + gone.size();
	}

	// --- comparison

	private void compare() {
		Map<Long, StoredMessage> stored = new LinkedHashMap<>();
		listAll(MessageQuery.all()).forEach((message) -> stored.put(message.id(), message));
		assertThat(stored.keySet()).containsExactlyElementsOf(this.rows.keySet());
		this.rows.values().forEach((row) -> row.compare(stored.get(row.id)));
		assertCountersMatchRows();
		assertThat(this.store.pauses().queues().keySet()).isEqualTo(this.paused);
		assertNextDueAt(this.rows.values().stream().mapToLong(Row::nextDueAt).min().orElse(Long.MAX_VALUE));
		assertOldestReady(stored);
	}

	/** The store looks at the first of each priority: one that was moved may be older. */
	private void assertOldestReady(Map<Long, StoredMessage> stored) {
		Map<String, List<Long>> dueTimes = new HashMap<>();
		this.rows.values()
			.stream()
			.filter(this::mayRun)
			.forEach((row) -> dueTimes.computeIfAbsent(row.draft.queue(), (queue) -> new ArrayList<>())
				.add(stored.get(row.id).runAt()));
		Map<String, Long> oldest = this.store.oldestReady();
		assertThat(oldest.keySet()).isEqualTo(dueTimes.keySet());
		oldest.forEach((queue, at) -> assertThat(dueTimes.get(queue)).contains(at));
	}

	/**
	 * The store gave the row a new place: it must be behind all others of its shard. In a
	 * line it keeps the one it had.
	 */
	private void behindAllOthers(Row row) {
		if (row.isOrdered()) {
			return;
		}
		row.seq = find(row.id).seq();
		if (row.state == MessageState.READY) {
			assertThat(this.rows.values())
				.filteredOn((other) -> other != row && !other.isOrdered() && shardOf(other.id) == shardOf(row.id)
						&& other.state == MessageState.READY)
				.allMatch((other) -> other.seq < row.seq);
		}
	}

	private boolean chance(int oneIn) {
		return this.random.nextInt(oneIn) == 0;
	}

	private String pick(List<String> names) {
		return names.get(this.random.nextInt(names.size()));
	}

	private long anyId() {
		if (this.rows.isEmpty() || chance(20)) {
			return this.store.assignIds(this.instance, 1)[0];
		}
		List<Long> ids = List.copyOf(this.rows.keySet());
		return ids.get(this.random.nextInt(ids.size()));
	}

	/** One message as the model knows it. */
	private static final class Row {

		final long id;

		final Draft draft;

		long seq;

		MessageState state;

		long runAt;

		Long expiresAt;

		Long startedAt;

		Long finishedAt;

		int attempt;

		long run;

		long owner;

		boolean cancelRequested;

		byte[] payload;

		Row(long id, Draft draft, long now) {
			this.id = id;
			this.draft = draft;
			this.seq = id;
			this.payload = draft.payload();
			this.expiresAt = (draft.timeToLive() != null) ? now + draft.timeToLive() : null;
			wait(now + draft.delay(), now);
		}

		void wait(long runAt, long now) {
			this.runAt = runAt;
			this.state = (runAt > now) ? MessageState.SCHEDULED : MessageState.READY;
		}

		/** A store of several shards may claim more than it hands out. */
		void claimedAndGivenBack(StoredMessage stored) {
			assertThat(stored.run()).isBetween(this.run, this.run + 1);
			this.run = stored.run();
			this.startedAt = stored.startedAt();
		}

		void end(MessageState state, long now) {
			this.state = state;
			this.finishedAt = now;
		}

		@Override
		public String toString() {
			return this.id + " " + this.state + " " + this.draft.keys();
		}

		boolean isOrdered() {
			return this.draft.orderingKey() != null;
		}

		boolean blocks(Draft other) {
			boolean sameIdempotency = other.idempotencyKey() != null
					&& other.idempotencyKey().equals(this.draft.idempotencyKey());
			boolean sameUnique = !this.state.isEnded() && other.uniqueKey() != null
					&& other.uniqueKey().equals(this.draft.uniqueKey()) && other.task().equals(this.draft.task());
			return sameIdempotency || sameUnique;
		}

		long nextDueAt() {
			long due = (this.state == MessageState.SCHEDULED) ? this.runAt : Long.MAX_VALUE;
			boolean waits = this.state == MessageState.SCHEDULED || this.state == MessageState.READY;
			return (waits && this.expiresAt != null) ? Math.min(due, this.expiresAt) : due;
		}

		void compare(StoredMessage stored) {
			assertThat(stored.state()).as("state of %s", this.id).isEqualTo(this.state);
			assertThat(stored.attempt()).as("attempt of %s", this.id).isEqualTo(this.attempt);
			assertThat(stored.run()).as("run of %s", this.id).isEqualTo(this.run);
			assertThat(stored.seq()).as("seq of %s", this.id).isEqualTo(this.seq);
			assertThat(stored.priority()).isEqualTo(this.draft.priority());
			assertThat(stored.queue()).isEqualTo(this.draft.queue());
			assertThat(stored.task()).isEqualTo(this.draft.task());
			assertThat(stored.payload()).isEqualTo(this.payload);
			assertThat(stored.idempotencyKey()).isEqualTo(this.draft.idempotencyKey());
			assertThat(stored.uniqueKey()).isEqualTo(this.draft.uniqueKey());
			assertThat(stored.orderingKey()).isEqualTo(this.draft.orderingKey());
			assertThat(stored.expiresAt()).as("expiry of %s", this.id).isEqualTo(this.expiresAt);
			assertThat(stored.startedAt()).as("start of %s", this.id).isEqualTo(this.startedAt);
			assertThat(stored.finishedAt()).as("end of %s", this.id).isEqualTo(this.finishedAt);
			if (this.state == MessageState.SCHEDULED) {
				assertThat(stored.runAt()).as("due time of %s", this.id).isEqualTo(this.runAt);
			}
			if (this.state == MessageState.RUNNING) {
				assertThat(stored.owner()).isEqualTo(this.owner);
				assertThat(stored.cancelRequested()).isEqualTo(this.cancelRequested);
			}
		}

	}

}
