package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.Lock;

import io.github.queuesqlite.store.Quarantine;
import io.github.queuesqlite.store.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * The integrity check of a shard that is in use meanwhile: one read on a thread and a
 * connection of its own. The log cannot start over while it reads; the writer stops it
 * when the log grows too large. A damaged file is quarantined.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class IntegrityCheck implements ReaderGate.LongReader {

	private static final Logger logger = LoggerFactory.getLogger(IntegrityCheck.class);

	private final Path file;

	private final Quarantine quarantine;

	private final Lock turn;

	private final Thread thread;

	private @Nullable Connection reading;

	private volatile boolean stopped;

	/**
	 * Creates a check that has not started.
	 * @param file the file
	 * @param quarantine declared when the file is damaged
	 * @param turn held while reading: the shards of a directory are checked in turn
	 */
	IntegrityCheck(Path file, Quarantine quarantine, Lock turn) {
		this.file = file;
		this.quarantine = quarantine;
		this.turn = turn;
		this.thread = new Thread(this::run, "queue-check-" + file.getFileName());
		this.thread.setDaemon(true);
	}

	/**
	 * Checks a file to the first thing that is wrong.
	 * @param connection to the file
	 * @return what is wrong; empty when the file is sound
	 */
	static String check(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("PRAGMA integrity_check(1)")) {
			row.next();
			String found = row.getString(1);
			return "ok".equals(found) ? "" : found;
		}
	}

	void start() {
		logger.info("{} was not closed by its last user: it is checked while it is in use", this.file);
		this.thread.start();
	}

	@Override
	public synchronized boolean isReading() {
		return this.reading != null;
	}

	private void run() {
		this.turn.lock();
		try {
			if (!this.stopped) {
				read();
			}
		}
		catch (SQLException ex) {
			failed(ex);
		}
		finally {
			this.turn.unlock();
		}
	}

	private void read() throws SQLException {
		long start = System.nanoTime();
		try (Connection connection = SqliteConnections.openReader(this.file)) {
			reading(connection);
			try {
				String found = check(connection);
				if (!found.isEmpty()) {
					new DamageNote(this.file).declare(this.quarantine, found);
					return;
				}
			}
			finally {
				reading(null);
			}
		}
		logger.info("{} is sound: checked in {} ms", this.file, (System.nanoTime() - start) / 1_000_000);
	}

	private synchronized void reading(@Nullable Connection connection) throws SQLException {
		this.reading = connection;
		if (connection != null && this.stopped) {
			interrupt(connection);
		}
	}

	private void failed(SQLException failure) {
		if (SqliteFault.isDamage(failure)) {
			new DamageNote(this.file).declare(this.quarantine, failure);
		}
		else if (!this.stopped) {
			logger.warn("{} could not be checked: {}", this.file, failure.toString());
		}
	}

	/** Stops the check for good, and says so when it was under way. */
	@Override
	public void stop(String why) {
		this.stopped = true;
		synchronized (this) {
			if (this.reading != null) {
				logger.warn("The integrity check of {} was broken off: {}. Check a copy of it with the sqlite3 shell.",
						this.file, why);
				interrupt(this.reading);
			}
		}
	}

	private void interrupt(Connection connection) {
		try {
			((SQLiteConnection) connection).getDatabase().interrupt();
		}
		catch (SQLException ex) {
			logger.debug("Cannot stop the check of {}", this.file, ex);
		}
	}

	@Override
	public void end() {
		stop("the queue is closed");
		Threads.awaitEnd(this.thread);
	}

}
