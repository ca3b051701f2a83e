package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The file {@code listen.db}. A damaged one is set aside and a new one begun: messages
 * must not wait for listen data. Only a process that is alone with the file may do so,
 * since SQLite deletes the write-ahead log by name when its last user closes it. Who has
 * the file open holds one of its lock files.
 */
final class ListenFile implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ListenFile.class);

	private static final int USERS = 64;

	private final Path file;

	private final HeldLocks.Held use;

	private final Connection connection;

	private ListenFile(Path file, HeldLocks.Held use, Connection connection) {
		this.file = file;
		this.use = use;
		this.connection = connection;
	}

	/** Opens the file, creating or migrating it, or replacing a damaged one. */
	static ListenFile open(SqliteListenSettings settings) {
		QueueFiles files = QueueFiles.prepare(settings.directory());
		Path file = files.listen();
		HeldLocks.Held use = null;
		Connection connection = null;
		if (AbandonedFiles.contains(file)) {
			throw new StoreUnavailableException("Cannot open the file " + file
					+ " again: somebody laid hands on it while this process used it. End this process, start anew.",
					null);
		}
		try (OpenLock lock = OpenLock.acquire(files)) {
			use = use(files);
			connection = open(file, isAlone(files), settings.clock().millis());
			return new ListenFile(file, use, connection);
		}
		catch (IOException | SQLException ex) {
			throw new StoreUnavailableException(
					"Cannot open the file " + file + ": " + ex.getMessage()
							+ ". Check that the disk is there, has room, and that the application may write the file.",
					ex);
		}
		finally {
			if (connection == null && use != null) {
				use.close();
			}
		}
	}

	private static HeldLocks.Held use(QueueFiles files) throws IOException {
		for (int user = 0; user < USERS; user++) {
			HeldLocks.Held held = HeldLocks.tryLock(lockFile(files, user));
			if (held != null) {
				return held;
			}
		}
		throw new StoreUnavailableException("The listen data in " + files.directory() + " is already open " + USERS
				+ " times. End some of the processes that use it.", null);
	}

	/** Whether only one of the lock files is held, which is ours. */
	private static boolean isAlone(QueueFiles files) throws IOException {
		int held = 0;
		for (int user = 0; user < USERS; user++) {
			Path file = lockFile(files, user);
			if (Files.exists(file) && !HeldLocks.isFree(file)) {
				held++;
			}
		}
		return held == 1;
	}

	private static Path lockFile(QueueFiles files, int user) {
		return files.directory().resolve("locks").resolve("listen-%02d.lock".formatted(user));
	}

	private static Connection open(Path file, boolean alone, long now) throws IOException, SQLException {
		try {
			return openChecked(file, alone);
		}
		catch (SQLException | StoreUnavailableException ex) {
			if (!SqliteFault.isDamage(ex)) {
				throw ex;
			}
			if (!alone) {
				throw new StoreUnavailableException("The file " + file + " is damaged (" + ex.getMessage()
						+ ") and other processes have it open. End all of them, then start again.", ex);
			}
			setAside(file, now, ex);
			return openChecked(file, false);
		}
	}

	private static Connection openChecked(Path file, boolean check) throws SQLException {
		Connection connection = SqliteConnections.openWriter(file);
		boolean opened = false;
		try {
			if (check) {
				check(connection);
			}
			Migrations.listen().apply(connection, file);
			opened = true;
			return connection;
		}
		finally {
			if (!opened) {
				SqliteConnections.closeQuietly(connection);
			}
		}
	}

	private static void check(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
			if (row.next() && !"ok".equals(row.getString(1))) {
				throw new SQLiteException(row.getString(1), SQLiteErrorCode.SQLITE_CORRUPT);
			}
		}
	}

	private static void setAside(Path file, long now, Exception damage) throws IOException {
		String suffix = ".damaged-" + now;
		for (String part : List.of("-shm", "-wal", "")) {
			Path from = file.resolveSibling(file.getFileName() + part);
			if (Files.exists(from)) {
				Files.move(from, file.resolveSibling(file.getFileName() + suffix + part));
			}
		}
		logger.error(
				"The file {} is damaged ({}). It is kept as {}{}; listen data begins anew and empty, messages are"
						+ " not concerned. Put the values again; sqlite3's .recover may read the old ones.",
				file, Names.oneLine(String.valueOf(damage.getMessage())), file.getFileName(), suffix);
	}

	Path path() {
		return this.file;
	}

	/** The writing connection, closed by whoever uses it. */
	Connection connection() {
		return this.connection;
	}

	/** Says that the file is open no more. */
	@Override
	public void close() {
		this.use.close();
	}

}
