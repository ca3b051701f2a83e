package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.QueueFullException;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Queues that may hold so many messages only, in each shard. */
abstract class BoundContract extends StoreSubject {

	private static final Terms THREE = bound(3, false);

	private static final Terms NEWEST_THREE = bound(3, true);

	private static Terms bound(long most, boolean dropOldest) {
		return new Terms(new Terms.Bound(most, dropOldest), OnDuplicate.RETURN_EXISTING, null, null);
	}

	BoundContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private static Insertion row(long id, Draft draft, Terms terms, long now) {
		Insertion row = draft.insertion(id, now);
		return new Insertion(row.id(), row.keys(), row.queue(), row.task(), row.priority(), row.createdAt(),
				row.runAt(), row.expiresAt(), row.maxAttempts(), row.attributes(), row.codec(), row.payload(),
				row.awaited(), terms);
	}

	/** Inserts messages into one shard, all at once. */
	private InsertResult insert(Terms terms, Draft... drafts) {
		long[] ids = this.store.assignIds(this.instance, drafts.length);
		int shard = shardOf(ids[0]);
		List<Insertion> rows = new ArrayList<>();
		for (int i = 0; i < ids.length; i++) {
			Draft draft = drafts[i];
			// Keys may be at home anywhere: those of this shard are taken.
			for (int n = 0; !draft.keys().isEmpty() && shardOf(ids[i]) != shard; n++) {
				draft = drafts[i].orderingKey(drafts[i].orderingKey() + "-" + n);
				ids[i] = this.store.assignId(this.instance, draft.keys());
			}
			rows.add(row(ids[i], draft, terms, now()));
		}
		this.latest = ids;
		return insertRows(rows).get();
	}

	private long[] latest = {};

	private static Draft[] times(int count, Draft draft) {
		return draft.times(count).toArray(Draft[]::new);
	}

	/** Inserts a message into the shard of another one. */
	private InsertResult insertBeside(long id, Terms terms, Draft draft) {
		long beside = this.store.assignId(this.instance, draft.keys());
		while (shardOf(beside) != shardOf(id)) {
			beside = this.store.assignId(this.instance, draft.keys());
		}
		this.latest = new long[] { beside };
		return insertRows(List.of(row(beside, draft, terms, now()))).get();
	}

	@Test
	void insertWhenTheQueueIsFullIsRefusedRowByRow() {
		InsertResult result = insert(THREE, times(5, Draft.of(TASK)));
		assertThat(result.failed()).containsOnlyKeys(3, 4);
		assertThat(result.failed().get(3)).isInstanceOfSatisfying(QueueFullException.class, (ex) -> {
			assertThat(ex.queue()).isEqualTo(QUEUE);
			assertThat(ex).hasMessageContaining("Queue 'default' is full")
				.hasMessageContaining("3 messages")
				.hasMessageContaining("Nothing was stored");
		});
		assertThat(result.existing()).containsOnly(0);
		assertThat(listAll(MessageQuery.all())).hasSize(3);
		assertThat(insertBeside(this.latest[0], THREE, Draft.of(TASK).queue("mail")).failed()).isEmpty();
		assertThat(insertBeside(this.latest[0], Terms.NONE, Draft.of(TASK)).failed()).isEmpty();
		assertThat(insertBeside(this.latest[0], THREE, Draft.of(TASK)).failed()).hasSize(1);
	}

	@Test
	void insertWhenAMessageHasEndedFindsRoom() {
		insert(THREE, Draft.of(TASK), Draft.of(TASK), Draft.of("other").delay(60_000));
		long one = this.latest[0];
		StoredMessage running = claimOne();
		assertThat(insertBeside(one, THREE, Draft.of(TASK)).failed()).hasSize(1);
		assertThat(settle(retryAt(running, now() + 1000))).isEqualTo(SettleResult.APPLIED);
		assertThat(insertBeside(one, THREE, Draft.of(TASK)).failed()).hasSize(1);
		assertThat(this.store.cancel(running.id())).isEqualTo(CancelResult.CANCELLED);
		assertThat(insertBeside(one, THREE, Draft.of(TASK)).failed()).isEmpty();
		assertThat(insertBeside(one, THREE, Draft.of(TASK)).failed()).hasSize(1);
	}

	@Test
	void insertWhenItsKeyIsTakenNamesTheHolderAlthoughTheQueueIsFull() {
		Terms one = bound(1, false);
		Draft idempotent = Draft.of(TASK).idempotencyKey("i");
		long id = this.store.assignId(this.instance, idempotent.keys());
		insertRows(List.of(row(id, idempotent, one, now()))).get();
		InsertResult again = insertBeside(id, one, idempotent);
		assertThat(again.failed()).isEmpty();
		assertThat(again.existing()).containsExactly(id);
		Draft unique = Draft.of(TASK).queue("mail").uniqueKey("u");
		long uniqueId = this.store.assignId(this.instance, unique.keys());
		insertRows(List.of(row(uniqueId, unique, one, now()))).get();
		assertThat(insertBeside(uniqueId, one, unique).existing()).containsExactly(uniqueId);
	}

	@Test
	void insertWhenTheOldestIsDroppedKeepsTheNewest() {
		List<StoreListener.Ended> ended = new CopyOnWriteArrayList<>();
		this.store.addListener(new StoreListener() {

			@Override
			public void ended(List<Ended> messages) {
				ended.addAll(messages);
			}

		});
		InsertResult result = insert(NEWEST_THREE, times(8, Draft.of(TASK)));
		long[] ids = this.latest;
		assertThat(result.failed()).isEmpty();
		assertThat(listAll(MessageQuery.all().state(MessageState.READY))).extracting(StoredMessage::id)
			.containsExactly(ids[5], ids[6], ids[7]);
		assertThat(listAll(MessageQuery.all().state(MessageState.CANCELLED))).hasSize(5).allSatisfy((message) -> {
			assertThat(message.finishedAt()).isEqualTo(now());
			assertThat(message.lastError()).contains("Dropped").contains("make room for a newer message");
		});
		await().until(() -> ended.size() == 5);
		assertThat(ended).allSatisfy((message) -> {
			assertThat(message.state()).isEqualTo(MessageState.CANCELLED);
			assertThat(message.failure().type()).isEqualTo(FailureRecord.DROPPED);
		});
		assertThat(ids(claim(10))).containsExactly(ids[5], ids[6], ids[7]);
	}

	@Test
	void insertWhenTheOldestIsDroppedSparesWhatIsBetterRunningOrDelayed() {
		insert(NEWEST_THREE, Draft.of(TASK).delay(1000), Draft.of(TASK).priority(9), Draft.of("other").priority(2));
		long[] ids = this.latest;
		assertThat(insertBeside(ids[0], NEWEST_THREE, Draft.of(TASK).priority(1)).failed()).hasSize(1);
		assertThat(insertBeside(ids[0], NEWEST_THREE, Draft.of(TASK).priority(2)).failed()).isEmpty();
		assertThat(state(ids[2])).isEqualTo(MessageState.CANCELLED);
		assertThat(ids(claim(2))).contains(ids[1]).doesNotContain(ids[2]);
		assertThat(insertBeside(ids[0], NEWEST_THREE, Draft.of(TASK).priority(9)).failed()).hasSize(1);
		assertThat(state(ids[0])).isEqualTo(MessageState.SCHEDULED);
	}

	@Test
	void insertWhenTheFrontOfALineIsDroppedLetsTheNextOneGo() {
		insert(NEWEST_THREE, Draft.of(TASK).orderingKey("k"));
		long front = this.latest[0];
		Draft behind = Draft.of(TASK).orderingKey(find(front).orderingKey());
		insertBeside(front, NEWEST_THREE, behind);
		long next = this.latest[0];
		insertBeside(front, NEWEST_THREE, behind);
		assertThat(insertBeside(front, NEWEST_THREE, Draft.of("other")).failed()).isEmpty();
		assertThat(state(front)).isEqualTo(MessageState.CANCELLED);
		assertThat(ids(claim(10))).containsExactly(next);
	}

	@Test
	void insertWhenManyInsertAtOnceNeverExceedsTheBound() throws Exception {
		Terms ten = bound(10, false);
		List<Callable<Integer>> threads = new ArrayList<>();
		for (int thread = 0; thread < 4; thread++) {
			threads.add(() -> {
				int stored = 0;
				for (int i = 0; i < 40; i++) {
					long id = this.store.assignId(this.instance, Draft.of(TASK).keys());
					stored += insertRows(List.of(row(id, Draft.of(TASK), ten, now()))).get().failed().isEmpty() ? 1 : 0;
				}
				return stored;
			});
		}
		int stored = together(threads).stream().mapToInt(Integer::intValue).sum();
		assertThat(stored).isEqualTo(10 * shards());
		assertThat(count(MessageState.READY)).isEqualTo(10L * shards());
	}

	@Test
	void insertAfterReopenCountsWhatIsThere() {
		insert(THREE, times(3, Draft.of(TASK)));
		long one = this.latest[0];
		reopen();
		assertThat(insertBeside(one, THREE, Draft.of(TASK)).failed()).hasSize(1);
		assertThat(insertBeside(one, NEWEST_THREE, Draft.of(TASK)).failed()).isEmpty();
		assertThat(state(one)).isEqualTo(MessageState.CANCELLED);
	}

}
