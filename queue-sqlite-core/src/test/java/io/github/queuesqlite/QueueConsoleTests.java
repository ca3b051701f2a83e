package io.github.queuesqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** A person looks at a directory, and steers it, whoever else uses it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QueueConsoleTests extends QueueTester {

	private Path files() {
		return this.directory.resolve("default");
	}

	private Map<String, FileTime> listing() throws IOException {
		Map<String, FileTime> times = new TreeMap<>();
		try (Stream<Path> all = Files.walk(files())) {
			for (Path file : all.filter(Files::isRegularFile).toList()) {
				times.put(files().relativize(file).toString(), Files.getLastModifiedTime(file));
			}
		}
		return times;
	}

	@Test
	void consoleToReadLeavesTheDirectoryAsItWas() throws IOException {
		open((builder) -> builder.shards(2));
		MessageId id = this.operations.enqueue(message().payload("x").delay(Duration.ofHours(1)));
		MessageId ready = this.operations.enqueue(message().payload("y"));
		this.queue.close();
		Map<String, FileTime> before = listing();
		try (QueueConsole console = QueueConsole.toRead(files())) {
			Message message = console.find(id).orElseThrow();
			assertThat(message.state()).isEqualTo(MessageState.SCHEDULED);
			assertThat(message.payload(String.class)).isEqualTo("x");
			assertThat(console.list(MessageQuery.all())).hasSize(2);
			assertThat(console.stats().count(MessageState.READY)).isOne();
			assertThat(console.stats().instances()).isEmpty();
			assertThat(console.explain(ready).summary()).contains("no process hosts task");
			assertThat(message.maxAttempts()).isNull();
			assertThat(console.tree(id)).isPresent();
			assertThat(console.failures(id)).isEmpty();
			assertThatIllegalStateException().isThrownBy(() -> console.cancel(id));
		}
		assertThat(QueueConsole.verify(files()).isSound()).isTrue();
		QueueConsole.backup(files(), this.directory.resolveSibling("console-backup-" + System.nanoTime()));
		assertThat(listing()).isEqualTo(before);
	}

	@Test
	void consoleToReadDoesNotTakePartInAQueueInUse() {
		open((builder) -> builder.shards(2));
		MessageId id = this.operations.enqueue(message().payload("x"));
		try (QueueConsole console = QueueConsole.toRead(files())) {
			assertThat(console.find(id)).isPresent();
			assertThat(this.operations.stats().instances()).hasSize(1);
			assertThat(console.stats().instances()).hasSize(1);
		}
		this.operations.enqueue(message().payload("y"));
		assertThat(this.operations.verify().isSound()).isTrue();
	}

	@Test
	void consoleToWriteSteersAndDeletesNothingByItself() {
		openWithClock();
		MessageId old = this.operations.enqueue(message().payload("old"));
		this.operations.cancel(old);
		MessageId live = this.operations.enqueue(message().payload("live"));
		this.queue.close();
		try (QueueConsole console = QueueConsole.toWrite(files())) {
			assertThat(console.stats().instances()).hasSize(1);
			assertThat(console.retry(old)).isTrue();
			assertThat(console.cancel(live)).isTrue();
			assertThat(console.cancel(live)).isFalse();
			console.note("ada", "cancel", "messages/" + live, AuditEntry.Outcome.DONE, null);
			console.compact();
		}
		try (QueueConsole console = QueueConsole.toRead(files())) {
			assertThat(console.find(old).orElseThrow().state()).isEqualTo(MessageState.READY);
			assertThat(console.find(live).orElseThrow().state()).isEqualTo(MessageState.CANCELLED);
			assertThat(console.audit(1)).singleElement()
				.satisfies((entry) -> assertThat(entry.actor()).isEqualTo("ada"));
			assertThat(console.stats().instances()).isEmpty();
		}
	}

	@Test
	void consoleToWriteKeepsWhatTheApplicationKeeps() {
		open();
		MessageId ended = this.operations.enqueue(message().payload("x"));
		this.operations.cancel(ended);
		this.queue.close();
		changeAll("UPDATE message SET finished_at = " + Instant.parse("2025-01-01T00:00:00Z").toEpochMilli());
		try (QueueConsole console = QueueConsole.toWrite(files())) {
			assertThat(console.purge(MessageQuery.all().task("nothing"))).isZero();
			assertThat(console.find(ended)).isPresent();
			assertThat(console.purge(MessageQuery.all().state(MessageState.CANCELLED))).isOne();
		}
	}

	private void changeAll(String sql) {
		try (Stream<Path> all = Files.list(files())) {
			for (Path file : all.filter((path) -> path.toString().matches(".*shard_\\d+\\.db")).toList()) {
				try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
						Statement statement = connection.createStatement()) {
					statement.execute(sql);
				}
			}
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	@Test
	void consoleWhenFilesAreOfAnotherVersionIsRefusedAndChangesNothing() throws IOException {
		open();
		this.queue.close();
		changeAll("PRAGMA user_version = 3");
		Map<String, FileTime> before = listing();
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> QueueConsole.toWrite(files()))
			.withMessageContaining("has schema version 3")
			.withMessageContaining("Nothing was changed");
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> QueueConsole.toRead(files()));
		assertThat(listing()).isEqualTo(before);
		changeAll("PRAGMA user_version = 1000");
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> QueueConsole.toRead(files()))
			.withMessageContaining("Start the newer version");
	}

	@Test
	void consoleWhenThereIsNoQueueSaysWhere() throws IOException {
		open();
		this.queue.close();
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> QueueConsole.toRead(this.directory.resolve("other")))
			.withMessageContaining("There is no directory")
			.withMessageContaining("default");
		Path empty = Files.createDirectory(this.directory.resolve("empty"));
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> QueueConsole.toWrite(empty))
			.withMessageContaining("is not the directory of a queue");
		assertThat(empty).isEmptyDirectory();
	}

	@Test
	void consoleToReadShowsTheOtherShardsOfADamagedOne() throws IOException {
		open((builder) -> builder.shards(2));
		for (int i = 0; i < 20; i++) {
			this.operations.enqueue(message().payload("x"));
		}
		this.queue.close();
		Files.write(files().resolve("queue_shard_1.db"), new byte[0]);
		try (QueueConsole console = QueueConsole.toRead(files())) {
			assertThat(console.stats().shards().get(1).quarantined()).isTrue();
			assertThat(console.list(MessageQuery.all())).isNotEmpty();
		}
		assertThat(QueueConsole.verify(files()).files()).filteredOn((file) -> !file.isSound())
			.singleElement()
			.satisfies((file) -> assertThat(file.file()).isEqualTo("queue_shard_1.db"));
	}

}
