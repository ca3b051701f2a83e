package io.github.queuesqlite;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class HoldTests extends QueueTester {

	private final AtomicInteger runs = new AtomicInteger();

	private void register() {
		this.queue.tasks().register(TASK, Void.class, (payload, context) -> this.runs.incrementAndGet());
	}

	@Test
	void holdWhenMessagesComeStartsNothingUntilLetGo() {
		open();
		register();
		this.queue.start();
		this.queue.hold();
		MessageId id = this.operations.enqueue(message());
		await().during(Duration.ofMillis(200)).until(() -> this.runs.get() == 0);
		assertThat(find(id).attempt()).isZero();
		assertThat(state(id)).isEqualTo(MessageState.READY);
		this.queue.letGo();
		await().until(() -> state(id) == MessageState.COMPLETED);
		assertThat(find(id).attempt()).isOne();
	}

	@Test
	void holdBeforeTheStartHoldsTheStart() {
		open();
		register();
		this.operations.enqueue(message());
		this.queue.hold();
		this.queue.start();
		await().during(Duration.ofMillis(200)).until(() -> this.runs.get() == 0);
		this.queue.letGo();
		await().until(() -> this.runs.get() == 1);
	}

	@Test
	void holdWaitsForTheEndOfWhatRuns() throws Exception {
		open();
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch going = new CountDownLatch(1);
		this.queue.tasks().register(TASK, Void.class, (payload, context) -> {
			started.countDown();
			awaitLatch(going);
			return null;
		});
		this.queue.start();
		MessageId id = this.operations.enqueue(message());
		awaitLatch(started);
		onThread(going::countDown);
		this.queue.hold();
		assertThat(state(id)).isEqualTo(MessageState.COMPLETED);
	}

	@Test
	void holdWhenMessagesAreJustBeingClaimedLeavesNoneClaimed() {
		open((builder) -> builder.shards(2));
		register();
		this.queue.start();
		for (int i = 0; i < 200; i++) {
			this.operations.enqueueAll(List.of(message(), message(), message()));
			this.queue.hold();
			assertThat(this.operations.stats().count(MessageState.RUNNING)).isZero();
			this.queue.letGo();
		}
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(this.runs).hasValue(600);
	}

	@Test
	void queueThatIsPausedStaysSoWhenLetGo() {
		open();
		register();
		this.queue.start();
		this.queue.hold();
		this.operations.pause("default");
		this.operations.enqueue(message());
		this.queue.letGo();
		await().during(Duration.ofMillis(200)).until(() -> this.runs.get() == 0);
		this.operations.resume("default");
		await().until(() -> this.runs.get() == 1);
	}

	@Test
	void queueThatIsResumedWhileHeldStaysHeld() {
		open();
		register();
		this.queue.start();
		this.operations.pause("default");
		this.queue.hold();
		this.operations.enqueue(message());
		this.operations.resume("default");
		await().during(Duration.ofMillis(200)).until(() -> this.runs.get() == 0);
		this.queue.letGo();
		await().until(() -> this.runs.get() == 1);
	}

	@Test
	void isIdleTellsWhatCouldStartNow() {
		openWithClock();
		register();
		assertThat(this.queue.isIdle()).isTrue();
		this.operations.enqueue(message().delay(Duration.ofHours(1)));
		this.operations.enqueue("nobody", null);
		assertThat(this.queue.isIdle()).isTrue();
		this.operations.enqueue(message());
		assertThat(this.queue.isIdle()).isFalse();
		this.operations.pauseTask(TASK);
		assertThat(this.queue.isIdle()).isTrue();
		this.operations.resumeTask(TASK);
		this.queue.start();
		await().until(this.queue::isIdle);
		assertThat(this.runs).hasValue(1);
	}

	@Test
	void isIdleWhenTheFrontOfALineWaitsForItsRetryIsTrue() {
		openWithClock();
		this.queue.tasks().register(TASK, Void.class, (payload, context) -> {
			throw new IllegalStateException("once");
		});
		this.operations.enqueue(message().orderingKey("a"));
		this.operations.enqueue(message().orderingKey("a"));
		assertThat(this.queue.isIdle()).isFalse();
		this.queue.start();
		await().until(this.queue::isIdle);
		assertThat(this.operations.drain(Duration.ZERO)).isFalse();
	}

	@Test
	void catchUpDoesAtOnceWhatIsDue() {
		open((builder) -> builder.clock(this.clock).pollInterval(Duration.ofMinutes(1)));
		register();
		MessageId later = this.operations.enqueue(message().delay(Duration.ofHours(1)));
		MessageId old = this.operations.enqueue(message().timeToLive(Duration.ofHours(1)));
		this.operations.pause("other", now().plus(Duration.ofHours(1)));
		this.queue.schedules().create(Schedule.of("hourly", "tick").every(Duration.ofHours(1)));
		this.clock.move(Duration.ofHours(1));
		this.queue.catchUp();
		assertThat(state(later)).isEqualTo(MessageState.READY);
		assertThat(state(old)).isEqualTo(MessageState.EXPIRED);
		assertThat(this.operations.stats().pauses()).isEmpty();
		assertThat(this.operations.length("default")).isEqualTo(2);
	}

	@Test
	void catchUpAsksForTheTokensThatAreDue() {
		openWithClock();
		this.queue.tasks()
			.register(TaskDefinition.builder(TASK, Void.class, (payload, context) -> this.runs.incrementAndGet())
				.rateLimit(RateLimit.of("1/1h"))
				.build());
		this.queue.start();
		this.operations.enqueue(message());
		this.operations.enqueue(message());
		await().until(() -> this.runs.get() == 1);
		await().during(Duration.ofMillis(200)).until(() -> this.runs.get() == 1);
		this.clock.move(Duration.ofHours(1));
		this.queue.catchUp();
		await().until(() -> this.runs.get() == 2);
	}

}
