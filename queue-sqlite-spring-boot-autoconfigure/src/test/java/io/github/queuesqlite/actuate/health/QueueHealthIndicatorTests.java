package io.github.queuesqlite.actuate.health;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.queuesqlite.QueueStatus;
import io.github.queuesqlite.QueueStatus.LaneStatus;
import io.github.queuesqlite.QueueStatus.PoolStatus;
import io.github.queuesqlite.QueueStatus.StuckRun;
import io.github.queuesqlite.actuate.health.QueueHealthProperties.Threshold;
import io.github.queuesqlite.listen.ListenerStatus;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.QueueStats.Count;
import io.github.queuesqlite.message.QueueStats.Pause;
import io.github.queuesqlite.message.QueueStats.InstanceStats;
import io.github.queuesqlite.message.QueueStats.ShardStats;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.task.QueuePool;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.awaitility.Awaitility.await;

/** Tests for {@link QueueHealthIndicator}. */
class QueueHealthIndicatorTests {

	private static final ShardStats SHARD = new ShardStats(0, "queue_shard_0.db", true, "", false, false, 40960, 8192,
			1L << 30, 3);

	private static final ShardStats FULL = new ShardStats(1, "queue_shard_1.db", false, "disk full", false, false,
			40960, 0, 4096, 0);

	private static final InstanceStats INSTANCE = new InstanceStats(17, "host:4711", Instant.ofEpochSecond(1),
			Duration.ofSeconds(3), true);

	private static final StuckRun STUCK = new StuckRun(new MessageId(77), "mail", "mail.welcome",
			Duration.ofSeconds(12), "queue-mail-1");

	private static final Path DIRECTORY = Path.of("data/queue").toAbsolutePath();

	private static final Pause PAUSE = new Pause(Pause.Kind.QUEUE, "reports", null);

	@Test
	void healthWhenQueueIsInAPoolNamesIt() {
		LaneStatus lane = new LaneStatus("mail", 8, 2, false, new PoolStatus("main", QueuePool.Strategy.STRICT, 9, 4));
		assertThat(health(new QueueStatus(true, List.of(SHARD), Map.of(), List.of(lane), List.of(), Map.of()))
			.getDetails()).containsEntry("lanes",
					Map.of("mail", Map.of("concurrency", 8, "running", 2, "paused", false, "pool", "main")));
	}

	@Test
	void healthWhenAllIsWellIsUpWithDetails() {
		Health health = health(status(SHARD));
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsOnlyKeys("directory", "workersRunning", "allPaused", "pausedQueues",
				"pausedTasks", "pausedKeys", "oldestReadyAge", "dead", "lanes", "shards", "instances");
		assertThat(health.getDetails()).containsEntry("directory", DIRECTORY.toString())
			.containsEntry("workersRunning", true)
			.containsEntry("dead", 4L)
			.containsEntry("allPaused", false)
			.containsEntry("pausedQueues", Set.of("reports"))
			.containsEntry("pausedTasks", Set.of("report.build"))
			.containsEntry("oldestReadyAge", Map.of("mail", Duration.ofSeconds(90)))
			.containsEntry("lanes", Map.of("mail", Map.of("concurrency", 8, "running", 2, "paused", false)))
			.containsEntry("shards",
					List.of(Map.of("shard", 0, "file", "queue_shard_0.db", "writable", true, "accepting", true,
							"pending", 3, "fileSize", 40960L, "walSize", 8192L, "diskFree", 1L << 30)))
			.containsEntry("instances", List.of(Map.of("name", "host:4711", "epoch", 17L, "startedAt",
					Instant.ofEpochSecond(1), "beatAge", Duration.ofSeconds(3), "self", true)));
	}

	@Test
	void healthWhenAShardCannotBeWrittenIsDown() {
		QueueStatus status = new QueueStatus(true, List.of(SHARD, FULL), Map.of(1, "disk I/O error"), List.of(),
				List.of(), Map.of());
		Health health = health(status);
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsEntry("problems", List.of("Shard 1 cannot be written: disk I/O error"));
	}

	@Test
	void healthWhenAShardRefusesMessagesIsOutOfService() {
		Health health = health(status(SHARD, FULL));
		assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
		assertThat(health.getDetails()).containsEntry("problems", List.of("Shard 1 refuses new messages: disk full"));
	}

	@Test
	void healthWhenAHandlerIsStuckIsUpWithAWarning() {
		Health health = health(stuck());
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).extractingByKey("warnings", LIST)
			.singleElement()
			.asString()
			.contains(STUCK.id().toString(), "mail.welcome", "PT12S", "queue-mail-1");
	}

	@Test
	void healthWhenAListenerHasParkedKeysIsUpWithAWarning() {
		ListenerStatus listener = new ListenerStatus("log", true, 7, 2,
				Map.of("a", "java.io.IOException: disk\nfull", "b", "no", "c", "no", "d", "no"), 12, 0, "");
		Health health = health(new QueueStatus(true, List.of(SHARD), Map.of(), List.of(), List.of(), Map.of(),
				List.of(listener, new ListenerStatus("other", false, 0, 0, Map.of(), 0, 0, ""))));
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).extractingByKey("warnings", LIST)
			.singleElement()
			.asString()
			.contains("Listener 'log'", "12 keys", "a=java.io.IOException: disk", "c=no")
			.doesNotContain("\n", "d=no");
		assertThat(health.getDetails()).containsEntry("listeners",
				Map.of("log", Map.of("active", true, "behind", 7L, "retrying", 2, "parked", 12), "other",
						Map.of("active", false, "behind", 0L, "retrying", 0, "parked", 0)));
	}

	@Test
	void healthWhenMoreHandlersAreStuckThanAllowedIsDown() {
		Threshold none = new Threshold(null, null, 0);
		Threshold one = new Threshold(null, null, 1);
		assertThat(health(stuck(), properties(none)).getStatus()).isEqualTo(Status.DOWN);
		assertThat(health(stuck(), properties(one)).getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void healthWhenMoreMessagesAreDeadThanAllowedIsDown() {
		assertThat(health(status(SHARD), properties(new Threshold(null, 3L, null))).getStatus()).isEqualTo(Status.DOWN);
		assertThat(health(status(SHARD), properties(new Threshold(null, 4L, null))).getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void healthWhenAMessageIsReadyLongerThanAllowedIsDown() {
		Threshold minute = new Threshold(Duration.ofMinutes(1), null, null);
		Health health = health(status(SHARD), properties(minute));
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).extractingByKey("problems", LIST)
			.singleElement()
			.asString()
			.contains("'mail'", "PT1M30S", "PT1M");
	}

	@Test
	void healthWhenAPausedQueueIsOlderThanAllowedIsUp() {
		QueueStats stats = new QueueStats(List.of(), Map.of("reports", Duration.ofHours(1)), List.of(PAUSE), Set.of(),
				Set.of(), List.of(SHARD), List.of(), List.of());
		Threshold minute = new Threshold(Duration.ofMinutes(1), null, null);
		Health health = new QueueHealthIndicator(() -> DIRECTORY, () -> status(SHARD), () -> stats, properties(minute))
			.health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void healthWhenAllQueuesArePausedSaysSoAndNothingOfTheirAge() {
		QueueStats stats = new QueueStats(List.of(), Map.of("mail", Duration.ofHours(1)),
				List.of(new Pause(Pause.Kind.ALL, "*", null)), Set.of(), Set.of(), List.of(SHARD), List.of(),
				List.of());
		Threshold minute = new Threshold(Duration.ofMinutes(1), null, null);
		Health health = new QueueHealthIndicator(() -> DIRECTORY, () -> status(SHARD), () -> stats, properties(minute))
			.health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("allPaused", true).containsEntry("pausedQueues", Set.of());
	}

	@Test
	void healthWhenALoopFailsIsUpWithAWarning() {
		QueueStatus status = new QueueStatus(true, List.of(SHARD), Map.of(), List.of(), List.of(),
				Map.of("Pruner", "database is locked"));
		Health health = health(status);
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("warnings",
				List.of("Pruner failed and will try again: database is locked"));
	}

	@Test
	void healthWhenAShardIsBeingEmptiedIsUp() {
		ShardStats leaving = new ShardStats(1, "queue_shard_1.db", false, "being emptied", true, false, 40960, 0, -1,
				0);
		assertThat(health(status(SHARD, leaving)).getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void healthWhenAShardThatIsBeingEmptiedIsOutOfUseIsOutOfService() {
		ShardStats damaged = new ShardStats(1, "queue_shard_1.db", false, "damaged", true, true, 40960, 0, -1, 0);
		assertThat(health(status(SHARD, damaged)).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
	}

	@Test
	void healthWhenTheLogIsLargeIsUpWithAWarning() {
		ShardStats large = new ShardStats(0, "queue_shard_0.db", true, "", false, false, 40960, 100L * 1024 * 1024, -1,
				0);
		Health health = health(status(large));
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).extractingByKey("warnings", LIST)
			.singleElement()
			.asString()
			.contains("queue_shard_0.db", "100 MB");
	}

	@Test
	void healthWhenNumbersCannotBeReadIsDownAndStillShowsShards() {
		Health health = new QueueHealthIndicator(() -> DIRECTORY, () -> status(SHARD), () -> {
			throw new StoreUnavailableException("read failed", null);
		}, properties(Threshold.NONE)).health();
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsKey("shards")
			.containsEntry("problems", List.of("The numbers of the queue cannot be read: read failed"));
	}

	@Test
	void healthWhenTheQueueIsClosedIsDown() {
		Health health = health(() -> {
			throw new StoreUnavailableException("closed", null);
		}, properties(Threshold.NONE));
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).extractingByKey("error").asString().contains("closed");
	}

	@Test
	void healthWhenNothingAnswersIsDownInTimeAndHoldsOneThread() throws Exception {
		CountDownLatch hang = new CountDownLatch(1);
		AtomicInteger asked = new AtomicInteger();
		QueueHealthIndicator indicator = indicator(() -> {
			asked.incrementAndGet();
			awaitQuietly(hang);
			return status(SHARD);
		}, new QueueHealthProperties(Duration.ofMillis(50), Threshold.NONE));
		ExecutorService callers = Executors.newFixedThreadPool(3);
		try {
			List<Future<Health>> checks = callers
				.invokeAll(List.of(indicator::health, indicator::health, indicator::health));
			for (Future<Health> check : checks) {
				assertThat(check.get().getStatus()).isEqualTo(Status.DOWN);
				assertThat(check.get().getDetails()).extractingByKey("error").asString().contains("PT0.05S");
			}
			await().untilAsserted(() -> assertThat(asked).hasValue(1));
		}
		finally {
			hang.countDown();
			callers.shutdown();
		}
	}

	private static Health health(QueueStatus status) {
		return health(status, properties(Threshold.NONE));
	}

	private static Health health(QueueStatus status, QueueHealthProperties properties) {
		return health(() -> status, properties);
	}

	private static Health health(Supplier<QueueStatus> status, QueueHealthProperties properties) {
		return indicator(status, properties).health();
	}

	private static QueueHealthIndicator indicator(Supplier<QueueStatus> status, QueueHealthProperties properties) {
		QueueStats stats = new QueueStats(
				List.of(new Count("mail", "mail.welcome", MessageState.DEAD, 4),
						new Count("mail", "mail.welcome", MessageState.READY, 9)),
				Map.of("mail", Duration.ofSeconds(90)),
				List.of(PAUSE, new Pause(Pause.Kind.TASK, "report.build", Instant.ofEpochSecond(9))), Set.of(),
				Set.of(), List.of(SHARD), List.of(INSTANCE), List.of());
		return new QueueHealthIndicator(() -> DIRECTORY, status, () -> stats, properties);
	}

	private static QueueHealthProperties properties(Threshold threshold) {
		return new QueueHealthProperties(Duration.ofMinutes(1), threshold);
	}

	private static QueueStatus status(ShardStats... shards) {
		return new QueueStatus(true, List.of(shards), Map.of(), List.of(new LaneStatus("mail", 8, 2, false)), List.of(),
				Map.of());
	}

	private static QueueStatus stuck() {
		return new QueueStatus(true, List.of(SHARD), Map.of(), List.of(), List.of(STUCK), Map.of());
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
