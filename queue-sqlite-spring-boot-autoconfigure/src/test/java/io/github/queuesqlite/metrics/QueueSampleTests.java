package io.github.queuesqlite.metrics;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.QueueStats.Count;
import io.github.queuesqlite.message.QueueStats.Pause;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link QueueSample}. */
class QueueSampleTests {

	private final QueueSample sample = new QueueSample(new QueueStats(
			List.of(new Count("mail", "a", MessageState.READY, 2), new Count("mail", "b", MessageState.READY, 3),
					new Count("mail", "b", MessageState.SCHEDULED, 5), new Count("mail", "b", MessageState.RUNNING, 7),
					new Count("alien", "a", MessageState.READY, 11), new Count("alien", "a", MessageState.DEAD, 13)),
			Map.of("mail", Duration.ofMillis(1500)), List.of(new Pause(Pause.Kind.QUEUE, "paused", null)),
			Set.of("alien"), Set.of("b"),
			List.of(new QueueStats.ShardStats(0, "queue_shard_0.db", true, "", false, false, 4096, 8192, 1L << 30, 0)),
			List.of(), List.of()));

	@Test
	void countAddsTheTasksOfAQueue() {
		assertThat(this.sample.count("mail", MessageState.READY)).isEqualTo(5);
		assertThat(this.sample.count("mail", MessageState.DEAD)).isZero();
		assertThat(this.sample.count("unknown", MessageState.READY)).isZero();
	}

	@Test
	void unservedCountsWaitingMessagesOfUnservedQueuesAndTasks() {
		assertThat(this.sample.unserved("mail")).isEqualTo(8);
		assertThat(this.sample.unserved("alien")).isEqualTo(11);
		assertThat(this.sample.unserved("unknown")).isZero();
	}

	@Test
	void oldestAgeWhenNothingIsReadyIsZero() {
		assertThat(this.sample.oldestAgeMillis("mail")).isEqualTo(1500);
		assertThat(this.sample.oldestAgeMillis("alien")).isZero();
	}

	@Test
	void sizesAreThoseOfTheShard() {
		assertThat(this.sample.fileSize(0)).isEqualTo(4096);
		assertThat(this.sample.walSize(0)).isEqualTo(8192);
		assertThat(this.sample.diskFree(0)).isEqualTo(1L << 30);
		assertThat(this.sample.diskFree(1)).isNaN();
		assertThat(this.sample.fileSize(1)).isZero();
	}

	@Test
	void acceptingIsZeroForAShardThatRefusesMessagesOnly() {
		QueueSample sample = new QueueSample(new QueueStats(
				List.of(), Map.of(), List.of(), Set.of(), Set.of(), List.of(shard(0, true, false, false),
						shard(1, false, false, false), shard(2, false, true, false), shard(3, false, true, true)),
				List.of(), List.of()));
		assertThat(sample.accepting(0)).isOne();
		assertThat(sample.accepting(1)).isZero();
		assertThat(sample.accepting(2)).as("being emptied").isOne();
		assertThat(sample.accepting(3)).as("being emptied, and out of use").isZero();
		assertThat(sample.accepting(4)).isNaN();
	}

	private static QueueStats.ShardStats shard(int shard, boolean accepting, boolean leaving, boolean quarantined) {
		return new QueueStats.ShardStats(shard, "queue_shard.db", accepting, "", leaving, quarantined, 0, 0, 0, 0);
	}

	@Test
	void queuesArePausedOnesToo() {
		assertThat(this.sample.queues()).containsExactly("alien", "mail", "paused");
		assertThat(this.sample.shards()).containsExactly(0);
	}

}
