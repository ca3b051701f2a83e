package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import io.github.queuesqlite.message.StoreUnavailableException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.logging.LogFactory;
import org.flywaydb.core.api.logging.LogLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Brings a file to the schema of this version. Flyway does it, under our own lock, since
 * it has none on SQLite; a file that says it is current is not looked at again.
 */
final class Migrations {

	private static final Logger logger = LoggerFactory.getLogger(Migrations.class);

	/** Marks our files: "qsql". */
	private static final int APPLICATION_ID = 0x7173716c;

	private static final String LOCATION = "classpath:io/github/queuesqlite/store/sqlite/migration/";

	private final String folder;

	private final int version;

	/**
	 * Creates the migrations of one kind of file.
	 * @param folder where they are
	 * @param version the number of the latest
	 */
	Migrations(String folder, int version) {
		this.folder = folder;
		this.version = version;
	}

	static Migrations shard() {
		return new Migrations("shard", 19);
	}

	static Migrations control() {
		return new Migrations("control", 1);
	}

	static Migrations listen() {
		return new Migrations("listen", 3);
	}

	/**
	 * Migrates a file.
	 * @param connection its writing connection
	 * @param file for the error
	 * @throws StoreUnavailableException if the file is not ours or newer than this
	 * version
	 */
	void apply(Connection connection, Path file) throws SQLException {
		int found = pragma(connection, "user_version");
		if (found == this.version && pragma(connection, "application_id") == APPLICATION_ID) {
			return;
		}
		refuseNewer(found, file);
		if (found == 0 && !isEmpty(connection) && pragma(connection, "application_id") != APPLICATION_ID
				&& !isOurs(connection)) {
			throw new StoreUnavailableException(
					"The file " + file + " is a SQLite database of another program. Use another directory.", null);
		}
		migrate(connection, file);
		SqliteConnections.execute(connection, "PRAGMA application_id = " + APPLICATION_ID);
		SqliteConnections.execute(connection, "PRAGMA user_version = " + this.version);
	}

	private void refuseNewer(int found, Path file) {
		if (found > this.version) {
			throw new StoreUnavailableException(
					"The file " + file + " has schema version " + found + ", this version of queue-sqlite knows up to "
							+ this.version + ". Start the newer version that wrote it, or use another directory.",
					null);
		}
	}

	/**
	 * Refuses a file that is not what a migration would make of it.
	 * @param connection to the file
	 * @param file for the error
	 */
	void refuseOther(Connection connection, Path file) throws SQLException {
		int found = pragma(connection, "user_version");
		refuseNewer(found, file);
		if (pragma(connection, "application_id") != APPLICATION_ID) {
			throw new StoreUnavailableException(
					"The file " + file + " is not one of queue-sqlite, or its creation was broken off", null);
		}
		if (found < this.version) {
			throw new StoreUnavailableException("The file " + file + " has schema version " + found
					+ ", this version of queue-sqlite knows " + this.version
					+ ". Nothing was changed. Use the version that wrote it, or start an application of this version once"
					+ " with 'schema: migrate', the default: the older version cannot use the files any more then.",
					null);
		}
	}

	/**
	 * Runs Flyway without its ten lines a file: one of ours says as much. Its log level
	 * is its only switch, and the application's again at once.
	 */
	private void migrate(Connection connection, Path file) {
		LogLevel level = LogFactory.getLogLevel();
		LogFactory.setLogLevel(LogLevel.WARN);
		try {
			Flyway.configure()
				.dataSource(new SingleConnectionDataSource(connection, true))
				.locations(LOCATION + this.folder)
				.table("queue_schema_history")
				.failOnMissingLocations(true)
				.load()
				.migrate();
			logger.debug("Migrated {} to schema version {}", file, this.version);
		}
		catch (FlywayException ex) {
			throw new StoreUnavailableException(
					"Cannot migrate " + file + " to schema version " + this.version + ": " + ex.getMessage(), ex);
		}
		finally {
			LogFactory.setLogLevel(level);
		}
	}

	private static boolean isEmpty(Connection connection) throws SQLException {
		return read(connection, "SELECT count(*) FROM sqlite_schema") == 0;
	}

	/** A first migration that was cut off leaves Flyway's table. */
	private static boolean isOurs(Connection connection) throws SQLException {
		return read(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'queue_schema_history'") == 1;
	}

	private static int pragma(Connection connection, String name) throws SQLException {
		return read(connection, "PRAGMA " + name);
	}

	private static int read(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
			row.next();
			return row.getInt(1);
		}
	}

}
