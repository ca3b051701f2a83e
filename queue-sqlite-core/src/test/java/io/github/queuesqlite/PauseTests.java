package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueStats.Pause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/** Pauses of queues and tasks, until they are resumed or until a time. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PauseTests extends ProcessTester {

	private static final String OTHER = "mail.other";

	@Test
	void pauseWhenArgumentsAreWrongIsRefused() {
		openWithClock();
		assertThatNullPointerException().isThrownBy(() -> this.operations.pause("a", null))
			.withMessage("'until' must not be null");
		assertThatNullPointerException().isThrownBy(() -> this.operations.pauseTask(null))
			.withMessageContaining("'task'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.resumeTask(null))
			.withMessageContaining("'task'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.pauseTask("a b"))
			.withMessageContaining("'task'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.pause("a", now()))
			.withMessage("'until' must be later than now (" + now() + ") and at most 36525 days ahead, was " + now());
		Instant far = now().plus(Duration.ofDays(36_526));
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.pauseTask("a", far))
			.withMessageContaining("at most 36525 days ahead, was " + far);
		assertThat(this.operations.stats().pauses()).isEmpty();
	}

	@Test
	void pauseTaskLetsNothingOfItStartUntilResumed() {
		open();
		AtomicInteger runs = new AtomicInteger();
		AtomicInteger others = new AtomicInteger();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> runs.incrementAndGet());
		this.queue.tasks().register(OTHER, String.class, (payload, context) -> others.incrementAndGet());
		this.queue.start();
		for (int i = 0; i < 500; i++) {
			this.operations.enqueueAsync(message().queue((i % 2 == 0) ? "default" : "mail"));
			this.operations.enqueueAsync(NewMessage.to(OTHER));
		}
		this.operations.pauseTask(TASK);
		// One that was started before the return may be between its start and its first
		// statement.
		await().until(() -> this.operations.stats().count(MessageState.RUNNING) == 0);
		int atPause = runs.get();
		assertThat(this.operations.stats().pausedTasks()).containsExactly(TASK);
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(runs).hasValue(atPause);
		assertThat(others).hasValue(500);
		this.operations.resumeTask(TASK);
		assertThat(this.operations.stats().pausedTasks()).isEmpty();
		await().atMost(LONG).until(() -> runs.get() >= 250);
	}

	@Test
	void pauseTaskIsHandedOutToNobody() {
		open();
		MessageId id = this.operations.enqueue(message());
		MessageId other = this.operations.enqueue(NewMessage.to(OTHER));
		this.operations.pauseTask(TASK);
		assertThat(this.operations.receive("default", 10, LONG)).extracting(ClaimedMessage::id).containsExactly(other);
		assertThat(this.operations.receive("default", 10, Duration.ofMillis(50))).isEmpty();
		this.operations.resumeTask(TASK);
		assertThat(this.operations.receive("default", 10, LONG)).extracting(ClaimedMessage::id).containsExactly(id);
	}

	@Test
	void pauseWhenItsTimeIsOverGoesOnByItself() {
		openWithClock();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> now().toEpochMilli());
		this.queue.tasks().register(OTHER, String.class, (payload, context) -> now().toEpochMilli());
		this.queue.start();
		Instant until = now().plusMillis(400);
		this.operations.pause("mail", until);
		this.operations.pauseTask(OTHER, until);
		assertThat(this.operations.stats().pauses()).extracting(Pause::kind, Pause::name)
			.containsExactly(tuple(Pause.Kind.QUEUE, "mail"), tuple(Pause.Kind.TASK, OTHER));
		assertThat(this.operations.stats().pauses())
			.allSatisfy((pause) -> assertThat(pause.until()).isBetween(until.minusMillis(1), until.plusMillis(1)));
		MessageId id = this.operations.enqueue(message().queue("mail"));
		MessageId other = this.operations.enqueue(NewMessage.to(OTHER));
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(state(other)).isEqualTo(MessageState.READY);
		this.clock.move(Duration.ofMillis(400));
		assertThat(this.operations.await(other, Long.class, LONG)).isGreaterThanOrEqualTo(until.toEpochMilli());
		assertThat(this.operations.stats().pauses()).isEmpty();
		assertThat(this.operations.receive("mail", 1, LONG)).extracting(ClaimedMessage::id).containsExactly(id);
	}

	@Test
	void pauseWhenPausedAgainHoldsAsTheLatestCallSays() {
		openWithClock();
		this.operations.pause("a", now().plusSeconds(60));
		this.operations.pause("a");
		this.operations.pauseTask(TASK);
		this.operations.pauseTask(TASK, now().plusSeconds(60));
		assertThat(this.operations.stats().pause(Pause.Kind.QUEUE, "a")).get().extracting(Pause::until).isNull();
		assertThat(this.operations.stats().pause(Pause.Kind.TASK, TASK)).get()
			.extracting(Pause::until)
			.isEqualTo(now().plusSeconds(60));
		this.clock.move(Duration.ofSeconds(60));
		assertThat(this.operations.stats().pausedQueues()).containsExactly("a");
		assertThat(this.operations.stats().pausedTasks()).isEmpty();
	}

	@Test
	void pauseAllLetsNothingStartUntilResumedAndLeavesWhatIsPausedByName() {
		open();
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> runs.incrementAndGet());
		this.queue.start();
		for (int i = 0; i < 500; i++) {
			this.operations.enqueueAsync(message().queue((i % 2 == 0) ? "default" : "mail"));
		}
		this.operations.pauseAll();
		// One that was started before the return may be between its start and its first
		// statement.
		await().until(() -> this.operations.stats().count(MessageState.RUNNING) == 0);
		int atPause = runs.get();
		this.operations.pause("mail");
		assertThat(this.operations.stats().pauses()).containsExactly(new Pause(Pause.Kind.ALL, "*", null),
				new Pause(Pause.Kind.QUEUE, "mail", null));
		assertThat(this.operations.stats().pauseOfAll()).isPresent();
		assertThat(this.queue.lanes()).allMatch(QueueStatus.LaneStatus::paused);
		MessageId later = this.operations.enqueue(message());
		MessageId unused = this.operations.enqueue(message().queue("unused"));
		assertThat(this.operations.receive("unused", 1, Duration.ofMillis(50))).isEmpty();
		assertThat(this.operations.receive(unused)).isEmpty();
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(runs).hasValue(atPause);
		this.operations.resumeAll();
		assertThat(this.operations.stats().pauseOfAll()).isEmpty();
		assertThat(this.operations.stats().pausedQueues()).containsExactly("mail");
		await().atMost(LONG).until(() -> state(later) == MessageState.COMPLETED);
		assertThat(this.operations.receive("unused", 1, LONG)).extracting(ClaimedMessage::id).containsExactly(unused);
	}

	@Test
	void pauseAllWhenArgumentsAreWrongIsRefused() {
		openWithClock();
		assertThatNullPointerException().isThrownBy(() -> this.operations.pauseAll(null))
			.withMessage("'until' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.pauseAll(now()))
			.withMessageContaining("'until' must be later than now");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.operations.pauseAll(now().plus(Duration.ofDays(36_526))))
			.withMessageContaining("at most 36525 days ahead");
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.pause("*"))
			.withMessageContaining("'queue'");
		this.operations.resumeAll();
		assertThat(this.operations.stats().pauses()).isEmpty();
	}

	@Test
	void pauseAllHoldsInOtherProcessesAndOverAKillAndEndsByItself() throws Exception {
		open((builder) -> builder.shards(2));
		Process child = startWorker(TASK, OTHER);
		awaitRuns("ready", 1);
		this.operations.enqueue(message().payload("a"));
		awaitRuns("end", 1);
		this.operations.pauseAll();
		// What was claimed before, the other process may begin: it was nothing.
		MessageId id = this.operations.enqueue(message().payload("b"));
		MessageId other = this.operations.enqueue(NewMessage.to(OTHER).queue("mail").payload("c"));
		kill(child);
		this.queue.close();
		startWorker(TASK, OTHER);
		awaitRuns("ready", 2);
		open();
		assertThat(this.operations.stats().pauseOfAll()).get().extracting(Pause::until).isNull();
		this.operations.pauseTask(OTHER);
		Instant until = Instant.now().plusSeconds(2);
		this.operations.pauseAll(until);
		await().atMost(LONG).until(() -> state(id) == MessageState.COMPLETED);
		assertThat(find(id).startedAt()).isAfterOrEqualTo(until.minusMillis(1));
		assertThat(this.operations.stats().pauses()).containsExactly(new Pause(Pause.Kind.TASK, OTHER, null));
		assertThat(state(other)).isEqualTo(MessageState.READY);
	}

	@Test
	void pauseHoldsInOtherProcessesAndOverAKillAndEndsByItself() throws Exception {
		open((builder) -> builder.shards(2));
		Process child = startWorker(TASK, OTHER);
		awaitRuns("ready", 1);
		this.operations.enqueue(message().payload("a0"));
		awaitRuns("end", 1);
		this.operations.pauseTask(TASK);
		// The other process has heard of it once it leaves such a message alone; what it
		// had claimed before, it may begin.
		List<MessageId> waiting = new ArrayList<>();
		await().atMost(LONG).until(() -> {
			MessageId id = this.operations.enqueue(message().payload("b"));
			MessageId other = this.operations.enqueue(NewMessage.to(OTHER).payload("c"));
			await().atMost(LONG).until(() -> state(other) == MessageState.COMPLETED);
			boolean left = state(id) == MessageState.READY;
			if (left) {
				waiting.add(id);
			}
			return left;
		});
		kill(child);
		int started = runs("start " + TASK).size();
		this.operations.pauseTask(TASK, Instant.now().plus(Duration.ofHours(1)));
		this.queue.close();
		startWorker(TASK, OTHER);
		awaitRuns("ready", 2);
		open();
		MessageId other = this.operations.enqueue(NewMessage.to(OTHER).payload("d"));
		await().atMost(LONG).until(() -> state(other) == MessageState.COMPLETED);
		assertThat(this.operations.stats().pausedTasks()).containsExactly(TASK);
		assertThat(runs("start " + TASK)).hasSize(started);
		Instant until = Instant.now().plusSeconds(2);
		this.operations.pauseTask(TASK, until);
		await().atMost(LONG).until(() -> state(waiting.get(0)) == MessageState.COMPLETED);
		assertThat(find(waiting.get(0)).startedAt()).isAfterOrEqualTo(until.minusMillis(1));
		assertThat(this.operations.stats().pauses()).isEmpty();
	}

}
