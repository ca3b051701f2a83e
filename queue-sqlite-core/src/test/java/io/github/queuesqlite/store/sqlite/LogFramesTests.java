package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A log that is what SQLite made of it, in all its ways, and one that is not. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "open files cannot be cut")
class LogFramesTests {

	@TempDir
	Path directory;

	private Connection connection;

	private LogFrames frames;

	@BeforeEach
	void open() throws SQLException {
		this.connection = connect();
		execute(this.connection, "PRAGMA wal_autocheckpoint = 0");
		execute(this.connection, "CREATE TABLE t (x)");
		this.frames = new LogFrames(log());
	}

	@AfterEach
	void close() throws SQLException {
		this.connection.close();
	}

	private Path log() {
		return this.directory.resolve("t.db-wal");
	}

	private Connection connect() throws SQLException {
		Connection connection = DriverManager.getConnection("jdbc:sqlite:" + this.directory.resolve("t.db"));
		execute(connection, "PRAGMA journal_mode = WAL");
		return connection;
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private void commit(int times) throws SQLException {
		for (int i = 0; i < times; i++) {
			execute(this.connection, "INSERT INTO t VALUES (randomblob(5000))");
		}
	}

	private boolean areThere() throws SQLException {
		try (Statement statement = this.connection.createStatement();
				ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(NOOP)")) {
			row.next();
			return this.frames.areThere(row.getLong(2));
		}
	}

	private void cut(long bytes) throws IOException {
		try (FileChannel channel = FileChannel.open(log(), StandardOpenOption.WRITE)) {
			channel.truncate(bytes);
		}
	}

	@Test
	void areThereWhenLogGrowsAndStartsOverIsTrue() throws SQLException {
		for (String checkpoint : new String[] { "PASSIVE", "FULL", "RESTART", "TRUNCATE", "PASSIVE" }) {
			commit(3);
			assertThat(areThere()).isTrue();
			commit(30);
			assertThat(areThere()).isTrue();
			execute(this.connection, "PRAGMA wal_checkpoint(" + checkpoint + ")");
			assertThat(areThere()).isTrue();
			commit(1);
			assertThat(areThere()).isTrue();
		}
	}

	@Test
	void areThereWhenAnotherConnectionStartsItOverIsTrue() throws SQLException {
		try (Connection other = connect()) {
			for (int i = 0; i < 5; i++) {
				commit(3);
				execute(other, "PRAGMA wal_checkpoint(TRUNCATE)");
				assertThat(areThere()).isTrue();
				execute(other, "INSERT INTO t VALUES (1)");
				assertThat(areThere()).isTrue();
			}
		}
	}

	@Test
	void areThereWhenAnotherTransactionIsRolledBackIsTrue() throws SQLException {
		commit(3);
		assertThat(areThere()).isTrue();
		try (Connection other = connect()) {
			execute(other, "PRAGMA cache_size = 1");
			execute(other, "BEGIN");
			for (int i = 0; i < 50; i++) {
				execute(other, "INSERT INTO t VALUES (randomblob(50000))");
			}
			assertThat(areThere()).isTrue();
			execute(other, "ROLLBACK");
		}
		assertThat(areThere()).isTrue();
		commit(1);
		assertThat(areThere()).isTrue();
	}

	@Test
	void areThereWhenPagesAreLargeIsTrue() throws SQLException, IOException {
		this.connection.close();
		Files.delete(this.directory.resolve("t.db"));
		this.connection = DriverManager.getConnection("jdbc:sqlite:" + this.directory.resolve("t.db"));
		execute(this.connection, "PRAGMA page_size = 32768");
		execute(this.connection, "PRAGMA journal_mode = WAL");
		execute(this.connection, "CREATE TABLE t (x)");
		commit(20);
		assertThat(areThere()).isTrue();
	}

	@Test
	void areThereWhenThereIsNoLogIsTrue() throws SQLException {
		this.connection.close();
		assertThat(this.frames.areThere(0)).isTrue();
		assertThat(this.frames.areThere(7)).isTrue();
	}

	@Test
	void areThereWhenLogIsEmptyIsFalse() throws SQLException, IOException {
		commit(3);
		cut(0);
		assertThat(areThere()).isFalse();
	}

	@Test
	void areThereWhenLogWasEmptiedAndWrittenOnIsFalse() throws SQLException, IOException {
		commit(3);
		assertThat(areThere()).isTrue();
		cut(0);
		commit(3);
		assertThat(areThere()).isFalse();
	}

	@Test
	void areThereWhenLogWasCutAndWrittenOnIsFalse() throws SQLException, IOException {
		commit(30);
		assertThat(areThere()).isTrue();
		cut(Files.size(log()) - 1000);
		commit(3);
		assertThat(areThere()).isFalse();
	}

	@Test
	void areThereWhenLogWasOverwrittenWithTheOneBeforeIsFalse() throws SQLException, IOException {
		commit(30);
		byte[] older = Files.readAllBytes(log());
		execute(this.connection, "PRAGMA wal_checkpoint(RESTART)");
		commit(3);
		assertThat(areThere()).isTrue();
		Files.write(log(), older);
		commit(3);
		assertThat(areThere()).isFalse();
	}

	/** As when the shared memory was overwritten with it. */
	@Test
	void areThereWhenLogHasFewerFramesThanBeforeIsFalse() throws SQLException {
		commit(3);
		assertThat(areThere()).isTrue();
		assertThat(this.frames.areThere(2)).isFalse();
	}

	@Test
	void areThereWhenLogWasOverwrittenWithAnEarlierOneOfItselfIsFalse() throws SQLException, IOException {
		commit(3);
		byte[] older = Files.readAllBytes(log());
		commit(30);
		assertThat(areThere()).isTrue();
		Files.write(log(), older);
		assertThat(areThere()).isFalse();
	}

	/** As when all that belongs to it was overwritten, and written on. */
	@Test
	void areThereWhenAnEarlierOneOfItselfWasWrittenOnIsFalse() throws SQLException, IOException {
		commit(3);
		byte[] older = Files.readAllBytes(log());
		byte[] olderFile = Files.readAllBytes(this.directory.resolve("t.db"));
		commit(30);
		assertThat(areThere()).isTrue();
		this.connection.close();
		Files.write(log(), older);
		Files.write(this.directory.resolve("t.db"), olderFile);
		this.connection = connect();
		execute(this.connection, "PRAGMA wal_autocheckpoint = 0");
		commit(60);
		assertThat(areThere()).isFalse();
	}

	@Test
	void areThereWhenLogComesBackThatWasAllCopiedIsFalseOnceItHasLess() throws SQLException {
		commit(3);
		assertThat(areThere()).isTrue();
		assertThat(this.frames.areThere(0)).isTrue();
		assertThat(areThere()).as("SQLite may read it anew").isTrue();
		assertThat(this.frames.areThere(0)).isTrue();
		assertThat(this.frames.areThere(2)).isFalse();
	}

}
