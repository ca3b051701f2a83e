package io.github.queuesqlite.store;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.QueueException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Which commits are fsynced, by what is in them. */
class SyncScheduleTests {

	private static Command<ShardSession> insert(Boolean... durable) {
		Stream<Insertion> rows = Arrays.stream(durable)
			.map((value) -> new Insertion(1, new Keys("task", null, null), "default", "task", 1, 0, 0, null, null, null,
					null, null, false, new Terms(null, OnDuplicate.RETURN_EXISTING, null, value)));
		return new InsertCommand(rows.toList(), 0, new Outcome<>());
	}

	private static Command<ShardSession> complete(boolean first) {
		return new SettleCommand(new Settlement.Complete(new RunKey(0, 1, 1, 1, "default", "task"), null, null, first),
				new Outcome<>());
	}

	private static boolean isDue(boolean full, List<Command<ShardSession>> batch) {
		return new SyncSchedule(full).isDue(batch);
	}

	@Test
	void insertIsSyncedAsTheQueueIsDurableUnlessItSaysOtherwise() {
		Boolean unset = null;
		assertThat(isDue(true, List.of(insert(unset)))).isTrue();
		assertThat(isDue(false, List.of(insert(unset)))).isFalse();
		assertThat(isDue(false, List.of(insert(unset, true)))).isTrue();
		assertThat(isDue(true, List.of(insert(false, false)))).isFalse();
		assertThat(isDue(true, List.of(insert(false, unset)))).isTrue();
		assertThat(isDue(true, List.of(insert(false), insert(unset)))).isTrue();
		assertThat(isDue(false, List.of(insert(false), insert(true)))).isTrue();
	}

	@Test
	void insertThatNeedNotBeDurableIsSyncedALittleLater() {
		SyncSchedule schedule = new SyncSchedule(true);
		long before = System.nanoTime();
		assertThat(schedule.isDue(List.of(insert(false)))).isFalse();
		long after = System.nanoTime();
		assertThat(schedule.isOwed()).isTrue();
		assertThat(schedule.isOverdue(after + 200_000_000)).isTrue();
		assertThat(schedule.untilOverdue(before)).isGreaterThanOrEqualTo(150_000_000);
		assertThat(schedule.untilOverdue(after)).isLessThanOrEqualTo(150_000_000);
		schedule.synced();
		assertThat(schedule.isOwed()).isFalse();
	}

	@Test
	void completionBeforeTheHandlerIsSyncedWhateverTheDurability() {
		assertThat(isDue(false, List.of(complete(true)))).isTrue();
		assertThat(isDue(false, List.of(complete(false)))).isFalse();
		assertThat(isDue(true, List.of(complete(false)))).isTrue();
	}

	@Test
	void batchOfNothingOwesNothing() {
		SyncSchedule schedule = new SyncSchedule(true);
		assertThat(schedule.isDue(List.<Command<ShardSession>>of())).isFalse();
		assertThat(schedule.isOwed()).isFalse();
	}

	/** Nobody is told here. */
	private static final class Outcome<R> implements Completion<R> {

		@Override
		public void succeeded(R result) {
			throw new AssertionError(result);
		}

		@Override
		public void failed(QueueException failure) {
			throw failure;
		}

	}

}
