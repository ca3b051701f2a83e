package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One subject of the suite: an open store with one instance, and the words that the tests
 * are written in. After each test the counters must agree with the rows and every
 * completion must have been called once.
 */
abstract class StoreSubject {

	static final String QUEUE = "default";

	static final String TASK = "task";

	private final Function<Settings, MessageStore> opener;

	private final Queue<Outcome<?>> outcomes = new ConcurrentLinkedQueue<>();

	private final AtomicInteger spread = new AtomicInteger();

	final ManualClock clock = new ManualClock();

	Settings settings = new Settings(this.clock, Retention.DEFAULT, 10_000, Duration.ofMinutes(2));

	MessageStore store;

	StoreInstance instance;

	private boolean open;

	StoreSubject(Function<Settings, MessageStore> opener) {
		this.opener = opener;
	}

	@BeforeEach
	void openStore() {
		this.store = this.opener.apply(this.settings);
		this.instance = this.store.register("test");
		this.open = true;
	}

	@AfterEach
	void closeStore() {
		if (this.open) {
			assertCountersMatchRows();
			close();
		}
		assertThat(this.outcomes).allSatisfy((outcome) -> assertThat(outcome.calls()).isOne());
	}

	void close() {
		this.open = false;
		this.store.close();
	}

	/** Closes the store and opens it again, under a new instance. */
	void reopen() {
		close();
		openStore();
	}

	void reopen(Settings settings) {
		this.settings = settings;
		reopen();
	}

	// --- putting in

	<R> Outcome<R> outcome() {
		Outcome<R> outcome = new Outcome<>();
		this.outcomes.add(outcome);
		return outcome;
	}

	/** Inserts a message that nothing stands in the way of. */
	long insert(Draft draft) {
		Handed handed = hand(draft);
		assertThat(handed.existing()).isZero();
		return handed.id();
	}

	/** Inserts messages without keys into one shard, in the order given. */
	List<Long> insertAll(List<Draft> drafts) {
		List<Long> ids = new ArrayList<>();
		for (int from = 0; from < drafts.size(); from += 1000) {
			List<Draft> chunk = drafts.subList(from, Math.min(from + 1000, drafts.size()));
			long[] assigned = this.store.assignIds(this.instance, chunk.size());
			List<Insertion> rows = new ArrayList<>();
			for (int i = 0; i < assigned.length; i++) {
				rows.add(chunk.get(i).insertion(assigned[i], now()));
				ids.add(assigned[i]);
			}
			InsertResult result = insertRows(rows).get();
			assertThat(result.failed()).isEmpty();
			assertThat(result.existing()).containsOnly(0);
		}
		return ids;
	}

	List<Long> insertAll(Draft... drafts) {
		return insertAll(List.of(drafts));
	}

	/** Inserts a message that may have a taken key. */
	static Draft crowded(String concurrencyKey) {
		return Draft.of(TASK).concurrencyKey(concurrencyKey);
	}

	/** Inserts messages with a concurrency key, one after the other. */
	List<Long> crowd(String concurrencyKey, int count) {
		List<Long> ids = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			ids.add(insert(crowded(concurrencyKey)));
		}
		return ids;
	}

	Handed hand(Draft draft) {
		return hand(this.instance, draft);
	}

	Handed hand(StoreInstance owner, Draft draft) {
		long id = this.store.assignId(owner, draft.keys());
		InsertResult result = insertRows(owner, List.of(draft.insertion(id, now()))).get();
		assertThat(result.failed()).isEmpty();
		return new Handed(id, result.existing()[0]);
	}

	Outcome<InsertResult> insertRows(List<Insertion> rows) {
		return insertRows(this.instance, rows);
	}

	Outcome<InsertResult> insertRows(StoreInstance owner, List<Insertion> rows) {
		Outcome<InsertResult> outcome = new Outcome<>();
		this.store.insert(owner, rows, outcome);
		this.outcomes.add(outcome);
		return outcome;
	}

	/**
	 * Inserts one message into each of several shards, as many as the store has up to a
	 * limit, by keys that live there.
	 */
	Map<Integer, Long> insertIntoShards(int most, Function<Integer, Draft> draft) {
		Map<Integer, Long> ids = new TreeMap<>();
		int wanted = Math.min(most, shards());
		while (ids.size() < wanted) {
			Draft candidate = draft.apply(ids.size()).idempotencyKey("spread-" + this.spread.incrementAndGet());
			long id = this.store.assignId(this.instance, candidate.keys());
			if (ids.putIfAbsent(shardOf(id), id) == null) {
				assertThat(insertRows(List.of(candidate.insertion(id, now()))).get().existing()).containsExactly(0);
			}
		}
		return ids;
	}

	int shards() {
		return this.store.shardStats().size();
	}

	static int shardOf(long id) {
		return (int) (id >>> 16) & 63;
	}

	// --- claiming and settling

	List<StoredMessage> claim(int max) {
		return this.store.claim(this.instance, QUEUE, Set.of(TASK), max);
	}

	StoredMessage claimOne() {
		List<StoredMessage> claimed = claim(1);
		assertThat(claimed).hasSize(1);
		return claimed.get(0);
	}

	/** Inserts a message and claims it. */
	StoredMessage running(Draft draft) {
		long id = insert(draft);
		List<StoredMessage> claimed = this.store.claim(this.instance, draft.queue(), Set.of(draft.task()), 1000);
		assertThat(ids(claimed)).contains(id);
		return claimed.stream().filter((message) -> message.id() == id).findFirst().orElseThrow();
	}

	long ended(Draft draft, MessageState state) {
		if (state == MessageState.CANCELLED) {
			long id = insert(draft);
			assertThat(this.store.cancel(id)).isEqualTo(CancelResult.CANCELLED);
			return id;
		}
		StoredMessage message = running(draft);
		assertThat(settle(switch (state) {
			case COMPLETED -> complete(message);
			case DEAD -> dead(message);
			case EXPIRED -> new Settlement.Expire(message.runKey());
			default -> throw new IllegalArgumentException(state + " is not an end");
		})).isEqualTo(SettleResult.APPLIED);
		return message.id();
	}

	SettleResult settle(Settlement settlement) {
		return settleLater(settlement).get();
	}

	Outcome<SettleResult> settleLater(Settlement settlement) {
		Outcome<SettleResult> outcome = outcome();
		this.store.settle(settlement, outcome);
		return outcome;
	}

	static Settlement complete(StoredMessage message) {
		return new Settlement.Complete(message.runKey(), null, null);
	}

	Settlement retryAt(StoredMessage message, long runAt) {
		return new Settlement.Retry(message.runKey(), runAt, true, failure(message, "again"));
	}

	Settlement dead(StoredMessage message) {
		return new Settlement.Dead(message.runKey(), failure(message, "for good"));
	}

	FailureRecord failure(StoredMessage message, String text) {
		return new FailureRecord(message.attempt(), "java.lang.IllegalStateException", text, "at Here.there", "host-1",
				message.startedAt(), now());
	}

	// --- looking

	StoredMessage find(long id) {
		return this.store.find(id).orElseThrow(() -> new AssertionError("Message " + id + " is not stored"));
	}

	MessageState state(long id) {
		return find(id).state();
	}

	List<StoredMessage> listAll(MessageQuery query) {
		List<StoredMessage> all = new ArrayList<>();
		MessageQuery page = query.limit(MessageQuery.MAX_LIMIT);
		while (true) {
			List<StoredMessage> found = this.store.list(page);
			all.addAll(found);
			if (found.size() < MessageQuery.MAX_LIMIT) {
				return all;
			}
			page = page.after(new MessageId(found.get(found.size() - 1).id()));
		}
	}

	long count(MessageState state) {
		return this.store.counts()
			.stream()
			.filter((count) -> count.state() == state)
			.mapToLong(QueueStats.Count::messages)
			.sum();
	}

	void assertCountersMatchRows() {
		Map<String, Long> counted = new TreeMap<>();
		this.store.counts()
			.forEach((count) -> counted.merge(count.queue() + "/" + count.task() + "/" + count.state(),
					count.messages(), Long::sum));
		Map<String, Long> rows = new TreeMap<>();
		listAll(MessageQuery.all()).forEach(
				(message) -> rows.merge(message.queue() + "/" + message.task() + "/" + message.state(), 1L, Long::sum));
		assertThat(counted).isEqualTo(rows);
	}

	static List<Long> ids(Collection<StoredMessage> messages) {
		return messages.stream().map(StoredMessage::id).toList();
	}

	// --- time

	long now() {
		return this.clock.millis();
	}

	void pass(long millis) {
		this.clock.advance(Duration.ofMillis(millis));
	}

	/** The store may name an earlier time once; then a promotion puts it right. */
	void assertNextDueAt(long expected) {
		long named = this.store.nextDueAt();
		assertThat(named).isLessThanOrEqualTo(expected);
		if (named <= now() && expected > now()) {
			promote();
			assertThat(this.store.nextDueAt()).isGreaterThan(now()).isLessThanOrEqualTo(expected);
		}
	}

	/** Promotes and expires until nothing is left to do. */
	int promote() {
		int changed = 0;
		for (int step = this.store.promoteDue(); step > 0; step = this.store.promoteDue()) {
			changed += step;
		}
		return changed;
	}

	/** Prunes until nothing is left to do. */
	int prune() {
		int pruned = 0;
		for (int step = this.store.prune(); step > 0; step = this.store.prune()) {
			pruned += step;
		}
		return pruned;
	}

	Peer peer(StoreInstance instance) {
		return this.store.peers()
			.stream()
			.filter((peer) -> peer.epoch() == instance.epoch())
			.findFirst()
			.orElseThrow(() -> new AssertionError("Epoch " + instance.epoch() + " is not among the peers"));
	}

	// --- several threads

	/** Runs the tasks at once, one thread each, and returns what they gave back. */
	<T> List<T> together(List<Callable<T>> tasks) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
		try {
			CyclicBarrier start = new CyclicBarrier(tasks.size());
			List<Future<T>> futures = new ArrayList<>();
			for (Callable<T> task : tasks) {
				futures.add(threads.submit(() -> {
					start.await(2, TimeUnit.MINUTES);
					return task.call();
				}));
			}
			List<T> results = new ArrayList<>();
			for (Future<T> future : futures) {
				results.add(future.get(4, TimeUnit.MINUTES));
			}
			return results;
		}
		finally {
			threads.shutdownNow();
		}
	}

	@SafeVarargs
	final <T> List<T> together(Callable<T>... tasks) throws Exception {
		return together(Arrays.asList(tasks));
	}

	/** Groups rows by the shard that their ids name. */
	static Map<Integer, List<Insertion>> byShard(List<Insertion> rows) {
		Map<Integer, List<Insertion>> shards = new LinkedHashMap<>();
		rows.forEach((row) -> shards.computeIfAbsent(shardOf(row.id()), (shard) -> new ArrayList<>()).add(row));
		return shards;
	}

	/**
	 * What came of handing a message in.
	 *
	 * @param id the id it was given
	 * @param existing 0 when it was inserted, else the message that has its key
	 */
	record Handed(long id, long existing) {

		boolean inserted() {
			return this.existing == 0;
		}

	}

}
