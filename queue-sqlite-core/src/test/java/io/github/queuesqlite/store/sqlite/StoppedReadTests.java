package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.store.HistoryRule;
import io.github.queuesqlite.store.Quarantine;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.StoredMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Reads that were stopped because they took too long, and were tried again. */
class StoppedReadTests {

	@TempDir
	Path directory;

	private final ReaderThreads threads = new ReaderThreads();

	private TestStore queue;

	private SqliteShardReader reader;

	@BeforeEach
	void open() {
		this.queue = TestStore.open(this.directory, 1);
		this.reader = new SqliteShardReader(0, this.directory.resolve("queue_shard_0.db"), new ReaderGate(),
				this::readTwice, new Quarantine(0, "shard 0"), Retention.DEFAULT, HistoryRule.OFF,
				InstantSource.system());
	}

	@AfterEach
	void close() {
		this.threads.close();
		this.queue.close();
	}

	@Test
	void listWhenStoppedAndTriedAgainGivesEachMessageOnce() {
		List<Long> ids = List.of(this.queue.insert(10), this.queue.insert(10), this.queue.insert(10));
		assertThat(this.reader.list(MessageQuery.all())).extracting(StoredMessage::id).containsExactlyElementsOf(ids);
	}

	@Test
	void idsWhenStoppedAndTriedAgainGivesEachIdOnce() {
		List<Long> ids = List.of(this.queue.insert(10), this.queue.insert(10), this.queue.insert(10));
		assertThat(this.reader.ids(MessageQuery.all(), -1, 100)).containsExactlyElementsOf(ids);
	}

	/** As a read that was stopped when it had gone through all its rows. */
	private <R> R readTwice(Path file, ReaderGate gate, Reads.Read<R> read) {
		return this.threads.read(file, gate, (statements) -> {
			read.read(statements);
			return read.read(statements);
		});
	}

}
