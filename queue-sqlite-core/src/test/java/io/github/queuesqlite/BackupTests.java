package io.github.queuesqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.FileCheck;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.StoreFile;
import io.github.queuesqlite.store.WriterSettings;
import io.github.queuesqlite.store.sqlite.DiskSpace;
import io.github.queuesqlite.store.sqlite.SqliteStoreSettings;
import io.github.queuesqlite.store.sqlite.SqliteStores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A backup is the queue of one moment: checked, complete, and all or nothing. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BackupTests extends ProcessTester {

	@TempDir
	Path elsewhere;

	private Path target;

	private EmbeddedQueue restored;

	@BeforeEach
	void chooseTarget() {
		this.target = this.elsewhere.resolve("backups").resolve("monday");
	}

	@AfterEach
	void closeRestored() {
		if (this.restored != null) {
			this.restored.close();
		}
	}

	private QueueOperations restore() {
		this.restored = EmbeddedQueue.builder(this.target).build();
		return this.restored.operations();
	}

	private static Map<String, String> states(QueueOperations operations) {
		Map<String, String> states = new TreeMap<>();
		operations.list(MessageQuery.all().limit(1000))
			.forEach((message) -> states.put(message.id().toString(),
					message.state() + " " + message.payload(String.class) + " " + message.uniqueKey()));
		return states;
	}

	@Test
	void backupWhenQueueIsInUseHoldsAllOfIt() {
		open((builder) -> builder.shards(3));
		for (int i = 0; i < 60; i++) {
			this.operations.enqueue(message().payload("p" + i).uniqueKey("u" + i).delay(Duration.ofHours(i % 2)));
		}
		MessageId cancelled = this.operations.enqueue(message().payload("c"));
		this.operations.cancel(cancelled);
		this.operations.pause("default");
		this.queue.listen().put("tariff", 7);
		this.queue.schedules().create(Schedule.of("nightly", TASK).every(Duration.ofHours(1)));
		Map<String, String> before = states(this.operations);

		Path made = this.operations.backup(this.target);

		assertThat(made).isEqualTo(this.target).isAbsolute();
		assertThat(this.target).isDirectoryContaining((path) -> path.endsWith("default"));
		this.operations.enqueue(message().payload("later"));
		QueueOperations copy = restore();
		assertThat(states(copy)).isEqualTo(before).hasSize(61);
		assertThat(copy.stats().pausedQueues()).containsExactly("default");
		assertThat(copy.stats().count(MessageState.SCHEDULED)).isEqualTo(30);
		assertThat(this.restored.listen().get("tariff", Integer.class)).hasValue(7);
		assertThat(this.restored.schedules().find("nightly")).isPresent();
		assertThat(copy.verify().isSound()).isTrue();
	}

	@Test
	void backupIsPrivateAndHasNothingButTheFiles() throws IOException {
		open((builder) -> builder.shards(2));
		this.operations.backup(this.target);
		try (Stream<Path> files = Files.list(this.target.resolve("default"))) {
			assertThat(files.map((file) -> file.getFileName().toString())).containsExactlyInAnyOrder("control.db",
					"queue_shard_0.db", "queue_shard_1.db", "listen.db");
		}
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.target))).isEqualTo("rwx------");
		assertThat(PosixFilePermissions
			.toString(Files.getPosixFilePermissions(this.target.resolve("default/queue_shard_0.db"))))
			.isEqualTo("rw-------");
	}

	@Test
	void backupHasTheSchemaAndTheNumbersOfTheFiles() throws SQLException {
		open((builder) -> builder.shards(1));
		try (Connection connection = shard0(); Statement statement = connection.createStatement()) {
			// As if many had been handed over: the next number must be another one.
			statement.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('relay', 4711)");
		}
		this.operations.backup(this.target);
		this.queue.close();
		for (String file : List.of("control.db", "queue_shard_0.db", "listen.db")) {
			assertThat(description(this.target.resolve("default").resolve(file))).as(file)
				.isEqualTo(description(this.directory.resolve("default").resolve(file)))
				.anyMatch((line) -> line.startsWith("auto_vacuum 2"));
		}
	}

	private static List<String> description(Path file) throws SQLException {
		List<String> lines = new ArrayList<>();
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
				Statement statement = connection.createStatement()) {
			read(statement, "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name", lines, "");
			for (String pragma : List.of("auto_vacuum", "user_version", "application_id", "page_size")) {
				read(statement, "PRAGMA " + pragma, lines, pragma + " ");
			}
			if (lines.stream().anyMatch((line) -> line.contains("sqlite_sequence"))) {
				read(statement, "SELECT name, seq FROM sqlite_sequence ORDER BY name", lines, "sequence ");
			}
		}
		return lines;
	}

	private static void read(Statement statement, String sql, List<String> lines, String prefix) throws SQLException {
		try (ResultSet rows = statement.executeQuery(sql)) {
			while (rows.next()) {
				StringBuilder line = new StringBuilder(prefix);
				for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
					line.append(rows.getString(i)).append(' ');
				}
				lines.add(line.toString());
			}
		}
	}

	@Test
	void restoredQueueTakesBackWhatRanAndGoesOn() throws InterruptedException {
		open();
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			running.countDown();
			awaitLatch(goOn);
			return null;
		});
		this.queue.start();
		MessageId id = this.operations.enqueue(message().payload("long").maxRetries(3));
		awaitLatch(running);
		this.operations.backup(this.target);
		goOn.countDown();
		assertThat(this.operations.drain(LONG)).isTrue();

		QueueOperations copy = restore();
		this.restored.tasks().register(TASK, String.class, (payload, context) -> payload + " again");
		this.restored.start();

		assertThat(copy.await(id, String.class, LONG)).isEqualTo("long again");
		Message ended = copy.find(id).orElseThrow();
		assertThat(ended.attempt()).isEqualTo(2);
		assertThat(copy.failures(id)).singleElement()
			.satisfies((failure) -> assertThat(failure.type()).isEqualTo("ProcessDied"));
		await().untilAsserted(() -> assertThat(copy.stats().instances()).hasSize(1));
		MessageId next = copy.enqueue(TASK, "x");
		assertThat(next).isGreaterThan(id);
	}

	/** Each token is in exactly one message, at every moment. */
	@Test
	void backupWhileProcessesHandMessagesOverLosesAndDoublesNone() throws Exception {
		int tokens = 40;
		open((builder) -> builder.shards(4));
		for (int i = 0; i < tokens; i++) {
			this.operations.enqueue(HopChild.message("t" + i, 0));
		}
		start(HopChild.class);
		start(HopChild.class);
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.COMPLETED) > 500);
		WriterSettings writer = new WriterSettings(true, 1000, LONG, Duration.ofSeconds(1), QueueRecorder.NONE);
		// Shares the files with the queue; each is frozen in so many milliseconds.
		try (MessageStore store = SqliteStores.open(new SqliteStoreSettings(this.directory.resolve("default"), 4,
				writer, Retention.DEFAULT, 256L * 1024 * 1024, InstantSource.system()))) {
			Upkeep slow = new Upkeep("default", this.directory,
					() -> store.files().stream().map((file) -> (StoreFile) new SlowlyFrozen(file)).toList(),
					DiskSpace.REAL);
			for (int round = 0; round < 4; round++) {
				this.target = this.elsewhere.resolve("round-" + round);
				backup(slow);
				QueueOperations copy = restore();
				await().atMost(LONG).untilAsserted(() -> assertThat(live(copy)).hasSize(tokens).containsOnly(1));
				this.restored.close();
			}
		}
	}

	/** Again when somebody stood still for so long that a file went on meanwhile. */
	private void backup(Upkeep upkeep) {
		await().pollInSameThread()
			.ignoreExceptionsMatching((ex) -> ex.getMessage().contains("this process stood still")
					|| ex.getMessage().contains("could not be written for a moment"))
			.until(() -> {
				upkeep.backup(this.target);
				return true;
			});
	}

	/** A file whose copy takes a while to be frozen. */
	private record SlowlyFrozen(StoreFile file) implements StoreFile {

		@Override
		public String name() {
			return this.file.name();
		}

		@Override
		public long size() {
			return this.file.size();
		}

		@Override
		public FileCheck check() {
			return this.file.check();
		}

		@Override
		public void compact() {
			this.file.compact();
		}

		@Override
		public void still(Runnable action) {
			this.file.still(action);
		}

		@Override
		public Copy copy(Path directory) {
			Copy copy = this.file.copy(directory);
			return new Copy() {

				@Override
				public void freeze() {
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
					copy.freeze();
				}

				@Override
				public void write() {
					copy.write();
				}

				@Override
				public void close() {
					copy.close();
				}

			};
		}

	}

	private static List<Integer> live(QueueOperations operations) {
		Map<String, Integer> live = new TreeMap<>();
		operations.list(
				MessageQuery.all().state(MessageState.READY, MessageState.SCHEDULED, MessageState.RUNNING).limit(1000))
			.forEach((message) -> live.merge(HopChild.token(message.payload(String.class)), 1, Integer::sum));
		return List.copyOf(live.values());
	}

	@Test
	void backupIntoADirectoryThatCannotBeUsedIsRefusedAndWritesNothing() throws IOException {
		open();
		Path full = Files.createDirectories(this.elsewhere.resolve("full"));
		Files.createFile(full.resolve("something"));
		assertRefused(full, "it is not empty");
		Path file = Files.createFile(this.elsewhere.resolve("file"));
		assertRefused(file, "it is a file");
		assertRefused(file.resolve("below"), "it cannot be written");
		assertRefused(this.directory.resolve("backup"), "it is inside the directory of the queue");
		Path link = Files.createSymbolicLink(this.elsewhere.resolve("link"), this.directory);
		assertRefused(link.resolve("backup"), "it is inside the directory of the queue");
		Path begun = Files.createDirectories(this.elsewhere.resolve("begun"));
		Files.createDirectory(begun.resolve("default.incomplete"));
		assertRefused(begun, "was broken off: delete");
		assertThat(this.directory.resolve("backup")).doesNotExist();
		assertThat(full).isDirectoryContaining((path) -> path.endsWith("something"));
	}

	private void assertRefused(Path where, String why) {
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> this.operations.backup(where))
			.withMessageContaining("Cannot back up into")
			.withMessageContaining(why)
			.withMessageContaining("Nothing was written");
	}

	@Test
	void backupIntoAnEmptyDirectoryUsesIt() throws IOException {
		Files.createDirectories(this.target);
		open();
		this.operations.backup(this.target);
		assertThat(this.target.resolve("default/control.db")).exists();
	}

	@Test
	void backupWithoutRoomIsRefusedWithTheSizes() throws IOException {
		MovableSpace space = new MovableSpace();
		open((builder) -> builder.diskSpace(space));
		space.free("monday", 1024 * 1024);
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> this.operations.backup(this.target))
			.withMessageMatching("(?s).*the disk has 1 MB free, the files of the queue have [\\d.]+ [KM]B.*");
		assertThat(this.elsewhere.resolve("backups")).doesNotExist();
	}

	@Test
	void backupThatIsInterruptedLeavesNothing() throws InterruptedException {
		open();
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Thread thread = new Thread(() -> {
			Thread.currentThread().interrupt();
			try {
				this.operations.backup(this.target);
			}
			catch (QueueException ex) {
				thrown.set(Thread.currentThread().isInterrupted() ? ex : null);
			}
		});
		thread.start();
		thread.join();
		assertThat(thrown.get()).hasMessageContaining("Interrupted");
		assertThat(this.elsewhere.resolve("backups")).doesNotExist();
		this.operations.backup(this.target);
	}

	@Test
	void backupOfAFileThatCannotBeCopiedIsRefused() throws SQLException {
		open((builder) -> builder.shards(1));
		this.operations.enqueue(TASK, "x");
		try (Connection connection = shard0(); Statement statement = connection.createStatement()) {
			statement.execute("PRAGMA ignore_check_constraints = ON");
			statement.execute("UPDATE message SET state = 77");
		}
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> this.operations.backup(this.target))
			.withMessageContaining("The backup of queue_shard_0.db failed")
			.withMessageContaining("CHECK constraint failed");
		assertThat(this.elsewhere.resolve("backups")).doesNotExist();
	}

	@Test
	void backupHoldsADamagedMessageAsItIs() throws SQLException {
		open((builder) -> builder.shards(1));
		MessageId id = this.operations.enqueue(TASK, "x");
		try (Connection connection = shard0(); Statement statement = connection.createStatement()) {
			statement.execute("UPDATE message SET payload = CAST('\"y\"' AS BLOB)");
		}
		try (LogLines log = LogLines.of("io.github.queuesqlite.store.sqlite.FileCopy")) {
			this.operations.backup(this.target);
			assertThat(log.lines()).singleElement()
				.satisfies((line) -> assertThat(line).contains("are damaged", id.toString()));
		}
		assertThat(restore().find(id).orElseThrow().isDamaged()).isTrue();
	}

	@Test
	void backupWithAQuarantinedShardIsRefused() throws Exception {
		open((builder) -> builder.shards(2));
		this.queue.close();
		Files.write(this.directory.resolve("default/queue_shard_1.db"), new byte[4096]);
		open();
		assertThatExceptionOfType(ShardQuarantinedException.class)
			.isThrownBy(() -> this.operations.backup(this.target));
		assertThat(this.elsewhere.resolve("backups")).doesNotExist();
	}

	@Test
	void backupWhoseProcessIsKilledLooksIncomplete() throws Exception {
		open();
		for (int i = 0; i < 200; i++) {
			this.operations.enqueue(TASK, "x".repeat(100_000));
		}
		assertThat(killBackup()).exists();
		assertThat(this.target.resolve("default")).doesNotExist();
		assertRefused(this.target, "was broken off: delete");
	}

	/** Another one when that was complete before its process was killed. */
	private Path killBackup() throws Exception {
		for (int tries = 1;; tries++) {
			this.target = this.elsewhere.resolve("try-" + tries);
			Path incomplete = this.target.resolve("default.incomplete");
			Process child = start(BackupChild.class, this.target.toString());
			await().pollInterval(Duration.ofMillis(1))
				.atMost(LONG)
				.until(() -> Files.exists(incomplete) || !child.isAlive());
			kill(child);
			if (Files.exists(incomplete) || tries == 20) {
				return incomplete;
			}
		}
	}

	@Test
	void operationOnAllFilesWhileAnotherIsUnderWayIsRefused() throws InterruptedException {
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		open((builder) -> builder.diskSpace(new DiskSpace() {

			@Override
			public long free(Path file) {
				if (file.startsWith(BackupTests.this.target)) {
					asked.countDown();
					try {
						awaitLatch(goOn);
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				}
				return UNKNOWN;
			}

			@Override
			public long total(Path file) {
				return UNKNOWN;
			}

		}));
		Thread thread = new Thread(() -> this.operations.backup(this.target));
		thread.start();
		awaitLatch(asked);
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.operations.verify())
			.withMessageContaining("a backup is under way");
		assertThatExceptionOfType(QueueException.class)
			.isThrownBy(() -> this.operations.backup(this.elsewhere.resolve("other")));
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.operations.compact());
		goOn.countDown();
		thread.join();
		assertThat(this.operations.verify().isSound()).isTrue();
	}

	@Test
	void backupOfAClosedQueueIsRefused() {
		open();
		this.queue.close();
		assertThatThrownBy(() -> this.operations.backup(this.target)).isInstanceOf(StoreUnavailableException.class);
		assertThatThrownBy(() -> this.operations.verify()).isInstanceOf(StoreUnavailableException.class);
		assertThatThrownBy(() -> this.operations.compact()).isInstanceOf(StoreUnavailableException.class);
	}

	@Test
	void backupHoldsNothingUpForLong() throws Exception {
		open((builder) -> builder.shards(2));
		for (int i = 0; i < 100; i++) {
			this.operations.enqueue(TASK, "x".repeat(100_000));
		}
		int during = 0;
		int stored = 0;
		// This thread may stand still while a backup is made.
		for (int tries = 1; during <= 20 && tries <= 20; tries++) {
			this.target = this.elsewhere.resolve("try-" + tries);
			Thread thread = new Thread(() -> this.operations.backup(this.target));
			thread.start();
			for (during = 0; thread.isAlive(); during++) {
				this.operations.enqueue(NewMessage.to(TASK).payload("y").runAt(Instant.now().plusSeconds(600)));
				stored++;
			}
		}
		assertThat(during).isGreaterThan(20);
		assertThat(restore().stats().count(MessageState.SCHEDULED)).isLessThan(stored);
	}

}
