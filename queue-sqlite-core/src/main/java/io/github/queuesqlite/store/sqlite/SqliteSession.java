package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.store.Quarantine;
import io.github.queuesqlite.store.Room;
import io.github.queuesqlite.store.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The writing connection of one file: transactions, the probe, and the write-ahead log.
 * Begin and commit are statements of our own, as the driver's commit opens the next
 * transaction at once and may report a committed one as failed.
 */
abstract class SqliteSession implements Session {

	private static final Logger logger = LoggerFactory.getLogger(SqliteSession.class);

	private static final int PAGE = 4096;

	/** Pages in the log from which it is copied into the file between two batches. */
	private static final int CHECKPOINT_PAGES = 4096;

	/** Pages in the log from which readers are kept out until it starts over. */
	private static final int RESTART_PAGES = 64 * 1024 * 1024 / PAGE;

	private static final String FREE_PAGES = "PRAGMA freelist_count";

	/** Quicker than any other process can come. */
	private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long LOG_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	/** Another process may begin the log anew while it is looked at. */
	private static final int LOG_LOOKS = 3;

	private static final String WAL_STATE = "PRAGMA wal_checkpoint(NOOP)";

	private static final String PASSIVE = "PRAGMA wal_checkpoint(PASSIVE)";

	private static final String RESTART = "PRAGMA wal_checkpoint(RESTART)";

	private static final String TRUNCATE = "PRAGMA wal_checkpoint(TRUNCATE)";

	private final Connection connection;

	private final Statements statements;

	private final ReaderGate gate;

	private final Path file;

	private final long walMax;

	private final Quarantine quarantine;

	private final Watermark watermark;

	private final FileIdentity identity;

	private final LogFrames frames;

	private final LogNumbers logs;

	/** When the files are looked at again before a transaction, at the earliest. */
	private long lookAt = System.nanoTime();

	/** When the log is looked at again, at the earliest. */
	private long logLookAt = System.nanoTime();

	/** Whether closing the connection would harm what others wrote. */
	private boolean abandoned;

	private boolean synced = true;

	private long dataVersion = -1;

	private long restartAfter;

	/** Pages in the log at which the next passive checkpoint is worth it. */
	private long nextCheckpoint = CHECKPOINT_PAGES;

	/**
	 * Creates a session.
	 * @param table its only row has what the session stores of the write-ahead log
	 */
	SqliteSession(Connection connection, ReaderGate gate, Path file, long walMax, Quarantine quarantine,
			Watermark watermark, String table) {
		this.connection = connection;
		this.statements = new Statements(connection);
		this.gate = gate;
		this.file = file;
		this.walMax = walMax;
		this.quarantine = quarantine;
		this.watermark = watermark;
		this.identity = new FileIdentity(file);
		this.frames = new LogFrames(QueueFiles.wal(file));
		this.logs = new LogNumbers(this.statements, this.frames, table);
	}

	final Statements statements() {
		return this.statements;
	}

	final Path file() {
		return this.file;
	}

	final Quarantine quarantine() {
		return this.quarantine;
	}

	@Override
	public void begin(boolean synced) throws SQLException {
		refuseToWrite();
		if (synced != this.synced) {
			this.statements.run(synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
			this.synced = synced;
		}
		this.statements.run("BEGIN IMMEDIATE");
		this.logs.number();
	}

	@Override
	public void commit() throws SQLException {
		this.statements.run("COMMIT");
		this.logs.committed();
		refuseChanged();
		if (System.nanoTime() - this.logLookAt > 0) {
			refuseOtherLog();
		}
	}

	/**
	 * What is written to a log that was cut would hide that it was. What is written
	 * beside another shared memory would overwrite what others write; what was committed
	 * is safe then: whoever opens the file finds it in the log.
	 */
	private void refuseToWrite() throws SQLException {
		if (System.nanoTime() - this.lookAt > 0) {
			this.lookAt = System.nanoTime() + LOOK_NANOS;
			if (this.identity.isLogShorter()) {
				refuseOtherLog();
			}
			String change = this.identity.memoryChange();
			if (!change.isEmpty()) {
				this.abandoned = true;
				throw new SQLiteException(change + ": what was committed is in the log",
						SQLiteErrorCode.SQLITE_CORRUPT);
			}
		}
	}

	/** What stands in the log now must not be copied into the file. */
	private void refuseOtherLog() throws SQLException {
		this.logLookAt = System.nanoTime() + LOG_LOOK_NANOS;
		WalState state = checkpoint(WAL_STATE);
		for (int i = 0; i < LOG_LOOKS; i++) {
			if (this.frames.areThere(state.pages())) {
				this.logs.check();
				return;
			}
			state = checkpoint(WAL_STATE);
		}
		this.abandoned = true;
		throw new SQLiteException(QueueFiles.wal(this.file).getFileName()
				+ " was cut or overwritten while it was in use: "
				+ ((state.pages() == state.copied()) ? "all of it is in the file" : "what was committed last is lost"),
				SQLiteErrorCode.SQLITE_CORRUPT);
	}

	/**
	 * What is committed from now on would be lost. What was committed is saved: it is in
	 * the log that we have open.
	 */
	private void refuseChanged() throws SQLException {
		String change = this.identity.change();
		if (change.isEmpty()) {
			return;
		}
		throw new SQLiteException(change + ": " + saveLog(), SQLiteErrorCode.SQLITE_CORRUPT);
	}

	private String saveLog() throws SQLException {
		if (!this.identity.isOnlyLog()) {
			this.abandoned = true;
			return "another log stands beside it, what was committed last is lost";
		}
		return checkpoint(TRUNCATE).busy() ? "what was committed last is not in it while another program reads it"
				: "what was committed is in the file that was open";
	}

	@Override
	public void rollback() {
		this.logs.rolledBack();
		try {
			this.statements.run("ROLLBACK");
		}
		catch (SQLException ex) {
			logger.debug("Rollback in {}: {}", label(), ex.getMessage());
			// Some errors have rolled back already; then there is nothing to do.
			if (!SqliteFault.isRolledBack(ex)) {
				rollbackAnew();
			}
		}
	}

	/** A statement that broke off in the middle, for lack of memory, holds it open. */
	private void rollbackAnew() {
		this.statements.close();
		try {
			this.statements.run("ROLLBACK");
		}
		catch (SQLException ex) {
			logger.debug("Second rollback in {}: {}", label(), ex.getMessage());
		}
	}

	@Override
	public Fault classify(SQLException failure) {
		return SqliteFault.classify(failure);
	}

	@Override
	public void probe() throws SQLException {
		begin(true);
		writeProbe();
		commit();
	}

	@Override
	public Room room(long bytes) {
		return this.watermark.look(bytes, this::freeInFile);
	}

	private long freeInFile() {
		try {
			return freePages() * PAGE;
		}
		catch (SQLException ex) {
			logger.debug("Free pages of {}", label(), ex);
			return 0;
		}
	}

	@Override
	public long freePages() throws SQLException {
		Long pages = this.statements.number(FREE_PAGES);
		return (pages != null) ? pages : 0;
	}

	@Override
	public long giveBack(int pages) throws SQLException {
		long before = freePages();
		// The driver would end a prepared statement after its first page.
		try (Statement statement = this.connection.createStatement()) {
			statement.executeUpdate("PRAGMA incremental_vacuum(" + pages + ")");
		}
		return before - freePages();
	}

	@Override
	public String makeRoom(SQLException failure) {
		return SqliteFault.mayLackRoom(failure) ? this.watermark.makeRoom(SqliteFault.isFull(failure)) : "";
	}

	final Watermark watermark() {
		return this.watermark;
	}

	/**
	 * An emptied log is the proof: what was doubtful in it is gone, and the file can
	 * grow.
	 */
	@Override
	public void repair() throws SQLException {
		refuseOtherLog();
		this.gate.stopLongReaders("the write-ahead log must start over");
		if (!this.gate.tryClose()) {
			throw new SQLException("A reader of this process holds the write-ahead log of " + label());
		}
		try {
			if (checkpointAtOnce(TRUNCATE).busy()) {
				throw new SQLException("Another program holds the write-ahead log of " + label());
			}
		}
		finally {
			this.gate.open();
		}
	}

	@Override
	public boolean changedElsewhere() throws SQLException {
		refuseChanged();
		refuseToWrite();
		if (System.nanoTime() - this.logLookAt > 0) {
			refuseOtherLog();
		}
		Long version = this.statements.number("PRAGMA data_version");
		boolean changed = version != null && version != this.dataVersion && this.dataVersion != -1;
		this.dataVersion = (version != null) ? version : -1;
		return changed;
	}

	@Override
	public String trim(boolean idle) throws SQLException {
		WalState state = checkpoint(WAL_STATE);
		boolean early = idle || this.watermark.isNear();
		if (state.pages() >= this.nextCheckpoint || (early && state.pages() > state.copied())) {
			refuseOtherLog();
			state = checkpoint(PASSIVE);
			// What a reader holds back is not tried again at every commit.
			this.nextCheckpoint = (state.pages() == state.copied()) ? CHECKPOINT_PAGES
					: state.pages() + CHECKPOINT_PAGES;
		}
		if (state.pages() > Math.min(RESTART_PAGES, this.walMax / PAGE) && System.nanoTime() - this.restartAfter > 0) {
			restart();
			state = checkpoint(WAL_STATE);
		}
		long bytes = state.pages() * PAGE;
		if (bytes > this.walMax / 2) {
			this.gate.stopLongReaders("the write-ahead log has %,d MB".formatted(bytes >> 20));
		}
		return (bytes <= this.walMax || state.pages() == state.copied()) ? ""
				: "The write-ahead log of %s has %,d MB, more than the %,d MB that 'wal.max' allows: another program reads the file and never ends its transaction. New messages are refused until it does; running work goes on."
					.formatted(label(), bytes >> 20, this.walMax >> 20);
	}

	private void restart() throws SQLException {
		this.restartAfter = System.nanoTime() + 1_000_000_000L;
		if (this.gate.tryClose()) {
			try {
				WalState state = checkpointAtOnce(RESTART);
				if (state.busy()) {
					logger.warn("{}: another program keeps the write-ahead log from starting over, it has {} MB",
							label(), (state.pages() * PAGE) >> 20);
				}
			}
			finally {
				this.gate.open();
			}
		}
	}

	/**
	 * Waiting for readers to end would hold up all that is handed in: a foreign one may
	 * never end.
	 */
	private WalState checkpointAtOnce(String pragma) throws SQLException {
		SqliteConnections.failWhenBusy(this.connection);
		try {
			return checkpoint(pragma);
		}
		finally {
			SqliteConnections.waitWhenBusy(this.connection);
		}
	}

	private WalState checkpoint(String pragma) throws SQLException {
		try (ResultSet row = this.statements.prepare(pragma).executeQuery()) {
			row.next();
			return new WalState(row.getInt(1) != 0, Math.max(0, row.getLong(2)), Math.max(0, row.getLong(3)));
		}
	}

	@Override
	public void close() {
		lookOnceMore();
		this.watermark.close();
		if (this.abandoned) {
			// SQLite would copy the log over what others wrote, and delete theirs.
			AbandonedFiles.add(this.identity.fileKey());
			return;
		}
		try {
			checkpoint(PASSIVE);
		}
		catch (SQLException ex) {
			logger.debug("Last checkpoint of {}: {}", label(), ex.getMessage());
		}
		this.statements.close();
		SqliteConnections.closeQuietly(this.connection);
	}

	private void lookOnceMore() {
		if (this.abandoned) {
			return;
		}
		try {
			refuseChanged();
			refuseToWrite();
			refuseOtherLog();
		}
		catch (SQLException ex) {
			logger.debug("Last look at {}: {}", label(), ex.getMessage());
			if (classify(ex) == Fault.DAMAGED) {
				damaged(ex);
			}
		}
	}

	/**
	 * The write-ahead log.
	 *
	 * @param busy whether a checkpoint could not do all it was asked
	 * @param pages pages in the log
	 * @param copied pages copied into the file
	 */
	private record WalState(boolean busy, long pages, long copied) {

	}

}
