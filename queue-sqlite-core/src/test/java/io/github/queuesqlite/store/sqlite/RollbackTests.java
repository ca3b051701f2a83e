package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.queuesqlite.store.Quarantine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A statement that breaks off in the middle, as it does when memory lacks. */
class RollbackTests {

	@TempDir
	Path directory;

	private Path file;

	@BeforeEach
	void createFile() throws SQLException {
		this.file = this.directory.resolve("test.db");
		try (Connection connection = SqliteConnections.openWriter(this.file)) {
			SqliteConnections.execute(connection, "CREATE TABLE number (n INTEGER PRIMARY KEY)");
			SqliteConnections.execute(connection, "INSERT INTO number VALUES (1), (2), (3)");
			SqliteConnections.execute(connection,
					"CREATE TABLE book (id INTEGER, log_number INTEGER, log_salts INTEGER)");
		}
	}

	@Test
	void rollbackWhenAStatementThatWritesIsInTheMiddleEndsTheTransaction() throws SQLException {
		NumberSession session = new NumberSession(SqliteConnections.openWriter(this.file), this.file);
		session.begin(true);
		assertThat(session.statements()
			.prepare("INSERT INTO number SELECT n + 3 FROM number RETURNING n")
			.executeQuery()
			.next()).isTrue();
		session.rollback();
		session.begin(true);
		assertThat(session.statements().number("SELECT count(*) FROM number")).isEqualTo(3);
		session.commit();
		session.close();
	}

	@Test
	void readWhenItBreaksOffDoesNotHoldTheWriteAheadLog() throws SQLException {
		AtomicBoolean broken = new AtomicBoolean();
		try (ReaderThreads threads = new ReaderThreads(); Connection writer = SqliteConnections.openWriter(this.file)) {
			SqliteConnections.execute(writer, "INSERT INTO number VALUES (4)");
			for (int i = 0; i < 8; i++) {
				assertThatExceptionOfType(RuntimeException.class)
					.isThrownBy(() -> threads.read(this.file, new ReaderGate(), (statements) -> {
						assertThat(statements.prepare("SELECT n FROM number").executeQuery().next()).isTrue();
						broken.set(true);
						throw new OutOfMemoryError("just now");
					}));
			}
			assertThat(broken).isTrue();
			Statements statements = new Statements(writer);
			SqliteConnections.execute(writer, "INSERT INTO number VALUES (5)");
			try (var row = statements.prepare("PRAGMA wal_checkpoint(TRUNCATE)").executeQuery()) {
				row.next();
				assertThat(row.getInt(1)).as("held up").isZero();
			}
			statements.close();
		}
	}

	/** A session of a file with numbers. */
	private static final class NumberSession extends SqliteSession {

		NumberSession(Connection connection, Path file) {
			super(connection, new ReaderGate(), file, 1L << 30, new Quarantine(0, "numbers"),
					TestStore.noWatermark(file), "book");
		}

		@Override
		public void writeProbe() throws SQLException {
			statements().update("INSERT OR REPLACE INTO number VALUES (1)");
		}

		@Override
		public void damaged(SQLException failure) {
			throw new AssertionError(failure);
		}

		@Override
		public String label() {
			return "numbers";
		}

	}

}
