package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.queuesqlite.store.Quarantine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Connections and transactions of one file. */
class SqliteSessionTests {

	private static final long FULL = 2;

	private static final long NORMAL = 1;

	private static final long MEMORY = 2;

	@TempDir
	Path directory;

	private Connection connection;

	private SqliteSession session;

	@BeforeEach
	void open() throws SQLException {
		this.connection = SqliteConnections.openWriter(file());
		SqliteConnections.execute(this.connection, "CREATE TABLE fact (n INTEGER)");
		SqliteConnections.execute(this.connection,
				"CREATE TABLE book (id INTEGER, log_number INTEGER, log_salts INTEGER)");
		this.session = new PlainSession(this.connection, file());
	}

	@AfterEach
	void close() {
		this.session.close();
	}

	private Path file() {
		return this.directory.resolve("some.db");
	}

	private long pragma(String name) throws SQLException {
		return this.session.statements().number("PRAGMA " + name);
	}

	@Test
	void connectionsHaveTheirSettingsFromTheStart() throws SQLException {
		assertThat(pragma("synchronous")).isEqualTo(FULL);
		assertThat(pragma("wal_autocheckpoint")).isZero();
		assertThat(pragma("auto_vacuum")).isEqualTo(2);
		assertThat(pragma("mmap_size")).isZero();
		assertThat(pragma("temp_store")).isEqualTo(MEMORY);
		assertThat(pragma("cache_size")).isEqualTo(-16 * 1024);
		assertThat(this.session.statements().text("PRAGMA journal_mode")).isEqualTo("wal");
		try (Connection reader = SqliteConnections.openReader(file()); Statements reading = new Statements(reader)) {
			assertThat(reading.number("PRAGMA mmap_size")).isZero();
			assertThat(reading.number("PRAGMA temp_store")).isEqualTo(MEMORY);
			assertThat(reading.number("PRAGMA cache_size")).isEqualTo(-4 * 1024);
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> reading.run("INSERT INTO fact VALUES (1)"));
		}
	}

	@Test
	void beginSetsTheLevelItIsAskedFor() throws SQLException {
		for (boolean synced : new boolean[] { true, false, true, true, false }) {
			this.session.begin(synced);
			assertThat(pragma("synchronous")).isEqualTo(synced ? FULL : NORMAL);
			this.session.commit();
		}
		this.session.probe();
		assertThat(pragma("synchronous")).isEqualTo(FULL);
	}

	@Test
	void beginTakesTheWriteLock() throws SQLException {
		try (Connection other = SqliteConnections.openWriter(file())) {
			SqliteConnections.failWhenBusy(other);
			this.session.begin(true);
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> SqliteConnections.execute(other, "INSERT INTO fact VALUES (1)"))
				.withMessageContaining("BUSY");
			this.session.commit();
			SqliteConnections.execute(other, "INSERT INTO fact VALUES (1)");
		}
	}

	@Test
	void beginWhenAnotherProcessWritesWaits() throws Exception {
		try (Connection other = SqliteConnections.openWriter(file())) {
			SqliteConnections.execute(other, "BEGIN IMMEDIATE");
			CompletableFuture<Long> reading = CompletableFuture.supplyAsync(this::readInTransaction);
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> reading.get(300, TimeUnit.MILLISECONDS));
			SqliteConnections.execute(other, "INSERT INTO fact VALUES (7)");
			SqliteConnections.execute(other, "COMMIT");
			assertThat(reading).succeedsWithin(20, TimeUnit.SECONDS).isEqualTo(7L);
		}
	}

	private long readInTransaction() {
		try {
			this.session.begin(true);
			long read = this.session.statements().number("SELECT n FROM fact");
			this.session.commit();
			return read;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** A session of a file with one table. */
	private static final class PlainSession extends SqliteSession {

		PlainSession(Connection connection, Path file) {
			super(connection, new ReaderGate(), file, Long.MAX_VALUE, new Quarantine(0, "test"),
					TestStore.noWatermark(file), "book");
		}

		@Override
		public void damaged(SQLException failure) {
			throw new IllegalStateException(failure);
		}

		@Override
		public void writeProbe() throws SQLException {
			statements().run("INSERT INTO fact VALUES (0)");
		}

		@Override
		public String label() {
			return "test";
		}

	}

}
