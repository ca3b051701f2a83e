package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.PartialEnqueueException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueStats.ShardStats;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.IdLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A file or its log is deleted, moved or replaced while it is in use. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "open files cannot be moved or deleted")
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplacedFileTests extends QueueTester {

	private final List<MessageId> accepted = new ArrayList<>();

	private Path file() {
		return this.directory.resolve("default").resolve("queue_shard_1.db");
	}

	private Path wal() {
		return this.directory.resolve("default").resolve("queue_shard_1.db-wal");
	}

	private Path sharedMemory() {
		return this.directory.resolve("default").resolve("queue_shard_1.db-shm");
	}

	private Path aside() {
		return this.directory.resolve("aside.db");
	}

	private void openTwoShards() {
		open((builder) -> builder.shards(2));
	}

	private void enqueue(int messages) {
		for (int i = 0; i < messages; i++) {
			this.accepted.add(this.operations.enqueue(TASK, "x" + i));
		}
	}

	private ShardStats stats() {
		return this.operations.stats().shards().get(1);
	}

	private void awaitQuarantine(String reason) {
		// A reader that opens the file now finds a log that is too short.
		await().atMost(LONG)
			.ignoreExceptionsInstanceOf(StoreUnavailableException.class)
			.until(() -> stats().quarantined());
		assertThat(stats().reason()).contains("Shard 1 (queue_shard_1.db) is quarantined", reason);
		assertThat(this.operations.stats().shards().get(0).quarantined()).isFalse();
		enqueue(20);
		assertThat(this.accepted.subList(this.accepted.size() - 20, this.accepted.size()))
			.allSatisfy((id) -> assertThat(IdLayout.shard(id.value())).isZero());
	}

	/** Until one message has gone to the shard, which may be quarantined by then. */
	private void awaitRefusal(String... texts) {
		ShardQuarantinedException refusal = null;
		for (int i = 0; i < 200 && refusal == null; i++) {
			try {
				this.operations.enqueue(message().orderingKey("k" + i));
			}
			catch (ShardQuarantinedException ex) {
				refusal = ex;
			}
		}
		assertThat(refusal).hasMessageContainingAll(texts);
	}

	private void assertAllAcceptedRun() {
		openTwoShards();
		assertThat(stats().reason()).isEmpty();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> null);
		this.queue.start();
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(this.accepted).anyMatch((id) -> IdLayout.shard(id.value()) == 1)
			.allSatisfy((id) -> assertThat(state(id)).isEqualTo(MessageState.COMPLETED));
	}

	@Test
	void commitWhenLogWasDeletedIsRefusedAndNothingIsLost() throws IOException {
		openTwoShards();
		enqueue(40);
		Files.delete(wal());
		ShardQuarantinedException refusal = null;
		for (int i = 0; i < 200 && refusal == null; i++) {
			try {
				enqueue(1);
			}
			catch (ShardQuarantinedException ex) {
				refusal = ex;
			}
		}
		awaitQuarantine("queue_shard_1.db-wal was ");
		this.queue.close();
		assertAllAcceptedRun();
		if (refusal != null) {
			// Committed when it was noticed, or handed in when it had been noticed.
			boolean stored = this.operations.find(Objects.requireNonNull(refusal.messageId())).isPresent();
			assertThat(refusal).hasMessageContaining(stored ? "The outcome is unknown" : "Nothing of this was stored");
		}
	}

	@Test
	void enqueueAllWhenLogWasDeletedNamesEachMessageToLookFor() throws IOException {
		openTwoShards();
		enqueue(40);
		Files.delete(wal());
		PartialEnqueueException partial = null;
		for (int i = 0; i < 20 && partial == null; i++) {
			try {
				// Those of a key go to its shard, also when that is quarantined by then.
				this.accepted.addAll(this.operations
					.enqueueAll(IntStream.range(0, 700).mapToObj((key) -> message().orderingKey("k" + key)).toList()));
			}
			catch (PartialEnqueueException ex) {
				partial = ex;
			}
		}
		assertThat(partial).isNotNull();
		assertThat(partial.failed().values()).extracting(QueueException::messageId)
			.doesNotContainNull()
			.doesNotHaveDuplicates();
		assertThat(partial.failed().values()).hasOnlyElementsOfType(ShardQuarantinedException.class);
	}

	@Test
	void idleWhenLogWasDeletedNoticesAndNothingIsLost() throws IOException {
		openTwoShards();
		enqueue(40);
		Files.delete(wal());
		awaitQuarantine("queue_shard_1.db-wal was ");
		this.queue.close();
		assertAllAcceptedRun();
	}

	@Test
	void useWhenFileWasMovedIsRefusedAndNothingIsLost() throws IOException {
		openTwoShards();
		enqueue(40);
		Files.move(file(), aside());
		awaitQuarantine("queue_shard_1.db was deleted or moved while it was in use");
		this.queue.close();
		Files.move(aside(), file());
		assertAllAcceptedRun();
	}

	@Test
	void useWhenFileWasReplacedIsRefusedAndTheNewOneIsNotTouched() throws IOException {
		openTwoShards();
		enqueue(40);
		this.queue.close();
		Files.copy(file(), aside());
		byte[] backup = Files.readAllBytes(aside());
		openTwoShards();
		List<MessageId> kept = List.copyOf(this.accepted);
		enqueue(40);
		Files.move(aside(), file(), StandardCopyOption.REPLACE_EXISTING);
		awaitQuarantine("queue_shard_1.db was replaced while it was in use");
		this.queue.close();
		assertThat(Files.readAllBytes(file())).isEqualTo(backup);
		this.accepted.retainAll(kept);
		assertAllAcceptedRun();
	}

	@Test
	void useWhenAnotherLogStandsBesideTheFileDoesNotTouchIt() throws IOException {
		openTwoShards();
		enqueue(40);
		Path other = this.directory.resolve("other.wal");
		Files.write(other, new byte[5000]);
		Files.move(other, wal(), StandardCopyOption.REPLACE_EXISTING);
		awaitQuarantine("what was committed last is lost");
		this.queue.close();
		assertThat(wal()).hasBinaryContent(new byte[5000]);
	}

	@Test
	void useWhenSharedMemoryWasDeletedIsRefusedAndNothingIsLost() throws IOException {
		openTwoShards();
		enqueue(40);
		Files.delete(sharedMemory());
		awaitQuarantine("queue_shard_1.db-shm was deleted or moved while it was in use");
		this.queue.close();
		openTwoShards();
		assertThat(stats().reason()).contains("this process used it, which must end first");
		this.queue.close();
		copyToAnotherDirectory();
		assertAllAcceptedRun();
	}

	/** As another process sees it: SQLite knows files by their inode. */
	private void copyToAnotherDirectory() throws IOException {
		Path copy = this.directory.resolve("copy");
		Files.createDirectories(copy.resolve("default"));
		for (String name : List.of("control.db", "queue_shard_0.db", "queue_shard_1.db", "queue_shard_1.db-wal")) {
			Files.copy(this.directory.resolve("default").resolve(name), copy.resolve("default").resolve(name));
		}
		this.directory = copy;
	}

	@Test
	void writeWhenSharedMemoryWasDeletedWritesNothing() throws IOException {
		open((builder) -> builder.shards(2).pollInterval(Duration.ofMinutes(1)));
		enqueue(40);
		Files.delete(sharedMemory());
		byte[] log = Files.readAllBytes(wal());
		awaitRefusal("queue_shard_1.db-shm was deleted", "Nothing of this was stored");
		assertThat(wal()).hasBinaryContent(log);
	}

	@Test
	void useWhenLogWasEmptiedIsRefusedAndTheFileIsNotTouched() throws IOException {
		assertFileIsNotTouchedAfter(() -> {
			try (FileChannel log = FileChannel.open(wal(), StandardOpenOption.WRITE)) {
				log.truncate(0);
			}
		});
	}

	@Test
	void useWhenLogWasCutIsRefusedAndTheFileIsNotTouched() throws IOException {
		assertFileIsNotTouchedAfter(() -> {
			try (FileChannel log = FileChannel.open(wal(), StandardOpenOption.WRITE)) {
				log.truncate(log.size() - 5000);
			}
		});
	}

	@Test
	void useWhenLogWasOverwrittenWithAnOlderOneIsRefusedAndTheFileIsNotTouched() throws IOException {
		openTwoShards();
		this.queue.close();
		openTwoShards();
		enqueue(4);
		byte[] older = Files.readAllBytes(wal());
		this.queue.close();
		assertFileIsNotTouchedAfter(() -> Files.write(wal(), older));
	}

	/** All of it fits together: only what this process remembers tells. */
	@Test
	void useWhenAnOlderCopyWasWrittenOverAllFilesIsRefused() throws IOException, InterruptedException {
		open((builder) -> builder.shards(2).clock(this.clock));
		enqueue(40);
		copyEach("", ".older");
		this.clock.move(Duration.ofMinutes(1));
		enqueue(40);
		copyEach(".older", "");
		awaitQuarantine("its file is damaged");
	}

	/** Nothing that is stored tells the time. */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void useWhenAnOlderCopyOfTheSameMomentWasWrittenOverAllFilesIsRefused(boolean logBeginsAnew) throws Exception {
		open((builder) -> builder.shards(2).clock(this.clock));
		enqueue(40);
		copyEach("", ".older");
		if (logBeginsAnew) {
			execute("PRAGMA wal_checkpoint(TRUNCATE)");
		}
		// Nobody copies and restores a shard within the time from one look to the next.
		awaitLook();
		copyEach(".older", "");
		awaitQuarantine("its file is damaged");
	}

	/** Until the process has looked at the log after each of some messages. */
	private void awaitLook() {
		AtomicInteger times = new AtomicInteger();
		await().pollInterval(Duration.ofMillis(25)).until(() -> {
			enqueue(2);
			return times.incrementAndGet() == 6;
		});
	}

	private void execute(String sql) throws SQLException {
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
				Statement statement = connection.createStatement()) {
			statement.execute("PRAGMA busy_timeout = 20000");
			statement.execute(sql);
		}
	}

	@Test
	void useWhenWhatIsStoredIsOlderThanWhatWasCommittedIsRefused() throws SQLException {
		openTwoShards();
		enqueue(40);
		execute("UPDATE shard SET high_water = high_water - 1");
		awaitQuarantine("older than what was committed");
	}

	@Test
	void useWhenTablesAreMissingIsRefused() throws SQLException {
		openTwoShards();
		enqueue(40);
		execute("DROP TABLE counter");
		awaitQuarantine("no such table");
	}

	/**
	 * By another process: to close them here would take their locks from SQLite. The file
	 * comes last, so that nothing is copied into it any more.
	 */
	private void copyEach(String from, String to) throws IOException, InterruptedException {
		String command = List.of(sharedMemory(), wal(), file())
			.stream()
			.map((file) -> "cat '%s%s' > '%s%s'".formatted(file, from, file, to))
			.collect(Collectors.joining(" && "));
		assertThat(new ProcessBuilder("sh", "-c", command).inheritIO().start().waitFor()).isZero();
	}

	/** Idle: what is in the log is about to be copied into the file. */
	private void assertFileIsNotTouchedAfter(Tampering tampering) throws IOException {
		openTwoShards();
		enqueue(40);
		tampering.run();
		FileTime written = Files.getLastModifiedTime(file());
		// Whoever reads may find nonsense before the writer finds out why.
		awaitQuarantine("its file is damaged");
		this.queue.close();
		assertThat(Files.getLastModifiedTime(file())).isEqualTo(written);
	}

	private interface Tampering {

		void run() throws IOException;

	}

}
