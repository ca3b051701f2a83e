package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.InsertResult;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** An error of one row harms only its own command. */
class RowFaultTests {

	private static final Keys KEYS = new Keys(TestStore.TASK, null, null);

	@TempDir
	Path directory;

	private static Insertion bad(Insertion row) {
		return new Insertion(row.id(), row.keys(), row.queue(), row.task(), row.priority(), row.createdAt(),
				row.runAt(), null, 0, null, row.codec(), row.payload(), false);
	}

	@Test
	void insertWhenOneRowBreaksAConstraintFailsAlone() {
		try (TestStore queue = TestStore.open(this.directory, 1)) {
			Map<Long, CompletableFuture<InsertResult>> handedIn = new TreeMap<>();
			List<Long> bad = new ArrayList<>();
			for (int i = 0; i < 300; i++) {
				long id = queue.store.assignId(queue.instance, KEYS);
				Insertion row = queue.insertion(id, KEYS, 20);
				if (i % 100 == 50) {
					bad.add(id);
					row = bad(row);
				}
				handedIn.put(id, queue.insertLater(List.of(row)));
			}
			handedIn.forEach((id, future) -> {
				if (bad.contains(id)) {
					assertThatExceptionOfType(QueueException.class).isThrownBy(() -> TestStore.get(future))
						.isNotInstanceOf(StoreUnavailableException.class)
						.satisfies((ex) -> assertThat(ex.messageId().value()).isEqualTo(id));
				}
				else {
					assertThat(TestStore.get(future).existing()).containsExactly(0);
				}
				assertThat(queue.store.find(id).isPresent()).isEqualTo(!bad.contains(id));
			});
			await().untilAsserted(() -> assertThat(queue.store.probe()).isEmpty());
			assertThat(queue.store.shardStats()).allMatch((shard) -> shard.accepting() && shard.pending() == 0);
			assertThat(queue.claim(1000)).hasSize(297);
		}
	}

	@Test
	void insertWhenCommandHasABadRowStoresAllOthersOrNone() {
		try (TestStore queue = TestStore.open(this.directory, 1)) {
			long[] ids = queue.store.assignIds(queue.instance, 60);
			List<Insertion> rows = new ArrayList<>();
			for (int i = 0; i < ids.length; i++) {
				Insertion row = queue.insertion(ids[i], KEYS, 20);
				rows.add((i == 30) ? bad(row) : row);
			}
			List<Long> stored = new ArrayList<>();
			try {
				InsertResult result = queue.insert(rows);
				assertThat(result.failed()).containsOnlyKeys(30);
				for (int i = 0; i < ids.length; i++) {
					if (i != 30) {
						stored.add(ids[i]);
					}
				}
			}
			catch (QueueException ex) {
				assertThat(ex).hasMessageContaining("nothing of it is stored");
			}
			assertThat(queue.all()).extracting((message) -> message.id()).containsExactlyElementsOf(stored);
			queue.insert(10);
		}
	}

}
