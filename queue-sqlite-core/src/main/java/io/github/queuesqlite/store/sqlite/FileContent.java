package io.github.queuesqlite.store.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.store.StoredMessage;

/** Reads all of a file to see whether it is what was written. */
final class FileContent {

	/** So many findings tell as much as all. */
	private static final int MOST = 20;

	private static final String ALL_MESSAGES = "SELECT " + MessageTable.COLUMNS + " FROM message";

	private static final String SOME_MESSAGES = ALL_MESSAGES + " WHERE id IN (SELECT value FROM json_each(?1))";

	private FileContent() {
	}

	/** Returns what SQLite finds wrong; empty when the file is sound. */
	static List<String> findings(Connection connection) throws SQLException {
		List<String> findings = new ArrayList<>();
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("PRAGMA integrity_check(" + MOST + ")")) {
			while (rows.next()) {
				findings.add(rows.getString(1));
			}
		}
		return findings.equals(List.of("ok")) ? List.of() : findings;
	}

	/** Returns the messages of a shard that do not match their checksums. */
	static List<Long> damagedMessages(Connection connection) throws SQLException {
		return messages(connection, true, ALL_MESSAGES);
	}

	/** Returns which of some messages are there and match their checksums. */
	static List<Long> soundMessages(Connection connection, List<Long> ids) throws SQLException {
		return messages(connection, false, SOME_MESSAGES, LongJson.of(ids));
	}

	private static List<Long> messages(Connection connection, boolean damaged, String sql, Object... values)
			throws SQLException {
		List<Long> found = new ArrayList<>();
		Checksum checksum = new Checksum();
		try (Statements statements = new Statements(connection)) {
			statements.each((row) -> {
				StoredMessage message = MessageTable.stored(row, checksum, 0);
				if (message.damaged() == damaged) {
					found.add(message.id());
				}
			}, sql, values);
		}
		return found;
	}

}
