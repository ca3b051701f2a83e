package io.github.queuesqlite.store.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import io.github.queuesqlite.message.StoreUnavailableException;
import org.sqlite.SQLiteConfig;

/** The SQLite library that the driver brings. */
final class SqliteLibrary {

	/**
	 * Earlier versions can damage a database when the write-ahead log starts over
	 * (https://sqlite.org/wal.html#walresetbug).
	 */
	private static final int[] LEAST = { 3, 51, 3 };

	private SqliteLibrary() {
	}

	/**
	 * Loads the library and refuses an old one.
	 * @throws StoreUnavailableException if it cannot be loaded or is too old
	 */
	static void check() {
		String version = version();
		if (isOlder(version)) {
			throw new StoreUnavailableException("SQLite " + version
					+ " can damage files in write-ahead mode; at least 3.51.3 is needed. Use org.xerial:sqlite-jdbc"
					+ " 3.51.3.0 or newer.", null);
		}
	}

	private static String version() {
		try (Connection connection = new SQLiteConfig().createConnection("jdbc:sqlite::memory:");
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("SELECT sqlite_version()")) {
			row.next();
			return row.getString(1);
		}
		catch (SQLException | LinkageError ex) {
			throw new StoreUnavailableException("Cannot load the SQLite library: " + ex.getMessage()
					+ ". On Java 24 and later allow native access with --enable-native-access=ALL-UNNAMED; where the"
					+ " temporary directory forbids execution, set the system property org.sqlite.tmpdir.", ex);
		}
	}

	static boolean isOlder(String version) {
		String[] parts = version.split("\\.");
		for (int i = 0; i < LEAST.length; i++) {
			int part = (i < parts.length) ? Integer.parseInt(parts[i]) : 0;
			if (part != LEAST[i]) {
				return part < LEAST[i];
			}
		}
		return false;
	}

}
