package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.store.IdGenerator;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.WriterSettings;

/**
 * What one JDBC connection can do on a shard's file when nothing else has to be done: the
 * same migrations, settings, statements, counters and pruning, called by one thread that
 * waits for nobody. The limit beside which the queue is measured.
 * <p>
 * In the store's package because its statements are nobody else's business.
 */
public final class RawShard implements AutoCloseable {

	private static final String QUEUE = "default";

	private static final String TASK = "noop";

	private static final long EPOCH = 1_000_000;

	private static final Keys KEYS = new Keys(TASK, null, null);

	private static final long MAX_ROWS = Retention.DEFAULT.maxRows();

	private final Connection connection;

	private final Statements statements;

	private final CounterTable counters;

	private final Texts texts = new Texts();

	private final Checksum checksum = new Checksum();

	private final IdGenerator ids = new IdGenerator(InstantSource.system(), 0, 31, 0);

	private final byte[] payload;

	private final List<Long> running = new ArrayList<>();

	private long prunable;

	private long prunableDelta;

	private RawShard(Connection connection, byte[] payload) throws SQLException {
		this.connection = connection;
		this.statements = new Statements(connection);
		this.counters = new CounterTable(this.statements);
		this.payload = payload.clone();
		// What the writer does between its transactions, left to SQLite.
		this.statements.number("PRAGMA wal_autocheckpoint = 4096");
		new InstanceTable(this.statements).join(EPOCH, "raw", 31, System.currentTimeMillis());
	}

	/**
	 * Creates the file of a queue with one shard and opens one connection to it.
	 * @param directory empty or missing
	 * @param payload of each message
	 * @return the connection
	 */
	public static RawShard create(Path directory, byte[] payload) throws SQLException {
		WriterSettings writer = new WriterSettings(true, 1000, Duration.ZERO, Duration.ofSeconds(1),
				QueueRecorder.NONE);
		SqliteStores
			.open(new SqliteStoreSettings(directory, 1, writer, Retention.DEFAULT, 1L << 30, InstantSource.system()))
			.close();
		return new RawShard(SqliteConnections.openWriter(new QueueFiles(directory.toAbsolutePath()).shard(0)), payload);
	}

	/**
	 * Inserts messages in one transaction.
	 * @param rows how many
	 */
	public void insert(int rows) throws SQLException {
		begin();
		insertRows(rows);
		commit();
	}

	/**
	 * Claims messages in one transaction.
	 * @param rows how many, all there
	 */
	public void claim(int rows) throws SQLException {
		begin();
		claimRows(rows);
		commit();
	}

	/**
	 * Completes the messages claimed first, in one transaction, and prunes.
	 * @param rows how many
	 */
	public void finish(int rows) throws SQLException {
		begin();
		finishRows(rows);
		prune(2 * rows);
		commit();
	}

	/**
	 * Completes what the call before claimed, inserts as many, claims them and prunes, in
	 * one transaction.
	 * @param rows how many
	 */
	public void live(int rows) throws SQLException {
		begin();
		finishRows(this.running.size());
		insertRows(rows);
		claimRows(rows);
		prune(6 * rows);
		commit();
	}

	private void begin() throws SQLException {
		this.statements.run("BEGIN IMMEDIATE");
	}

	private void commit() throws SQLException {
		this.counters.flush();
		if (this.prunableDelta != 0) {
			this.statements.update("UPDATE shard SET prunable = prunable + ?1 WHERE id = 1", this.prunableDelta);
			this.prunable += this.prunableDelta;
			this.prunableDelta = 0;
		}
		this.statements.run("COMMIT");
	}

	private void insertRows(int rows) throws SQLException {
		int left = rows;
		while (left > 0) {
			int some = (left >= MessageTable.INSERT_ROWS) ? MessageTable.INSERT_ROWS : 1;
			PreparedStatement statement = this.statements
				.prepare((some > 1) ? MessageTable.INSERT_MANY : MessageTable.INSERT_ONE);
			long now = System.currentTimeMillis();
			for (int i = 0; i < some; i++) {
				MessageTable.bind(statement, i, new Insertion(this.ids.next(), KEYS, QUEUE, TASK, 1, now, now, null,
						null, null, "json", this.payload, false), false, this.checksum);
			}
			statement.executeUpdate();
			left -= some;
		}
		this.counters.add(QUEUE, TASK, StateCode.READY, rows);
	}

	private void claimRows(int rows) throws SQLException {
		this.statements.number("""
				SELECT 1 WHERE EXISTS (SELECT 1 FROM queue WHERE name = ?1)
				    OR NOT EXISTS (SELECT 1 FROM instance WHERE epoch = ?2 AND dead = 0)""", QUEUE, EPOCH);
		long now = System.currentTimeMillis();
		List<StoredMessage> claimed = new ArrayList<>(rows);
		this.statements.each(
				(row) -> claimed.add(MessageTable.claimed(row, this.texts, this.checksum, 0, QUEUE, EPOCH, now)),
				MessageTable.CLAIMABLE_OF_TASK, QUEUE, TASK, rows);
		List<Long> ids = new ArrayList<>(rows);
		claimed.forEach((message) -> ids.add(message.id()));
		int changed = this.statements.update(MessageTable.CLAIM, EPOCH, now, LongJson.of(ids));
		if (changed != rows) {
			throw new IllegalStateException("Claimed " + changed + " of " + rows);
		}
		this.running.addAll(ids);
		this.counters.move(QUEUE, TASK, StateCode.READY, StateCode.RUNNING, rows);
	}

	private void finishRows(int rows) throws SQLException {
		if (rows == 0) {
			return;
		}
		List<Long> first = this.running.subList(0, rows);
		int completed = this.statements.update(MessageTable.COMPLETE_MANY, System.currentTimeMillis(),
				LongJson.of(first), EPOCH, 1);
		if (completed != rows) {
			throw new IllegalStateException("Completed " + completed + " of " + rows);
		}
		first.clear();
		this.prunableDelta += rows;
		this.counters.move(QUEUE, TASK, StateCode.RUNNING, StateCode.COMPLETED, rows);
	}

	private void prune(int max) throws SQLException {
		int above = (int) Math.min(max, Math.max(0, this.prunable + this.prunableDelta - MAX_ROWS));
		if (above > 0) {
			String ids = this.statements.text(MessageTable.ABOVE_COUNT,
					System.currentTimeMillis() - PruneRule.WAITER_MILLIS, above);
			this.statements.each(
					(row) -> this.counters.add(row.getString(1), row.getString(2), row.getInt(3), -row.getInt(4)),
					MessageTable.COUNT_IDS, ids);
			this.prunableDelta -= this.statements.update(MessageTable.PRUNE_IDS, ids);
		}
	}

	/**
	 * Returns whether each further end of a message makes an older one be deleted.
	 * @return true once 100,000 ended messages are kept
	 */
	public boolean isPruning() {
		return this.prunable >= MAX_ROWS;
	}

	@Override
	public void close() throws SQLException {
		this.statements.close();
		this.connection.close();
	}

}
