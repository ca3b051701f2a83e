package io.github.queuesqlite.store.sqlite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.Session;
import io.github.queuesqlite.store.StoreFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** The copy of a shard is what it was at one moment, or none. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileCopyTests {

	@TempDir
	Path directory;

	@TempDir
	Path target;

	private TestStore queue;

	@BeforeEach
	void open() {
		open(256L * 1024 * 1024);
	}

	private void open(long walMax) {
		this.queue = TestStore.open(this.directory, 1, walMax);
	}

	@AfterEach
	void close() {
		this.queue.close();
	}

	private StoreFile shard() {
		return this.queue.store.files().get(1);
	}

	private String copied(String sql) throws SQLException {
		return TestStore.sql(this.target.resolve("queue_shard_0.db"), sql);
	}

	@Test
	void copyHasWhatWasThereWhenItWasFrozen() throws SQLException {
		this.queue.insert(100);
		try (StoreFile.Copy copy = shard().copy(this.target)) {
			this.queue.insert(100);
			copy.freeze();
			this.queue.insert(100);
			copy.write();
		}
		assertThat(copied("SELECT count(*) FROM message")).isEqualTo("2");
		assertThat(copied("PRAGMA integrity_check")).isEqualTo("ok");
	}

	@Test
	void copyThatDiffersFromTheFileIsRefused() throws SQLException {
		long id = this.queue.insert(100);
		Path file = this.directory.resolve("queue_shard_0.db");
		TestStore.sql(file, "UPDATE message SET queue = 'other'");
		try (StoreFile.Copy copy = shard().copy(this.target)) {
			copy.freeze();
			// As if it had become what it is on its way.
			TestStore.sql(file, "UPDATE message SET queue = 'default' WHERE id = " + id);
			assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(copy::write)
				.withMessageContaining("The backup of queue_shard_0.db is damaged: message");
		}
	}

	@Test
	void copyIsBrokenOffWhenTheLogGrowsTooLarge() {
		this.queue.close();
		open(16L * 1024 * 1024);
		try (StoreFile.Copy copy = shard().copy(this.target)) {
			copy.freeze();
			for (int i = 0; i < 40; i++) {
				this.queue.insert(500_000);
			}
			assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(copy::write)
				.withMessageContaining("The backup of queue_shard_0.db was broken off: the write-ahead log has");
			// It holds the log no more, also before it is closed.
			for (int i = 0; i < 40; i++) {
				this.queue.insert(500_000);
			}
		}
		assertThat(QueueFiles.size(this.directory.resolve("queue_shard_0.db"))).isGreaterThan(20_000_000);
	}

	@Test
	void copyOfAStoreThatIsClosedMeanwhileIsBrokenOff() {
		StoreFile.Copy copy = shard().copy(this.target);
		copy.freeze();
		this.queue.close();
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(copy::write)
			.withMessageContaining("the queue is closed");
		copy.close();
		assertThat(this.directory.resolve("queue_shard_0.db-wal")).doesNotExist();
	}

	@Test
	void fileThatStandsStillTakesNoCommitOfAnybody() {
		Path file = this.directory.resolve("queue_shard_0.db");
		boolean[] refused = { false };
		// It goes on, and this fails, when this thread stands still for too long.
		await().pollInSameThread().ignoreException(StoreUnavailableException.class).until(() -> {
			shard().still(() -> refused[0] = isRefused(file));
			return true;
		});
		assertThat(refused[0]).isTrue();
		this.queue.insert(100);
	}

	private static boolean isRefused(Path file) {
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file + "?busy_timeout=0");
				Statement statement = connection.createStatement()) {
			statement.execute("UPDATE message SET priority = 1");
			return false;
		}
		catch (SQLException ex) {
			return SqliteFault.classify(ex) == Session.Fault.BUSY;
		}
	}

	@Test
	void fileThatStandsStillForTooLongGoesOn() {
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> shard().still(() -> this.queue.insert(100)))
			.withMessageContaining("waited for too long");
		assertThat(this.queue.all()).hasSize(1);
	}

	@Test
	void copyIntoAFileThatIsThereIsRefused() throws Exception {
		Files.createFile(this.target.resolve("queue_shard_0.db"));
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> shard().copy(this.target));
	}

}
