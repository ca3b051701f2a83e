package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueStats.Pause;
import io.github.queuesqlite.task.RetryPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** Pauses of ordering and concurrency keys. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeyPauseTests extends ProcessTester {

	private static final String KEY = "tenant 1";

	private final Queue<String> started = new ConcurrentLinkedQueue<>();

	/** A message with the key, as its ordering key or as its concurrency key. */
	private NewMessage keyed(boolean ordered, String payload) {
		return keyed(ordered, KEY, payload);
	}

	private NewMessage keyed(boolean ordered, String key, String payload) {
		NewMessage message = message().payload(payload);
		return ordered ? message.orderingKey(key) : message.concurrencyKey(key);
	}

	private void start() {
		this.queue.tasks().register(TASK, String.class, (payload, run) -> this.started.add(payload));
		this.queue.start();
	}

	private void awaitStarted(int messages) {
		await().atMost(LONG).until(() -> this.started.size() >= messages);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void pauseKeyLetsNothingOfItStartUntilResumed(boolean ordered) {
		open((builder) -> builder.shards(2));
		for (int i = 0; i < 5; i++) {
			this.operations.enqueue(keyed(ordered, "a" + i));
			this.operations.enqueue(keyed(ordered, "tenant 2", "b" + i));
			this.operations.enqueue(message().payload("c" + i));
		}
		this.operations.pauseKey(KEY);
		start();
		this.operations.enqueue(keyed(ordered, "a5"));
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(this.started).hasSize(10).noneMatch((payload) -> payload.startsWith("a"));
		assertThat(this.operations.stats().count(MessageState.READY)).isEqualTo(6);
		assertThat(this.operations.stats().pauses()).containsExactly(new Pause(Pause.Kind.KEY, KEY, null));
		this.operations.resumeKey(KEY);
		awaitStarted(16);
		assertThat(this.started.stream().filter((payload) -> payload.startsWith("a"))).hasSize(6);
		if (ordered) {
			assertThat(this.started.stream().filter((payload) -> payload.startsWith("a"))).containsExactly("a0", "a1",
					"a2", "a3", "a4", "a5");
		}
		assertThat(this.operations.stats().pauses()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void pauseKeyIsHandedOutToNobody(boolean ordered) {
		open();
		MessageId id = this.operations.enqueue(keyed(ordered, "a"));
		this.operations.pauseKey(KEY);
		MessageId other = this.operations.enqueue(keyed(ordered, "other", "b"));
		assertThat(this.operations.receive("default", 10, LONG)).extracting(ClaimedMessage::id).containsExactly(other);
		assertThat(this.operations.receive("default", 10, Duration.ofMillis(50))).isEmpty();
		this.operations.resumeKey(KEY);
		assertThat(this.operations.receive("default", 10, LONG)).extracting(ClaimedMessage::id).containsExactly(id);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messageThatRunsGoesOnAndTheNextWaits(boolean ordered) {
		open((builder) -> builder.shards(1));
		this.operations.enqueue(keyed(ordered, "a"));
		ClaimedMessage running = this.operations.receive("default", 1, LONG).get(0);
		this.operations.enqueue(keyed(ordered, "b"));
		this.operations.pauseKey(KEY);
		running.complete();
		assertThat(this.operations.receive("default", 10, Duration.ofMillis(50))).isEmpty();
		this.operations.resumeKey(KEY);
		assertThat(this.operations.receive("default", 1, LONG).get(0).payload(String.class)).isEqualTo("b");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messageThatComesBackWaitsToo(boolean ordered) throws Exception {
		open((builder) -> builder.shards(1)
			.retry(new RetryPolicy(3, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0)));
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.queue.tasks().register(TASK, String.class, (payload, run) -> {
			this.started.add(payload);
			begun.countDown();
			goOn.await();
			if (payload.equals("a") && run.attempt() == 1) {
				throw new IllegalStateException("once");
			}
			return null;
		});
		this.queue.start();
		MessageId id = this.operations.enqueue(keyed(ordered, "a"));
		awaitLatch(begun);
		this.operations.pauseKey(KEY);
		goOn.countDown();
		await().atMost(LONG).until(() -> state(id) == MessageState.READY);
		this.operations.enqueue(message().payload("b"));
		awaitStarted(2);
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(this.started).containsExactly("a", "b");
		this.operations.resumeKey(KEY);
		await().atMost(LONG).until(() -> state(id) == MessageState.COMPLETED);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void pauseKeyWhenItsTimeIsOverGoesOnByItself(boolean ordered) {
		openWithClock();
		start();
		Instant until = now().plusMillis(400);
		this.operations.pauseKey(KEY, until);
		assertThat(this.operations.stats().pausedKeys()).containsExactly(KEY);
		MessageId id = this.operations.enqueue(keyed(ordered, "a"));
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(state(id)).isEqualTo(MessageState.READY);
		this.clock.move(Duration.ofMillis(400));
		await().atMost(LONG).until(() -> state(id) == MessageState.COMPLETED);
		assertThat(find(id).startedAt()).isAfterOrEqualTo(until.minusMillis(1));
		assertThat(this.operations.stats().pauses()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void pauseKeyHoldsInOtherProcessesAndOverAKillAndEndsByItself(boolean ordered) throws Exception {
		open((builder) -> builder.shards(2));
		Process child = startWorker(TASK);
		awaitRuns("ready", 1);
		MessageId running = this.operations.enqueue(keyed(ordered, "hang"));
		awaitRuns("start", 1);
		this.operations.pauseKey(KEY);
		MessageId waiting = this.operations.enqueue(keyed(ordered, "a"));
		MessageId other = this.operations.enqueue(keyed(ordered, "tenant 2", "b"));
		await().atMost(LONG).until(() -> state(other) == MessageState.COMPLETED);
		assertThat(state(waiting)).isEqualTo(MessageState.READY);
		// What its dead process ran is held as well.
		kill(child);
		startWorker(TASK);
		awaitRuns("ready", 2);
		await().atMost(LONG).until(() -> state(running) == MessageState.READY);
		this.queue.close();
		open();
		MessageId next = this.operations.enqueue(keyed(ordered, "tenant 2", "c"));
		await().atMost(LONG).until(() -> state(next) == MessageState.COMPLETED);
		assertThat(runs("start")).hasSize(3);
		this.operations.cancel(running);
		Instant until = Instant.now().plusSeconds(2);
		this.operations.pauseKey(KEY, until);
		await().atMost(LONG).until(() -> state(waiting) == MessageState.COMPLETED);
		assertThat(find(waiting).startedAt()).isAfterOrEqualTo(until.minusMillis(1));
		assertThat(this.operations.stats().pauses()).isEmpty();
	}

	@Test
	void pauseKeyWhenPausedAgainHoldsAsTheLatestCallSays() {
		openWithClock();
		this.operations.pauseKey("a", now().plusSeconds(60));
		this.operations.pauseKey("a");
		this.operations.pauseKey("b");
		this.operations.pauseKey("b", now().plusSeconds(60));
		this.clock.move(Duration.ofSeconds(60));
		assertThat(this.operations.stats().pausedKeys()).containsExactly("a");
	}

	@Test
	void pauseKeyWhenItIsWrongIsRefused() {
		openWithClock();
		assertThatNullPointerException().isThrownBy(() -> this.operations.pauseKey(null));
		for (String wrong : List.of("", "x".repeat(10_000))) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.operations.pauseKey(wrong))
				.withMessageStartingWith("'key' must");
			assertThatIllegalArgumentException().isThrownBy(() -> this.operations.resumeKey(wrong));
		}
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.pauseKey("a", now()))
			.withMessageStartingWith("'until' must be later than now");
		assertThat(this.operations.stats().pauses()).isEmpty();
	}

}
