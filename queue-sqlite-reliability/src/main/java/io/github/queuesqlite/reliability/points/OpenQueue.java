package io.github.queuesqlite.reliability.points;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.AttributesCodec;
import io.github.queuesqlite.store.FutureCompletion;
import io.github.queuesqlite.store.InsertResult;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Peer;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.WriterSettings;
import io.github.queuesqlite.store.sqlite.SqliteStoreSettings;
import io.github.queuesqlite.store.sqlite.SqliteStores;
import org.jspecify.annotations.Nullable;

/** An open directory with one instance, without workers and maintenance. */
final class OpenQueue implements AutoCloseable {

	static final String QUEUE = "default";

	static final String TASK = "task";

	static final int MAX_ATTEMPTS = 3;

	/** Ended messages are kept for an hour, and only some of them. */
	private static final Retention RETENTION = new Retention(Duration.ofHours(1), Duration.ofHours(1),
			Duration.ofHours(1), Duration.ofHours(2), 40);

	final MessageStore store;

	final StoreInstance instance;

	final SteppedClock clock;

	/** What was claimed, for late reports. */
	final Queue<StoredMessage> claimed = new ConcurrentLinkedQueue<>();

	/** A second instance of this process. */
	@Nullable StoreInstance other;

	private OpenQueue(MessageStore store, SteppedClock clock) {
		this.store = store;
		this.clock = clock;
		this.instance = store.register("points");
	}

	static OpenQueue open(Path directory, @Nullable Integer shards, SteppedClock clock) {
		return new OpenQueue(
				SqliteStores
					.open(new SqliteStoreSettings(directory, shards, writer(), RETENTION, 256L * 1024 * 1024, clock)),
				clock);
	}

	static WriterSettings writer() {
		return new WriterSettings(true, 10_000, Duration.ofSeconds(20), Duration.ofSeconds(1), QueueRecorder.NONE);
	}

	/** Takes back what dead instances own, as the rescue service does. */
	void rescueDead() {
		for (Peer peer : this.store.peers()) {
			if (peer.epoch() != this.instance.epoch() && (peer.dead() || this.store.isGone(peer))) {
				this.store.rescue(peer, (task) -> MAX_ATTEMPTS);
			}
		}
	}

	long now() {
		return this.clock.millis();
	}

	// ---- putting in

	/** Inserts a message and returns its id, or that of the message that has its key. */
	long insert(Keys keys, String text) {
		return insert(keys, text, 0, null);
	}

	long insert(Keys keys, String text, long delay, @Nullable Long timeToLive) {
		long id = this.store.assignId(this.instance, keys);
		Long expiresAt = (timeToLive != null) ? now() + timeToLive : null;
		long existing = insert(List.of(new Insertion(id, keys, QUEUE, keys.task(), 1, now(), now() + delay, expiresAt,
				null, attributes(keys), "bytes", text.getBytes(StandardCharsets.UTF_8), false)))
			.existing()[0];
		return (existing != 0) ? existing : id;
	}

	private static @Nullable String attributes(Keys keys) {
		String key = keys.concurrencyKey();
		return (key != null) ? AttributesCodec.encode(NewMessage.to(keys.task()).concurrencyKey(key)) : null;
	}

	static Keys plain() {
		return new Keys(TASK, null, null);
	}

	/** Inserts messages without keys in one batch. */
	List<Long> insertTogether(int count, String text) {
		long[] assigned = this.store.assignIds(this.instance, count);
		List<Insertion> rows = new ArrayList<>();
		List<Long> ids = new ArrayList<>();
		for (long id : assigned) {
			rows.add(new Insertion(id, plain(), QUEUE, TASK, 1, now(), now(), null, null, null, "bytes",
					text.getBytes(StandardCharsets.UTF_8), false));
			ids.add(id);
		}
		insert(rows);
		return ids;
	}

	private InsertResult insert(List<Insertion> rows) {
		FutureCompletion<InsertResult> future = new FutureCompletion<>();
		this.store.insert(this.instance, rows, future);
		InsertResult result = future.future().join();
		if (!result.failed().isEmpty()) {
			throw new IllegalStateException("Not stored: " + result.failed());
		}
		return result;
	}

	// ---- claiming and settling

	List<StoredMessage> claim(int max) {
		List<StoredMessage> messages = this.store.claim(this.instance, QUEUE, Set.of(TASK), max);
		this.claimed.addAll(messages);
		return messages;
	}

	/** Claims all there is and notes that it started. */
	List<StoredMessage> start() {
		List<StoredMessage> messages = claim(1000);
		messages.forEach((message) -> this.instance.started(message.runKey()));
		return messages;
	}

	SettleResult settle(Settlement settlement) {
		return settleLater(settlement).join();
	}

	private CompletableFuture<SettleResult> settleLater(Settlement settlement) {
		FutureCompletion<SettleResult> future = new FutureCompletion<>();
		this.store.settle(settlement, future);
		return future.future();
	}

	/** Settles several at once, so that they share transactions. */
	void settleAll(List<? extends Settlement> settlements) {
		List<CompletableFuture<SettleResult>> futures = new ArrayList<>();
		settlements.forEach((settlement) -> futures.add(settleLater(settlement)));
		futures.forEach(CompletableFuture::join);
	}

	FailureRecord failure(StoredMessage message) {
		return new FailureRecord(message.attempt(), "java.lang.IllegalStateException", "no luck", "at Here", "host",
				now(), now());
	}

	// ---- looking

	List<StoredMessage> all() {
		List<StoredMessage> all = new ArrayList<>();
		MessageQuery page = MessageQuery.all().limit(MessageQuery.MAX_LIMIT);
		for (List<StoredMessage> found = this.store.list(page); !found.isEmpty(); found = this.store.list(page)) {
			all.addAll(found);
			page = page.after(new MessageId(found.get(found.size() - 1).id()));
		}
		return all;
	}

	/** The ids of the messages in a state. */
	List<Long> ids(MessageState state) {
		return all().stream().filter((message) -> message.state() == state).map(StoredMessage::id).toList();
	}

	Map<MessageState, Integer> states() {
		Map<MessageState, Integer> states = new TreeMap<>();
		all().forEach((message) -> states.merge(message.state(), 1, Integer::sum));
		return states;
	}

	@Override
	public void close() {
		this.store.close();
	}

}
