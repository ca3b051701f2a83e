package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.AttributesCodec;
import io.github.queuesqlite.store.FutureCompletion;
import io.github.queuesqlite.store.InsertResult;
import io.github.queuesqlite.store.ClaimOrder;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.WriterSettings;

/** An open directory with one instance, on the real clock. */
final class TestStore implements AutoCloseable {

	static final String QUEUE = "default";

	static final String TASK = "task";

	final MessageStore store;

	final StoreInstance instance;

	private TestStore(MessageStore store) {
		this.store = store;
		this.instance = store.register("test");
	}

	static TestStore open(Path directory, Integer shards) {
		return open(directory, shards, 256L * 1024 * 1024);
	}

	static TestStore open(Path directory, Integer shards, long walMax) {
		return open(directory, shards, walMax, DiskSettings.DEFAULT);
	}

	/** Fills the disk to the last byte. */
	static TestStore openWithoutReserve(Path directory, Integer shards) {
		return open(directory, shards, 256L * 1024 * 1024, new DiskSettings(0L, DiskSpace.REAL));
	}

	private static TestStore open(Path directory, Integer shards, long walMax, DiskSettings disk) {
		WriterSettings writer = new WriterSettings(true, 10_000, Duration.ofMinutes(2), Duration.ofSeconds(1),
				QueueRecorder.NONE);
		return new TestStore(SqliteStores.open(new SqliteStoreSettings(directory, shards, writer, Retention.DEFAULT,
				walMax, InstantSource.system(), disk, ClaimOrder.DEFAULT)));
	}

	/** One that never refuses. */
	static Watermark noWatermark(Path file) {
		return new Watermark(file, "", "", DiskSpace.REAL, 0, new DiskReserve(file.resolveSibling(""), 0));
	}

	long insert(int payloadBytes) {
		return insert(new Keys(TASK, null, null), payloadBytes)[0];
	}

	/**
	 * Inserts a message and returns its id and the id of the message that has its key.
	 */
	long[] insert(Keys keys, int payloadBytes) {
		long id = this.store.assignId(this.instance, keys);
		return new long[] { id, insert(List.of(insertion(id, keys, payloadBytes))).existing()[0] };
	}

	/** Inserts a message with a concurrency key. */
	void insertKeyed(String concurrencyKey, int payloadBytes) {
		Keys keys = new Keys(TASK, null, null, null, concurrencyKey);
		long id = this.store.assignId(this.instance, keys);
		Insertion row = insertion(id, keys, payloadBytes);
		insert(List.of(new Insertion(id, keys, row.queue(), row.task(), row.priority(), row.createdAt(), row.runAt(),
				null, null, AttributesCodec.encode(NewMessage.to(TASK).concurrencyKey(concurrencyKey)), row.codec(),
				row.payload(), false)));
	}

	InsertResult insert(List<Insertion> rows) {
		return get(insertLater(rows));
	}

	CompletableFuture<InsertResult> insertLater(List<Insertion> rows) {
		FutureCompletion<InsertResult> future = new FutureCompletion<>();
		this.store.insert(this.instance, rows, future);
		return future.future();
	}

	Insertion insertion(long id, Keys keys, int payloadBytes) {
		long now = System.currentTimeMillis();
		return new Insertion(id, keys, QUEUE, keys.task(), 1, now, now, null, null, null, "bytes",
				new byte[payloadBytes], false);
	}

	List<StoredMessage> claim(int max) {
		return this.store.claim(this.instance, QUEUE, Set.of(TASK), max);
	}

	SettleResult complete(StoredMessage message) {
		return get(completeLater(message));
	}

	SettleResult complete(StoredMessage message, byte[] result) {
		FutureCompletion<SettleResult> future = new FutureCompletion<>();
		this.store.settle(new Settlement.Complete(message.runKey(), "bytes", result), future);
		return get(future.future());
	}

	SettleResult fail(StoredMessage message) {
		FutureCompletion<SettleResult> future = new FutureCompletion<>();
		FailureRecord failure = new FailureRecord(message.attempt(), "java.lang.IllegalStateException", "again", "", "",
				0, 0);
		this.store.settle(new Settlement.Dead(message.runKey(), failure), future);
		return get(future.future());
	}

	CompletableFuture<SettleResult> completeLater(StoredMessage message) {
		FutureCompletion<SettleResult> future = new FutureCompletion<>();
		this.store.settle(new Settlement.Complete(message.runKey(), null, null), future);
		return future.future();
	}

	List<StoredMessage> all() {
		List<StoredMessage> all = new ArrayList<>();
		MessageQuery page = MessageQuery.all().limit(1000);
		for (List<StoredMessage> found = this.store.list(page); !found.isEmpty(); found = this.store.list(page)) {
			all.addAll(found);
			page = page.after(new MessageId(found.get(found.size() - 1).id()));
		}
		return all;
	}

	static <R> R get(CompletableFuture<R> future) {
		try {
			return future.get(4, TimeUnit.MINUTES);
		}
		catch (ExecutionException ex) {
			throw (QueueException) ex.getCause();
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new AssertionError(ex);
		}
	}

	/** Runs SQL on a file that no store has open, or reads one that is. */
	static String sql(Path file, String sql) throws SQLException {
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file + "?busy_timeout=60000");
				Statement statement = connection.createStatement()) {
			if (!statement.execute(sql)) {
				return "";
			}
			try (ResultSet row = statement.getResultSet()) {
				return row.next() ? row.getString(1) : "";
			}
		}
	}

	@Override
	public void close() {
		this.store.close();
	}

}
