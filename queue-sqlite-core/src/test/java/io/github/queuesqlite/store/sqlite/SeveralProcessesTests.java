package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.Peer;
import io.github.queuesqlite.store.StoredMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Several JVMs on one directory, and the kill of one. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SeveralProcessesTests {

	@TempDir
	Path directory;

	@Test
	void openWhenProcessesMigrateANewDirectoryAtOnceAllSucceed() throws Exception {
		List<ChildQueue> children = new ArrayList<>();
		List<Long> ids = new ArrayList<>();
		Set<Long> epochs = new HashSet<>();
		try {
			for (int i = 0; i < 3; i++) {
				children.add(ChildQueue.start("insert", this.directory, 2));
			}
			for (ChildQueue child : children) {
				List<String> lines = child.readUntil("closed");
				assertThat(lines).last().isEqualTo("closed 0.");
				assertThat(child.waitFor()).isZero();
				epochs.addAll(ChildQueue.values(lines, "epoch"));
				ids.addAll(ChildQueue.values(lines, "inserted"));
			}
		}
		finally {
			children.forEach(ChildQueue::close);
		}
		assertThat(epochs).hasSize(3);
		assertThat(ids).hasSize(180).doesNotHaveDuplicates();
		try (TestStore queue = TestStore.open(this.directory, null)) {
			assertThat(queue.all()).extracting(StoredMessage::id).containsExactlyInAnyOrderElementsOf(ids);
		}
	}

	@Test
	void killWhenClaimsAreHeldGivesBackAttemptsOfRunsThatHadNotStarted() throws Exception {
		try (TestStore queue = TestStore.open(this.directory, 2)) {
			List<Long> ids = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				ids.add(queue.insert(10));
			}
			List<Long> started;
			Peer owner;
			try (ChildQueue child = ChildQueue.start("own", this.directory, 2)) {
				List<String> lines = child.readUntil("ready");
				long epoch = ChildQueue.values(lines, "epoch").get(0);
				started = ChildQueue.values(lines, "started");
				assertThat(started).hasSize(10);
				owner = queue.store.peers().stream().filter((peer) -> peer.epoch() == epoch).findFirst().orElseThrow();
				assertThat(queue.store.isGone(owner)).isFalse();
				assertThat(queue.claim(100)).isEmpty();
				child.kill();
			}
			await().until(() -> queue.store.isGone(owner));
			assertThat(queue.store.rescue(owner, (task) -> 4)).hasValue(20);
			for (long id : ids) {
				StoredMessage message = queue.store.find(id).orElseThrow();
				assertThat(message.state()).isEqualTo(MessageState.READY);
				assertThat(message.attempt()).isEqualTo(started.contains(id) ? 1 : 0);
			}
			assertThat(queue.claim(100)).hasSize(20);
		}
	}

	@Test
	void killWhenARescueHasDeclaredTheOwnerDeadAndNoMoreLeavesNoMessageRunning() throws Exception {
		Path name = this.directory.resolve("default");
		try (TestStore queue = TestStore.open(name, 2)) {
			for (int i = 0; i < 20; i++) {
				queue.insert(10);
			}
		}
		try (ChildQueue child = ChildQueue.start("own", name, 2)) {
			child.readUntil("ready");
			child.kill();
		}
		for (int shard = 0; shard < 2; shard++) {
			Path file = name.resolve("queue_shard_" + shard + ".db");
			TestStore.sql(file, "UPDATE instance SET dead = 1");
			assertThat(TestStore.sql(file, "SELECT count(*) FROM message WHERE state = 30")).isNotEqualTo("0");
		}
		try (EmbeddedQueue queue = EmbeddedQueue.builder(this.directory).build()) {
			queue.tasks().register(TestStore.TASK, byte[].class, (payload, context) -> null);
			queue.start();
			await().untilAsserted(
					() -> assertThat(queue.operations().stats().count(MessageState.COMPLETED)).isEqualTo(20));
		}
	}

	@Test
	void killInTheMiddleOfWorkLosesNothingThatWasAcknowledged() throws Exception {
		for (int round = 0; round < 2; round++) {
			Path name = this.directory.resolve("round-" + round);
			List<String> lines;
			try (ChildQueue child = ChildQueue.start("work", name, 2)) {
				lines = child.readLines(300 + 400 * round);
				lines.addAll(child.kill());
			}
			assertThat(ChildQueue.values(lines, "failed")).isEmpty();
			assertSound(name, lines);
		}
	}

	private void assertSound(Path name, List<String> lines) throws IOException, SQLException {
		long epoch = ChildQueue.values(lines, "epoch").get(0);
		List<Long> inserted = ChildQueue.values(lines, "inserted");
		List<Long> completed = ChildQueue.values(lines, "completed");
		assertThat(inserted).hasSizeGreaterThan(100);
		assertThat(completed).isNotEmpty();
		try (TestStore queue = TestStore.open(name, null)) {
			assertThat(queue.instance.epoch()).isGreaterThan(epoch);
			Peer dead = queue.store.peers().stream().filter((peer) -> peer.epoch() == epoch).findFirst().orElseThrow();
			assertThat(queue.store.isGone(dead)).isTrue();
			queue.store.rescue(dead, (task) -> 4);
			List<StoredMessage> stored = queue.all();
			assertThat(stored).extracting(StoredMessage::id).containsAll(inserted);
			assertThat(stored).filteredOn((message) -> message.state() == MessageState.COMPLETED)
				.extracting(StoredMessage::id)
				.containsAll(completed);
			assertThat(stored).noneMatch((message) -> message.state() == MessageState.RUNNING);
			for (StoredMessage message : stored) {
				if (message.idempotencyKey() != null) {
					assertThat(queue.insert(new Keys("other", message.idempotencyKey(), null), 1)[1])
						.isEqualTo(message.id());
				}
			}
			assertKeysAreFree(queue, stored);
			long counted = queue.store.counts().stream().mapToLong((count) -> count.messages()).sum();
			assertThat(counted).isEqualTo(queue.all().size());
		}
		try (Stream<Path> files = Files.list(name)) {
			for (Path file : files.filter((found) -> found.toString().endsWith(".db")).toList()) {
				assertThat(TestStore.sql(file, "PRAGMA integrity_check")).isEqualTo("ok");
			}
		}
	}

	/** What the dead process had only reserved may be taken. */
	private static void assertKeysAreFree(TestStore queue, List<StoredMessage> stored) {
		Set<String> held = new HashSet<>();
		stored.forEach((message) -> held.add(message.idempotencyKey()));
		for (int thread = 0; thread < 4; thread++) {
			for (int i = 0; i < 600; i += 15) {
				String key = "k-" + thread + "-" + i;
				if (!held.contains(key)) {
					assertThat(queue.insert(new Keys("free", key, "u-" + key), 1)[1]).isZero();
				}
			}
		}
	}

}
