package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Pruning: by age of each state, by count, and what is spared. */
abstract class PruneContract extends StoreSubject {

	private static final long HOUR = 3_600_000;

	PruneContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private void retain(long maxRows) {
		reopen(this.settings.retention(new Retention(Duration.ofHours(1), Duration.ofHours(2), Duration.ofHours(3),
				Duration.ofHours(4), maxRows)));
	}

	/** Completes messages without keys on one shard, a second apart; oldest first. */
	private List<Long> completed(int count, Draft draft) {
		List<Long> ids = insertAll(draft.times(count));
		List<StoredMessage> claimed = claim(count);
		assertThat(ids(claimed)).containsExactlyElementsOf(ids);
		for (StoredMessage message : claimed) {
			settle(complete(message));
			pass(1000);
		}
		return ids;
	}

	@Test
	void pruneWhenAgeIsOverDeletesEachStateInItsTime() {
		retain(1000);
		long completed = ended(Draft.of(TASK), MessageState.COMPLETED);
		long cancelled = ended(Draft.of(TASK), MessageState.CANCELLED);
		long expired = ended(Draft.of(TASK), MessageState.EXPIRED);
		long dead = ended(Draft.of(TASK), MessageState.DEAD);
		assertThat(prune()).isZero();
		for (long id : List.of(completed, cancelled, expired, dead)) {
			pass(HOUR - 1000);
			assertThat(prune()).isZero();
			assertThat(this.store.find(id)).isPresent();
			pass(2000);
			assertThat(prune()).isOne();
			assertThat(this.store.find(id)).isEmpty();
			pass(-1000);
		}
		assertThat(this.store.failures(dead)).isEmpty();
		assertThat(this.store.counts()).isEmpty();
	}

	@Test
	void pruneNeverTouchesLiveMessages() {
		retain(0);
		insert(Draft.of("other"));
		insert(Draft.of(TASK).delay(HOUR));
		StoredMessage running = running(Draft.of(TASK));
		pass(1000 * HOUR);
		assertThat(prune()).isZero();
		assertThat(listAll(MessageQuery.all())).hasSize(3);
		assertThat(settle(complete(running))).isEqualTo(SettleResult.APPLIED);
	}

	@Test
	void pruneMeasuresAgeFromTheEnd() {
		retain(1000);
		StoredMessage message = running(Draft.of(TASK));
		pass(10 * HOUR);
		settle(complete(message));
		assertThat(prune()).isZero();
		pass(HOUR + 1000);
		assertThat(prune()).isOne();
	}

	@Test
	void pruneWhenTooManyDeletesTheOldest() {
		retain(10);
		List<Long> ids = completed(25, Draft.of(TASK));
		prune();
		assertThat(ids(listAll(MessageQuery.all()))).containsExactlyElementsOf(ids.subList(15, 25));
		assertThat(prune()).isZero();
	}

	@Test
	void pruneWhenTooManyCountsCompletedCancelledAndExpiredTogether() {
		retain(5);
		List<Long> ids = insertAll(Draft.of(TASK).times(9));
		List<StoredMessage> claimed = claim(9);
		for (int i = 0; i < 9; i++) {
			StoredMessage message = claimed.get(i);
			switch (i % 3) {
				case 0 -> settle(complete(message));
				case 1 -> settle(new Settlement.Expire(message.runKey()));
				default -> {
					this.store.cancel(message.id());
					settle(new Settlement.Cancel(message.runKey()));
				}
			}
			pass(1000);
		}
		prune();
		assertThat(ids(listAll(MessageQuery.all()))).containsExactlyElementsOf(ids.subList(4, 9));
	}

	@Test
	void pruneWhenTooManyNeverDeletesDead() {
		retain(0);
		for (int i = 0; i < 8; i++) {
			ended(Draft.of(TASK), MessageState.DEAD);
		}
		pass(1);
		ended(Draft.of(TASK), MessageState.COMPLETED);
		prune();
		assertThat(count(MessageState.COMPLETED)).isZero();
		assertThat(count(MessageState.DEAD)).isEqualTo(8);
	}

	@Test
	void pruneWhenTooManySparesRowsWithAnIdempotencyKeyAndDoesNotCountThem() {
		retain(3);
		List<Long> keyed = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			keyed.add(ended(Draft.of(TASK).idempotencyKey("k" + i), MessageState.COMPLETED));
			pass(1000);
		}
		List<Long> plain = completed(5, Draft.of(TASK));
		prune();
		List<Long> left = new ArrayList<>(keyed);
		left.addAll(plain.subList(2, 5));
		assertThat(ids(listAll(MessageQuery.all()))).containsExactlyInAnyOrderElementsOf(left);
		pass(2 * HOUR);
		assertThat(prune()).isEqualTo(13);
	}

	@Test
	void pruneWhenTooManySparesAwaitedRowsForAMinute() {
		retain(0);
		List<Long> awaited = new ArrayList<>();
		for (MessageState state : List.of(MessageState.COMPLETED, MessageState.CANCELLED, MessageState.EXPIRED)) {
			awaited.add(ended(Draft.of(TASK).withWaiter(), state));
		}
		long plain = ended(Draft.of(TASK), MessageState.COMPLETED);
		pass(30_000);
		prune();
		assertThat(this.store.findAll(awaited)).hasSize(3);
		assertThat(this.store.find(plain)).isEmpty();
		pass(31_000);
		assertThat(prune()).isEqualTo(3);
		assertThat(this.store.findAll(awaited)).isEmpty();
	}

	@Test
	void pruneWhenManyAreOldDeletesAllInSteps() {
		retain(10_000);
		insertAll(Draft.of(TASK).timeToLive(1000L).times(2200));
		pass(1000);
		promote();
		pass(4 * HOUR);
		int step = this.store.prune();
		assertThat(step).isBetween(1, 2199);
		assertThat(step + prune()).isEqualTo(2200);
		assertThat(this.store.counts()).isEmpty();
	}

	@Test
	void pruneWhenReopenedStillKnowsTheCount() {
		retain(10);
		List<Long> ids = completed(8, Draft.of(TASK));
		reopen();
		insertAll(Draft.of(TASK).delay(HOUR).times(2)).forEach((id) -> this.store.cancel(id));
		prune();
		assertThat(ids(listAll(MessageQuery.all()))).containsAll(ids);
		retain(6);
		prune();
		assertThat(ids(listAll(MessageQuery.all()))).containsAll(ids.subList(4, 8));
		assertThat(listAll(MessageQuery.all())).hasSizeLessThanOrEqualTo(8);
	}

	@Test
	void pruneFreesRetriedMessagesFromTheCount() {
		retain(2);
		List<Long> ids = insertAll(Draft.of(TASK).times(3));
		this.store.cancel(ids.get(0));
		this.store.cancel(ids.get(1));
		this.store.retry(ids.get(0));
		this.store.cancel(ids.get(2));
		prune();
		assertThat(listAll(MessageQuery.all())).hasSize(3);
		this.store.cancel(ids.get(0));
		prune();
		assertThat(listAll(MessageQuery.all())).hasSize(2);
	}

}
