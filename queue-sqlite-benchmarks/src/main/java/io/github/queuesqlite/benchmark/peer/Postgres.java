package io.github.queuesqlite.benchmark.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/** A PostgreSQL server of this process, durable as a server in use is. */
final class Postgres implements AutoCloseable {

	private static final String[] DURABLE = { "fsync", "synchronous_commit", "full_page_writes" };

	private final EmbeddedPostgres server;

	private int databases;

	Postgres(Path directory) {
		try {
			EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
				.setDataDirectory(directory)
				.setCleanDataDirectory(false);
			// For tests it is not durable unless told.
			for (String setting : DURABLE) {
				builder.setServerConfig(setting, "on");
			}
			this.server = builder.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Creates a database.
	 * @param connections of the pool
	 * @param options of the URL, each after an ampersand
	 */
	HikariDataSource next(int connections, String options) {
		String name = "queue" + ++this.databases;
		try (Connection connection = this.server.getPostgresDatabase().getConnection();
				Statement statement = connection.createStatement()) {
			check(statement);
			statement.execute("CREATE DATABASE " + name);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(this.server.getJdbcUrl("postgres", name) + options);
		config.setMaximumPoolSize(connections);
		return new HikariDataSource(config);
	}

	/** A commit that is not durable would be no comparison. */
	private static void check(Statement statement) throws SQLException {
		for (String setting : DURABLE) {
			try (ResultSet row = statement.executeQuery("SHOW " + setting)) {
				if (!row.next() || !row.getString(1).equals("on")) {
					throw new IllegalStateException("The server has " + setting + " off");
				}
			}
		}
	}

	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
