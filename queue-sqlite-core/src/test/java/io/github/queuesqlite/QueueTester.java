package io.github.queuesqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.sqlite.SQLiteDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Opens one queue for a test, on real files, and closes it afterwards. */
abstract class QueueTester {

	static final String TASK = "mail.send";

	static final Duration LONG = Duration.ofMinutes(1);

	@TempDir
	Path directory;

	final MovableClock clock = new MovableClock();

	EmbeddedQueue queue;

	QueueOperations operations;

	void open() {
		open((builder) -> builder);
	}

	void open(UnaryOperator<EmbeddedQueue.Builder> settings) {
		this.queue = settings.apply(EmbeddedQueue.builder(this.directory)).build();
		this.operations = this.queue.operations();
	}

	void openWithClock() {
		open((builder) -> builder.clock(this.clock));
	}

	@AfterEach
	void closeQueue() {
		if (this.queue != null) {
			this.queue.close();
		}
	}

	NewMessage message() {
		return NewMessage.to(TASK);
	}

	Instant now() {
		return this.clock.instant();
	}

	Message find(MessageId id) {
		return this.operations.find(id).orElseThrow();
	}

	MessageState state(MessageId id) {
		return find(id).state();
	}

	List<Message> all() {
		return this.operations.list(MessageQuery.all().limit(1000));
	}

	/** Waiters are told first and forgotten a moment later. */
	void assertNobodyWaits() {
		await().untilAsserted(() -> assertThat(this.queue.waiting()).isZero());
	}

	/** Reads a number from the file of the first shard. */
	long readFromShard0(String sql) throws SQLException {
		try (Connection connection = shard0();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery(sql)) {
			return row.getLong(1);
		}
	}

	/** The transactions of an application with a database of its own. */
	static PlatformTransactionManager transactionsOf(Path other) {
		SQLiteDataSource dataSource = new SQLiteDataSource();
		dataSource.setUrl("jdbc:sqlite:" + other.resolve("application.db"));
		return new JdbcTransactionManager(dataSource);
	}

	Connection shard0() throws SQLException {
		return DriverManager.getConnection("jdbc:sqlite:" + this.directory.resolve("default/queue_shard_0.db")
				+ "?busy_timeout=" + LONG.toMillis());
	}

	/**
	 * Runs something that blocks on a thread of its own: the common pool may have only
	 * one.
	 */
	static void onThread(Runnable task) {
		Thread thread = new Thread(task, "test-waits");
		thread.setDaemon(true);
		thread.start();
	}

	static void awaitLatch(CountDownLatch latch) throws InterruptedException {
		if (!latch.await(LONG.toSeconds(), TimeUnit.SECONDS)) {
			throw new AssertionError("not within " + LONG);
		}
	}

}
