package io.github.queuesqlite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.message.QueueOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Messages that start at last although better ones never end. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AgeingTests extends QueueTester {

	private static final Duration AFTER = Duration.ofSeconds(10);

	private void openAgeing() {
		openAgeing((builder) -> builder);
	}

	private void openAgeing(UnaryOperator<EmbeddedQueue.Builder> more) {
		open((builder) -> more.apply(builder.shards(1).clock(this.clock).ageing("default", AFTER)));
	}

	private MessageId enqueue(String payload, Priority priority) {
		return this.operations.enqueue(message().payload(payload).priority(priority));
	}

	private void enqueue(String payload, Priority priority, int times) {
		this.operations.enqueueAll(Collections.nCopies(times, message().payload(payload).priority(priority)));
	}

	/** Receives so many, one by one. */
	private List<String> receive(int messages) {
		List<String> payloads = new ArrayList<>();
		for (int i = 0; i < messages; i++) {
			ClaimedMessage message = this.operations.receive("default", 1, LONG).get(0);
			payloads.add(message.payload(String.class));
			message.complete();
		}
		return payloads;
	}

	/**
	 * Has handlers whose HIGH messages each bring the next one, and take longer than that
	 * needs for its commit: there is always one.
	 */
	private AtomicInteger startEndless(int handlers) {
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks().register(TASK, String.class, (payload, run) -> {
			if (payload.equals("high")) {
				runs.incrementAndGet();
				this.operations.enqueueAsync(message().payload("high").priority(Priority.HIGH));
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
			return null;
		});
		enqueue("high", Priority.HIGH, handlers * 200);
		this.queue.start();
		return runs;
	}

	/** It may start sooner: when a runner is free and no better one is at hand. */
	@Test
	void lowStartsAlthoughHighNeverEnds() {
		open((builder) -> builder.shards(2).concurrency(2).ageing("default", Duration.ofMillis(300)));
		AtomicInteger runs = startEndless(2);
		await().atMost(LONG).until(() -> runs.get() > 100);
		MessageId low = enqueue("low", Priority.LOW);
		await().atMost(LONG).until(() -> state(low) == MessageState.COMPLETED);
	}

	@Test
	void lowWaitsWhereNothingAges() {
		open((builder) -> builder.shards(1).clock(this.clock).ageing("other", AFTER));
		MessageId low = enqueue("low", Priority.LOW);
		enqueue("high", Priority.HIGH, 40);
		this.clock.move(Duration.ofDays(1));
		assertThat(receive(40)).containsOnly("high");
		assertThat(state(low)).isEqualTo(MessageState.READY);
	}

	@Test
	void oneOfEightIsTheOneThatWaitsLongest() {
		openAgeing();
		enqueue("low1", Priority.LOW);
		enqueue("low2", Priority.LOW);
		enqueue("normal", Priority.NORMAL);
		enqueue("high", Priority.HIGH, 50);
		this.clock.move(AFTER);
		assertThat(receive(1)).containsExactly("low1");
		assertThat(receive(7)).containsOnly("high");
		assertThat(receive(1)).containsExactly("low2");
		assertThat(receive(7)).containsOnly("high");
		assertThat(receive(1)).containsExactly("normal");
		assertThat(receive(8)).containsOnly("high");
	}

	@Test
	void messageIsNotChosenBeforeItsTime() {
		openAgeing();
		enqueue("low", Priority.LOW);
		enqueue("high", Priority.HIGH, 40);
		this.clock.move(AFTER.minusMillis(100));
		assertThat(receive(16)).containsOnly("high");
		this.clock.move(Duration.ofMillis(100));
		assertThat(receive(1)).containsExactly("low");
	}

	@Test
	void ageCountsOverARestart() {
		openAgeing();
		enqueue("low", Priority.LOW);
		enqueue("high", Priority.HIGH, 10);
		this.queue.close();
		this.clock.move(AFTER);
		openAgeing();
		assertThat(receive(1)).containsExactly("low");
	}

	@Test
	void clockThatStepsBackDoesNotPutTheTurnOff() {
		openAgeing();
		enqueue("low", Priority.LOW);
		enqueue("high", Priority.HIGH, 60);
		assertThat(receive(10)).containsOnly("high");
		this.clock.move(Duration.ofHours(-1));
		assertThat(receive(10)).containsOnly("high");
		this.clock.move(Duration.ofHours(1).plus(AFTER));
		assertThat(receive(1)).containsExactly("low");
	}

	@Test
	void oldestStartsAtLastWhereTheNewestIsNext() {
		openAgeing((builder) -> builder.order("default", QueueOrder.LIFO));
		enqueue("old", Priority.NORMAL);
		for (int i = 0; i < 20; i++) {
			enqueue("new", Priority.NORMAL);
		}
		this.clock.move(AFTER);
		assertThat(receive(1)).containsExactly("old");
		assertThat(receive(7)).containsOnly("new");
	}

	@Test
	void messageOfAPausedTaskIsNotChosen() {
		openAgeing();
		this.operations.enqueue(NewMessage.to("paused").payload("low").priority(Priority.LOW));
		enqueue("high", Priority.HIGH, 20);
		this.operations.pauseTask("paused");
		this.clock.move(AFTER);
		assertThat(receive(16)).containsOnly("high");
		this.operations.resumeTask("paused");
		assertThat(receive(5)).contains("low");
	}

	@Test
	void ageingWhenOutOfRangeIsRefused() {
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(this.directory);
		assertThatIllegalArgumentException().isThrownBy(() -> builder.ageing("a", Duration.ofMillis(9)))
			.withMessageContaining("'ageing of queue a' must be from")
			.withMessageContaining("PT0.009S");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.ageing("a", Duration.ofDays(36_526)));
		assertThatIllegalArgumentException().isThrownBy(() -> builder.ageing("a b", AFTER))
			.withMessageContaining("'queue' may hold letters, digits");
	}

}
