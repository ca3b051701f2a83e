package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Numbers of the logs that a file has had, over all ways in which SQLite begins one. */
class LogNumbersTests {

	private static final String[] CHECKPOINTS = { "PASSIVE", "FULL", "RESTART", "TRUNCATE" };

	@TempDir
	Path directory;

	private User user;

	@BeforeEach
	void open() throws SQLException {
		this.user = new User();
		this.user.execute("CREATE TABLE fact (n INTEGER)");
		this.user.execute("CREATE TABLE book (id INTEGER, log_number INTEGER, log_salts INTEGER)");
		this.user.execute("INSERT INTO book VALUES (1, 0, 0)");
	}

	@AfterEach
	void close() throws SQLException {
		this.user.close();
	}

	/** What somebody does who puts back what was stored before. */
	private void putBack(long number, long salts) throws SQLException {
		this.user.execute("UPDATE book SET log_number = " + number + ", log_salts = " + salts);
	}

	@Test
	void numberWhenLogIsTheSameIsStoredOnce() throws SQLException {
		for (int i = 0; i < 5; i++) {
			this.user.write();
			assertThat(this.user.number()).isOne();
			assertThat(this.user.salts()).isEqualTo(this.user.frames.salts()).isNotZero();
		}
	}

	@Test
	void numberWhenLogBeginsAnewRises() throws SQLException {
		for (int i = 1; i <= 5; i++) {
			this.user.write();
			this.user.write();
			assertThat(this.user.number()).isEqualTo(i);
			this.user.execute("PRAGMA wal_checkpoint(TRUNCATE)");
			this.user.execute("INSERT INTO fact VALUES (1)");
		}
	}

	@Test
	void numberWhenTransactionIsRolledBackIsStoredByTheNext() throws SQLException {
		this.user.look();
		this.user.begin();
		this.user.rollback();
		assertThat(this.user.number()).isZero();
		this.user.write();
		assertThat(this.user.number()).isOne();
	}

	@Test
	void checkWhenNumberIsLowerRefuses() throws SQLException {
		this.user.write();
		long first = this.user.salts();
		this.user.execute("PRAGMA wal_checkpoint(TRUNCATE)");
		this.user.execute("INSERT INTO fact VALUES (1)");
		this.user.write();
		assertThat(this.user.number()).isEqualTo(2);
		putBack(1, first);
		this.user.execute("PRAGMA wal_checkpoint(TRUNCATE)");
		this.user.execute("INSERT INTO fact VALUES (1)");
		assertThatExceptionOfType(SQLException.class).isThrownBy(this.user::look)
			.withMessageContaining("older than what was committed");
		assertThatExceptionOfType(SQLException.class).isThrownBy(this.user::begin)
			.withMessageContaining("older than what was committed");
	}

	@Test
	void numbersWhenSeveralWriteNeverRefuse() throws SQLException {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		try (User other = new User()) {
			User[] users = { this.user, other };
			long before = 0;
			for (int i = 0; i < 2000; i++) {
				User one = users[random.nextInt(2)];
				switch (random.nextInt(5)) {
					case 0 -> one.execute("PRAGMA wal_checkpoint(" + CHECKPOINTS[random.nextInt(4)] + ")");
					case 1 -> one.execute("INSERT INTO fact VALUES (1)");
					case 2 -> one.look();
					default -> one.write();
				}
				assertThat(one.number()).as("seed %d", seed).isGreaterThanOrEqualTo(before);
				before = one.number();
			}
			assertThat(before).as("seed %d", seed).isGreaterThan(100);
		}
	}

	/** A process with its connection. */
	private final class User implements AutoCloseable {

		final Connection connection = SqliteConnections.openWriter(LogNumbersTests.this.directory.resolve("some.db"));

		final Statements statements = new Statements(this.connection);

		final LogFrames frames = new LogFrames(LogNumbersTests.this.directory.resolve("some.db-wal"));

		final LogNumbers numbers = new LogNumbers(this.statements, this.frames, "book");

		User() throws SQLException {
		}

		void execute(String sql) throws SQLException {
			SqliteConnections.execute(this.connection, sql);
		}

		void look() throws SQLException {
			long[] pages = { 0 };
			this.statements.each((row) -> pages[0] = row.getLong(2), "PRAGMA wal_checkpoint(NOOP)");
			assertThat(this.frames.areThere(pages[0])).isTrue();
			this.numbers.check();
		}

		void begin() throws SQLException {
			execute("BEGIN IMMEDIATE");
			this.numbers.number();
		}

		void rollback() throws SQLException {
			this.numbers.rolledBack();
			execute("ROLLBACK");
		}

		void write() throws SQLException {
			look();
			begin();
			execute("INSERT INTO fact VALUES (1)");
			execute("COMMIT");
			this.numbers.committed();
		}

		long number() throws SQLException {
			return this.statements.number("SELECT log_number FROM book");
		}

		long salts() throws SQLException {
			return this.statements.number("SELECT log_salts FROM book");
		}

		@Override
		public void close() throws SQLException {
			this.statements.close();
			this.connection.close();
		}

	}

}
