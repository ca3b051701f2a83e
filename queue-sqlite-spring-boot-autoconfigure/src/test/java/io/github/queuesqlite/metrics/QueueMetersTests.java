package io.github.queuesqlite.metrics;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.TaskFailedException;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.search.MeterNotFoundException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Reads the meters after real work on a real queue. */
class QueueMetersTests {

	private static final Duration LONG = Duration.ofMinutes(1);

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final MicrometerQueueRecorder recorder = new MicrometerQueueRecorder(this.registry);

	private final EmbeddedQueue queue = EmbeddedQueue.temporary()
		.shards(2)
		.queue("reports", 2)
		.retry(new RetryPolicy(1, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0))
		.recorder(this.recorder)
		.build();

	private final QueueMeters meters = new QueueMeters(this.queue, this.recorder, Duration.ofMillis(10));

	private final QueueOperations operations = this.queue.operations();

	@AfterEach
	void close() {
		this.meters.close();
		this.queue.close();
	}

	@Test
	void metersWhenNothingHappenedExistForAllThatIsKnown() {
		this.queue.tasks().register(greet());
		bind();
		assertThat(this.registry.getMeters()).extracting((meter) -> meter.getId().getName())
			.containsOnly("queue.length", "queue.unserved", "queue.oldest.age", "queue.stuck", "queue.accepting",
					"queue.enqueued", "queue.retries", "queue.dead", "queue.expired", "queue.dropped",
					"queue.lease.lost", "queue.task.duration", "queue.task.wait", "queue.commit", "queue.commit.size",
					"queue.file.size", "queue.wal.size", "queue.disk.free");
		assertThat(this.registry.get("queue.length").gauges())
			.extracting((gauge) -> gauge.getId().getTag("queue") + " " + gauge.getId().getTag("state"))
			.hasSize(3 * MessageState.values().length)
			.contains("default READY", "reports READY", "mail READY", "mail DEAD");
		assertThat(this.registry.get("queue.file.size").gauges()).allMatch((gauge) -> gauge.value() > 0).hasSize(2);
		assertThat(this.registry.get("queue.commit").timers()).hasSize(2);
		assertThat(this.registry.get("queue.enqueued").counters()).allMatch((counter) -> counter.count() == 0);
		assertThat(this.registry.get("queue.oldest.age").gauges()).allMatch((gauge) -> gauge.value() == 0);
	}

	@Test
	void metersWhenATaskIsRegisteredLaterExistAtOnce() {
		this.meters.bindTo(this.registry);
		assertThat(this.registry.find("queue.enqueued").tag("task", "greet").counters()).isEmpty();
		this.queue.tasks().register(greet());
		assertThat(this.registry.get("queue.enqueued").tags("queue", "mail", "task", "greet").counter().count())
			.isZero();
		assertThat(length("mail", MessageState.READY).value()).isZero();
	}

	@Test
	void metersWhenAQueueShowsUpLaterFollow() {
		this.meters.bindTo(this.registry);
		this.operations.enqueue(NewMessage.to("greet").queue("surprise"));
		this.registry.get("queue.length").gauges().forEach(Gauge::value);
		await().ignoreException(MeterNotFoundException.class)
			.untilAsserted(() -> assertThat(length("surprise", MessageState.READY).value()).isEqualTo(1));
	}

	@Test
	void lengthFollowsTheStates() {
		this.queue.tasks().register(greet());
		this.meters.bindTo(this.registry);
		this.operations.enqueue("greet", "Ada");
		this.operations.enqueue("greet", "Bob");
		this.operations.enqueue(NewMessage.to("greet").payload("Cyd").delay(Duration.ofHours(1)));
		await().untilAsserted(() -> {
			assertThat(length("mail", MessageState.READY).value()).isEqualTo(2);
			assertThat(length("mail", MessageState.SCHEDULED).value()).isEqualTo(1);
			assertThat(this.registry.get("queue.oldest.age").tag("queue", "mail").gauge().value()).isPositive();
		});
		this.queue.start();
		await().untilAsserted(() -> {
			assertThat(length("mail", MessageState.COMPLETED).value()).isEqualTo(2);
			assertThat(length("mail", MessageState.READY).value()).isZero();
			assertThat(this.registry.get("queue.oldest.age").tag("queue", "mail").gauge().value()).isZero();
		});
	}

	@Test
	void unservedCountsWhatNobodyHandles() {
		this.queue.tasks().register(greet());
		this.meters.bindTo(this.registry);
		this.operations.enqueue("greet", "Ada");
		this.operations.enqueue(NewMessage.to("nobody").queue("mail"));
		await().untilAsserted(() -> assertThat(this.registry.get("queue.unserved").tag("queue", "mail").gauge().value())
			.isEqualTo(1));
	}

	@Test
	void runIsCountedWhenItsWaitersAreReleased() throws Exception {
		this.queue.tasks().register(greet());
		this.meters.bindTo(this.registry);
		this.queue.start();
		for (int i = 1; i <= 200; i++) {
			this.operations.submit(NewMessage.to("greet").payload("Ada"), String.class).get(60, TimeUnit.SECONDS);
			int count = i;
			// A waiter that looks by itself may see the commit a moment before it is
			// counted.
			await().pollDelay(Duration.ZERO).untilAsserted(() -> {
				assertThat(duration("mail", "greet", "COMPLETED").count()).isEqualTo(count);
				assertThat(counter("queue.enqueued", "mail", "greet")).isEqualTo(count);
			});
		}
		Timer wait = this.registry.get("queue.task.wait").tags("queue", "mail", "task", "greet").timer();
		assertThat(wait.count()).isEqualTo(200);
		assertThat(wait.mean(TimeUnit.MILLISECONDS)).isGreaterThanOrEqualTo(0);
	}

	@Test
	void failuresAreCountedAsRetriesThenDead() {
		this.queue.tasks().register("fail", Void.class, (payload, context) -> {
			throw new IllegalStateException("no");
		});
		this.queue.tasks().register("refuse", Void.class, (payload, context) -> {
			throw new PermanentTaskException("never");
		});
		this.meters.bindTo(this.registry);
		this.queue.start();
		assertThatThrownBy(() -> this.operations.submit(NewMessage.to("fail"), Void.class).get(60, TimeUnit.SECONDS))
			.hasCauseInstanceOf(TaskFailedException.class);
		assertThatThrownBy(() -> this.operations.submit(NewMessage.to("refuse"), Void.class).get(60, TimeUnit.SECONDS))
			.hasCauseInstanceOf(TaskFailedException.class);
		await().untilAsserted(() -> {
			assertThat(counter("queue.retries", "default", "fail")).isEqualTo(1);
			assertThat(counter("queue.dead", "default", "fail")).isEqualTo(1);
			assertThat(duration("default", "fail", "RETRY").count()).isEqualTo(1);
			assertThat(duration("default", "fail", "DEAD").count()).isEqualTo(1);
			assertThat(counter("queue.retries", "default", "refuse")).isZero();
			assertThat(counter("queue.dead", "default", "refuse")).isEqualTo(1);
		});
	}

	@Test
	void durationIsThatOfTheHandler() throws Exception {
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch gate = new CountDownLatch(1);
		this.queue.tasks().register("block", Void.class, (payload, context) -> {
			started.countDown();
			return gate.await(60, TimeUnit.SECONDS);
		});
		this.meters.bindTo(this.registry);
		this.queue.start();
		var result = this.operations.submit(NewMessage.to("block"), Boolean.class);
		await().untilAsserted(() -> assertThat(length("default", MessageState.RUNNING).value()).isEqualTo(1));
		assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
		long seen = System.nanoTime();
		await().pollDelay(Duration.ofMillis(30)).until(() -> true);
		long atLeast = System.nanoTime() - seen;
		gate.countDown();
		result.get(60, TimeUnit.SECONDS);
		await().untilAsserted(() -> assertThat(duration("default", "block", "COMPLETED").count()).isEqualTo(1));
		assertThat(duration("default", "block", "COMPLETED").totalTime(TimeUnit.NANOSECONDS))
			.isGreaterThanOrEqualTo(atLeast);
	}

	@Test
	void expiredCountsMessagesThatNobodyRanInTime() {
		this.queue.tasks().register(greet());
		this.meters.bindTo(this.registry);
		this.operations.pause("mail");
		this.queue.start();
		this.operations.enqueue(NewMessage.to("greet").timeToLive(Duration.ofMillis(20)));
		await().untilAsserted(() -> assertThat(counter("queue.expired", "mail", "greet")).isEqualTo(1));
	}

	@Test
	void commitsAreTimedAndTheirRowsCounted() {
		bind();
		double before = this.registry.get("queue.commit.size").summary().totalAmount();
		this.operations.enqueueAll(IntStream.range(0, 500).mapToObj((i) -> NewMessage.to("greet")).toList());
		assertThat(this.registry.get("queue.commit.size").summary().totalAmount() - before).isGreaterThanOrEqualTo(500);
		assertThat(this.registry.get("queue.commit").timers()).anyMatch((timer) -> timer.count() > 0);
		await().untilAsserted(
				() -> assertThat(this.registry.get("queue.wal.size").gauges()).anyMatch((gauge) -> gauge.value() > 0));
	}

	@Test
	void stuckCountsHandlersThatGoOnAfterTheirTime() {
		CountDownLatch goOn = new CountDownLatch(1);
		this.queue.tasks()
			.register(TaskDefinition.builder("deaf", Void.class, (payload, context) -> awaitDeaf(goOn))
				.queue("mail")
				.timeout(Duration.ofMillis(20))
				.build());
		bind();
		this.queue.start();
		assertThat(stuck("mail")).isZero();
		this.operations.enqueue("deaf", null);
		await().atMost(LONG).until(() -> stuck("mail") > 0);
		assertThat(stuck("reports")).isZero();
		goOn.countDown();
		await().atMost(LONG).until(() -> stuck("mail") == 0);
	}

	private double stuck(String name) {
		return this.registry.get("queue.stuck").tag("queue", name).gauge().value();
	}

	private static boolean awaitDeaf(CountDownLatch latch) {
		while (true) {
			try {
				latch.await();
				return true;
			}
			catch (InterruptedException ex) {
				// Goes on although it was asked to stop.
			}
		}
	}

	@Test
	void metersNeverCarryIds() throws Exception {
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks().register("count", Void.class, (payload, context) -> runs.incrementAndGet());
		bind();
		this.queue.start();
		int meters = this.registry.getMeters().size();
		for (int i = 0; i < 20; i++) {
			this.operations.submit(NewMessage.to("count").tags("t" + i), Integer.class).get(60, TimeUnit.SECONDS);
		}
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(this.registry.getMeters()).hasSize(meters);
		assertThat(this.registry.getMeters()).map(Meter::getId)
			.flatExtracting(Meter.Id::getTags)
			.extracting("key")
			.containsOnly("queue", "task", "state", "outcome", "shard");
	}

	/** Binds and waits for the first sample, from which the shards are known. */
	private void bind() {
		this.meters.bindTo(this.registry);
		await().until(() -> this.registry.find("queue.wal.size").gauges().size() == 2);
	}

	private static TaskDefinition<String> greet() {
		return TaskDefinition.builder("greet", String.class, (name, context) -> "Hello " + name).queue("mail").build();
	}

	private Gauge length(String queue, MessageState state) {
		return this.registry.get("queue.length").tags("queue", queue, "state", state.name()).gauge();
	}

	private double counter(String name, String queue, String task) {
		return this.registry.get(name).tags("queue", queue, "task", task).counter().count();
	}

	private Timer duration(String queue, String task, String outcome) {
		return this.registry.get("queue.task.duration").tags("queue", queue, "task", task, "outcome", outcome).timer();
	}

}
