package io.github.queuesqlite.benchmark.peer;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

/** Pools of connections to a new SQLite file. */
final class SqlitePools {

	private static final int FULL = 2;

	private SqlitePools() {
	}

	/** What the URL alone gives: a rollback journal, 10 connections, 3 s busy timeout. */
	static HikariDataSource atDefaults(Path file) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:sqlite:" + file);
		return checked(new HikariDataSource(config));
	}

	/** A write-ahead log, and no more connections than have work. */
	static HikariDataSource atItsBest(Path file, int connections, boolean autoCommit, String options) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:sqlite:" + file + "?journal_mode=WAL&synchronous=FULL&busy_timeout=10000" + options);
		config.setMaximumPoolSize(connections);
		config.setAutoCommit(autoCommit);
		return checked(new HikariDataSource(config));
	}

	/** A commit that is not durable would be no comparison. */
	private static HikariDataSource checked(HikariDataSource dataSource) {
		try (Connection connection = dataSource.getConnection();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("PRAGMA synchronous")) {
			int level = row.next() ? row.getInt(1) : 0;
			if (level < FULL) {
				throw new IllegalStateException("The connection has synchronous = " + level + ", not FULL");
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
		return dataSource;
	}

}
