package io.github.queuesqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.FileCheck;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.Verification;
import io.github.queuesqlite.store.WrittenFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** All files are checked, and made smaller, while they are in use. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UpkeepTests extends QueueTester {

	private Path file(int shard) {
		return this.directory.resolve("default/queue_shard_" + shard + ".db");
	}

	@Test
	void verifyOfSoundFilesNamesEach() {
		open((builder) -> builder.shards(2));
		this.operations.enqueue(TASK, "x");
		Verification found = this.operations.verify();
		assertThat(found.isSound()).isTrue();
		assertThat(found.files()).extracting(FileCheck::file)
			.containsExactly("control.db", "queue_shard_0.db", "queue_shard_1.db", "listen.db");
		assertThat(found.files()).allSatisfy((file) -> {
			assertThat(file.size()).isPositive();
			assertThat(file.duration()).isPositive();
		});
	}

	@Test
	void verifyNamesAMessageThatDoesNotMatchItsChecksum() throws SQLException {
		open((builder) -> builder.shards(1));
		MessageId id = this.operations.enqueue(TASK, "x");
		change("UPDATE message SET queue = 'other'");
		FileCheck found = this.operations.verify().files().get(1);
		assertThat(found.isSound()).isFalse();
		assertThat(found.findings()).containsExactly("message " + id + " does not match its checksum");
		assertThat(this.operations.stats().shards().get(0).quarantined()).isFalse();
	}

	@Test
	void verifyOfADamagedShardQuarantinesIt() throws SQLException {
		open((builder) -> builder.shards(1));
		this.operations.enqueue(TASK, "x");
		change("PRAGMA writable_schema = ON",
				"UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'counter')"
						+ " WHERE name = 'failed_attempt'");
		Verification found = this.operations.verify();
		assertThat(found.isSound()).isFalse();
		FileCheck shard = found.files().get(1);
		assertThat(shard.file()).isEqualTo("queue_shard_0.db");
		assertThat(shard.findings()).isNotEmpty();
		assertThat(this.operations.stats().shards().get(0).quarantined()).isTrue();
		assertThat(this.operations.verify().files().get(1).findings()).singleElement()
			.satisfies((finding) -> assertThat(finding).contains("is quarantined"));
	}

	@Test
	void verifyOfAShardThatCouldNotBeOpenedSaysWhy() throws IOException {
		open((builder) -> builder.shards(2));
		this.queue.close();
		Files.write(file(1), new byte[4096]);
		open();
		assertThat(this.operations.verify().files().get(2).findings()).singleElement()
			.satisfies((finding) -> assertThat(finding).contains("queue_shard_1.db", "is quarantined"));
	}

	private void change(String... statements) throws SQLException {
		try (Connection connection = shard0(); Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

	@Test
	void compactMakesFilesSmallerWhileOthersCommit() throws Exception {
		open((builder) -> builder.shards(1));
		for (int i = 0; i < 300; i++) {
			this.operations.enqueue(TASK, "x".repeat(50_000));
		}
		this.operations.purge(MessageQuery.all());
		MessageId kept = this.operations.enqueue(TASK, "kept");
		await().atMost(LONG).until(() -> Files.size(file(0)) > 10_000_000);
		Thread thread = new Thread(() -> this.operations.compact());
		thread.start();
		int during = 0;
		do {
			this.operations.enqueue(TASK, "y");
			during++;
		}
		// However long it takes: they need room too.
		while (thread.isAlive() && during < 500);
		thread.join();
		assertThat(during).isPositive();
		await().atMost(LONG).until(() -> Files.size(file(0)) < 1_000_000);
		assertThat(find(kept).payload(String.class)).isEqualTo("kept");
		assertThat(this.operations.length()).isEqualTo(during + 1);
		assertThat(this.operations.verify().isSound()).isTrue();
	}

	@Test
	void compactOfAFileThatCannotBecomeSmallerSaysWhatToDo() throws Exception {
		open((builder) -> builder.shards(1));
		this.queue.close();
		change("PRAGMA auto_vacuum = NONE", "VACUUM");
		open();
		for (int i = 0; i < 20; i++) {
			this.operations.enqueue(TASK, "x".repeat(50_000));
		}
		this.operations.purge(MessageQuery.all());
		try (LogLines log = LogLines.of(WrittenFile.class)) {
			this.operations.compact();
			assertThat(log.lines()).singleElement()
				.satisfies((line) -> assertThat(line).startsWith("WARN").contains("queue_shard_0.db", "VACUUM"));
		}
		assertThat(this.operations.verify().isSound()).isTrue();
	}

}
