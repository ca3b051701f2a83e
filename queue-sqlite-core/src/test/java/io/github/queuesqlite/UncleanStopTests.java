package io.github.queuesqlite;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats.ShardStats;
import io.github.queuesqlite.store.IdLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A file that its last user did not close is checked. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UncleanStopTests extends QueueTester {

	private static final int PAGE = 4096;

	/** The schema and the roots are before it. */
	private static final int FIRST_DAMAGED_PAGE = 90;

	private static final String SMALL = "x".repeat(3000);

	private static final String LARGE = "x".repeat(100_000);

	private Path file(int shard) {
		return this.directory.resolve("default").resolve("queue_shard_" + shard + ".db");
	}

	private void openTwoShards() {
		open((builder) -> builder.shards(2));
	}

	private List<MessageId> fillAndClose(int messages, String payload) throws IOException {
		openTwoShards();
		List<MessageId> ids = new ArrayList<>();
		while (ids.size() < messages) {
			ids.addAll(this.operations.enqueueAll(Collections.nCopies(20, message().payload(payload))));
		}
		this.queue.close();
		assertThat(Files.size(file(0))).isGreaterThan(2L * FIRST_DAMAGED_PAGE * PAGE);
		assertThat(Files.size(file(1))).isGreaterThan(2L * FIRST_DAMAGED_PAGE * PAGE);
		return ids;
	}

	/** Leaves the log of a last commit, as a kill does. */
	private void leaveLog(int shard) throws SQLException, IOException {
		Path wal = Path.of(file(shard) + "-wal");
		byte[] log;
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file(shard));
				Statement statement = connection.createStatement()) {
			statement.execute("UPDATE shard SET probe = probe + 1");
			log = Files.readAllBytes(wal);
		}
		assertThat(wal).doesNotExist();
		Files.write(wal, log);
	}

	private void damage(int shard) throws IOException {
		try (RandomAccessFile file = new RandomAccessFile(file(shard).toFile(), "rw")) {
			for (int page = FIRST_DAMAGED_PAGE; page < FIRST_DAMAGED_PAGE + 20; page++) {
				file.seek((page - 1L) * PAGE);
				file.write(new byte[PAGE]);
			}
		}
	}

	private ShardStats stats(int shard) {
		return this.operations.stats().shards().get(shard);
	}

	private static boolean isAnyFileChecked() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.anyMatch((thread) -> thread.getName().startsWith("queue-check-"));
	}

	private void assertOnlyTheOtherShardWorks(List<MessageId> ids) {
		assertThat(stats(1).reason()).contains("Shard 1 (queue_shard_1.db) is quarantined");
		assertThat(stats(0).quarantined()).isFalse();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> null);
		this.queue.start();
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(ids.stream().filter((id) -> IdLayout.shard(id.value()) == 0)).isNotEmpty()
			.allSatisfy((id) -> assertThat(state(id)).isEqualTo(MessageState.COMPLETED));
	}

	@Test
	void openWhenAFileWasNotClosedFindsDamageBeforeItIsUsed() throws IOException, SQLException {
		List<MessageId> ids = fillAndClose(400, SMALL);
		damage(1);
		openTwoShards();
		// Nobody has come to the damaged pages, and the last stop was clean.
		assertThat(stats(1).quarantined()).isFalse();
		this.queue.close();
		leaveLog(1);
		openTwoShards();
		assertThat(stats(1).quarantined()).isTrue();
		assertThat(Path.of(file(1) + ".quarantine")).exists();
		assertOnlyTheOtherShardWorks(ids);
	}

	@Test
	void openWhenALargeFileWasNotClosedFindsDamageWhileItIsUsed() throws IOException, SQLException {
		List<MessageId> ids = fillAndClose(1000, LARGE);
		damage(1);
		leaveLog(1);
		openTwoShards();
		await().atMost(LONG).until(() -> stats(1).quarantined());
		assertOnlyTheOtherShardWorks(ids);
	}

	@Test
	void openWhenAFileWasNotClosedAndIsSoundUsesIt() throws IOException, SQLException {
		List<MessageId> ids = fillAndClose(1000, LARGE);
		leaveLog(0);
		leaveLog(1);
		openTwoShards();
		this.queue.close();
		leaveLog(0);
		leaveLog(1);
		openTwoShards();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> null);
		this.queue.start();
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(ids).allSatisfy((id) -> assertThat(state(id)).isEqualTo(MessageState.COMPLETED));
		await().atMost(LONG).until(() -> !isAnyFileChecked());
		assertThat(stats(0).quarantined()).isFalse();
		assertThat(stats(1).quarantined()).isFalse();
	}

}
