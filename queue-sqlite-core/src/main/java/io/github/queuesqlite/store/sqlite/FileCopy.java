package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.StoreFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * A copy of one file as it is at one moment, written row by row in a single read: what
 * {@code VACUUM INTO} does, but for the moment, which that chooses itself. (The backup
 * API cannot be stopped.)
 */
final class FileCopy implements StoreFile.Copy {

	private static final Logger logger = LoggerFactory.getLogger(FileCopy.class);

	/** Objects whose names SQLite keeps to itself are made by those they belong to. */
	private static final String SCHEMA = """
			SELECT name, sql FROM source.sqlite_schema
			WHERE (type = 'table') = ?1 AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
			ORDER BY rowid""";

	private final Path source;

	private final Path target;

	private final boolean messages;

	private final LongRead read;

	/**
	 * Prepares a copy.
	 * @param source the file
	 * @param gate of the file
	 * @param messages whether it has messages
	 * @param target must not exist
	 */
	FileCopy(Path source, ReaderGate gate, boolean messages, Path target) {
		this.source = source;
		this.target = target;
		this.messages = messages;
		this.read = new LongRead("backup", source, gate);
		boolean opened = false;
		try {
			this.read.open(this::open);
			opened = true;
		}
		finally {
			if (!opened) {
				this.read.close();
			}
		}
	}

	private Connection open() throws SQLException {
		try {
			PrivateFiles.open(this.target, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)).close();
		}
		catch (IOException ex) {
			throw new SQLException(ex.toString(), ex);
		}
		SQLiteConfig config = new SQLiteConfig();
		config.setGetGeneratedKeys(false);
		config.setPageSize(4096);
		config.setOpenMode(SQLiteOpenMode.OPEN_URI);
		Connection connection = config.createConnection("jdbc:sqlite:" + this.target);
		boolean opened = false;
		try {
			SqliteConnections.execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
			// Nobody sees it before it is whole and synced.
			SqliteConnections.execute(connection, "PRAGMA journal_mode = OFF");
			SqliteConnections.execute(connection, "PRAGMA synchronous = OFF");
			SqliteConnections.execute(connection, "PRAGMA temp_store = MEMORY");
			SqliteConnections.execute(connection, "PRAGMA cache_size = -32000");
			try (PreparedStatement attach = connection.prepareStatement("ATTACH ?1 AS source")) {
				attach.setString(1, this.source.toUri() + "?mode=ro");
				attach.execute();
			}
			SqliteConnections.execute(connection, "PRAGMA source.mmap_size = 0");
			opened = true;
			return connection;
		}
		finally {
			if (!opened) {
				SqliteConnections.closeQuietly(connection);
			}
		}
	}

	@Override
	public void freeze() {
		this.read.read((connection) -> {
			SqliteConnections.execute(connection, "BEGIN");
			return number(connection, "SELECT count(*) FROM source.sqlite_schema");
		});
	}

	@Override
	public void write() {
		this.read.read((connection) -> {
			copy(connection);
			return true;
		});
		// From here on the log may start over.
		this.read.close();
		try (FileChannel channel = FileChannel.open(this.target, StandardOpenOption.WRITE)) {
			channel.force(true);
		}
		catch (IOException ex) {
			throw new StoreUnavailableException("The backup of " + name() + " could not be synced: " + ex, ex);
		}
		verify();
	}

	private void copy(Connection connection) throws SQLException {
		List<String[]> tables = schema(connection, 1);
		for (String[] table : tables) {
			SqliteConnections.execute(connection, table[1]);
		}
		// Before the rows: afterwards each would read all of them again.
		for (String[] other : schema(connection, 0)) {
			SqliteConnections.execute(connection, other[1]);
		}
		for (String[] table : tables) {
			copyRows(connection, table[0]);
		}
		if (number(connection, "SELECT count(*) FROM source.sqlite_schema WHERE name = 'sqlite_sequence'") > 0) {
			// A number that was given must not be given again.
			SqliteConnections.execute(connection, "DELETE FROM main.sqlite_sequence");
			copyRows(connection, "sqlite_sequence");
		}
		for (String pragma : List.of("user_version", "application_id")) {
			SqliteConnections.execute(connection,
					"PRAGMA main." + pragma + " = " + number(connection, "PRAGMA source." + pragma));
		}
		SqliteConnections.execute(connection, "COMMIT");
	}

	private static List<String[]> schema(Connection connection, int tables) throws SQLException {
		List<String[]> found = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement(SCHEMA)) {
			statement.setInt(1, tables);
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					found.add(new String[] { rows.getString(1), rows.getString(2) });
				}
			}
		}
		return found;
	}

	private static void copyRows(Connection connection, String table) throws SQLException {
		String name = '"' + table.replace("\"", "\"\"") + '"';
		SqliteConnections.execute(connection, "INSERT INTO main." + name + " SELECT * FROM source." + name);
	}

	private static long number(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
			row.next();
			return row.getLong(1);
		}
	}

	private void verify() {
		List<Long> damaged = new ArrayList<>();
		try (LongRead check = new LongRead("check", this.target, new ReaderGate())) {
			check.open(() -> SqliteConnections.openReader(this.target));
			List<String> findings = check.read(FileContent::findings);
			if (!findings.isEmpty()) {
				throw new StoreUnavailableException("The backup of " + name() + " is damaged: " + findings.get(0)
						+ ". Look at the disk it was written to.", null);
			}
			if (this.messages) {
				damaged.addAll(check.read(FileContent::damagedMessages));
			}
		}
		if (!damaged.isEmpty()) {
			compare(damaged);
		}
	}

	/** What is damaged in the queue is damaged in its copy, and nothing else. */
	private void compare(List<Long> damaged) {
		try (LongRead original = new LongRead("check", this.source, new ReaderGate())) {
			original.open(() -> SqliteConnections.openReader(this.source));
			List<Long> sound = original.read((connection) -> FileContent.soundMessages(connection, damaged));
			if (!sound.isEmpty()) {
				throw new StoreUnavailableException(
						"The backup of " + name() + " is damaged: message " + new MessageId(sound.get(0))
								+ " does not match its checksum. Look at the disk that it was written to.",
						null);
			}
		}
		logger.warn("{} messages of {} are damaged, and so they are in its backup: message {} for one", damaged.size(),
				name(), new MessageId(damaged.get(0)));
	}

	private String name() {
		return String.valueOf(this.source.getFileName());
	}

	@Override
	public void close() {
		this.read.close();
	}

}
