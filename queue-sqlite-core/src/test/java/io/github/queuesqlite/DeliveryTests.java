package io.github.queuesqlite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.Delivery;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** Tasks whose messages are done before they run. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeliveryTests extends ProcessTester {

	private static TaskDefinition.Builder<String> once(TaskHandler<String> handler) {
		return TaskDefinition.builder(TASK, String.class, handler).delivery(Delivery.AT_MOST_ONCE);
	}

	@Test
	void deliveryWhenNullIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> once((payload, context) -> null).delivery(null))
			.withMessage("'delivery' must not be null");
		assertThat(TaskDefinition.builder(TASK, String.class, (payload, context) -> null).build().delivery())
			.isEqualTo(Delivery.AT_LEAST_ONCE);
	}

	@Test
	void messageIsCompletedWhenItsHandlerBegins() {
		open();
		AtomicReference<MessageState> seen = new AtomicReference<>();
		this.queue.tasks().register(once((payload, context) -> {
			seen.set(state(context.id()));
			return "result";
		}).build());
		this.queue.start();
		CompletableFuture<String> result = this.operations.submit(message().payload("a"), String.class);
		assertThat(result).succeedsWithin(LONG).isNull();
		await().atMost(LONG).untilAsserted(() -> assertThat(seen).hasValue(MessageState.COMPLETED));
	}

	@Test
	void handlerWhenItFailsDoesNotRunAgainAndIsCounted() {
		List<RunOutcome> outcomes = new CopyOnWriteArrayList<>();
		AtomicInteger runs = new AtomicInteger();
		open((builder) -> builder.recorder(new QueueRecorder() {

			@Override
			public void finished(String queue, String task, RunOutcome outcome, Duration duration) {
				assertThat(duration).isGreaterThanOrEqualTo(Duration.ofMillis(10));
				outcomes.add(outcome);
			}

		}));
		this.queue.tasks().register(once((payload, context) -> {
			runs.incrementAndGet();
			Thread.sleep(10);
			if (payload.equals("bad")) {
				throw new IllegalStateException("bad");
			}
			return payload.equals("later") ? CompletableFuture.runAsync(() -> {
				throw new IllegalStateException("later");
			}, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS)) : null;
		}).build());
		this.queue.start();
		MessageId bad = this.operations.enqueue(message().payload("bad"));
		MessageId later = this.operations.enqueue(message().payload("later"));
		MessageId good = this.operations.enqueue(message().payload("good"));
		await().atMost(LONG).until(() -> outcomes.size() == 3);
		assertThat(outcomes).containsExactlyInAnyOrder(RunOutcome.DEAD, RunOutcome.DEAD, RunOutcome.COMPLETED);
		assertThat(List.of(state(bad), state(later), state(good))).containsOnly(MessageState.COMPLETED);
		await().atMost(LONG).until(() -> this.queue.lanes().get(0).running() == 0);
		assertThat(runs).hasValue(3);
	}

	@Test
	void payloadWhenItCannotBeReadEndsTheMessageDead() {
		open();
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks().register(once((payload, context) -> runs.incrementAndGet()).build());
		this.queue.start();
		MessageId id = this.operations.enqueue(message().payload(List.of(1, 2)));
		await().atMost(LONG).until(() -> state(id) == MessageState.DEAD);
		assertThat(runs).hasValue(0);
	}

	@Test
	void handlerWhenItsTimeIsOverIsInterrupted() throws Exception {
		open();
		CountDownLatch interrupted = new CountDownLatch(1);
		AtomicReference<Boolean> cancelled = new AtomicReference<>();
		this.queue.tasks().register(once((payload, context) -> {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				cancelled.set(context.isCancelled());
				interrupted.countDown();
			}
			return null;
		}).timeout(Duration.ofMillis(100)).build());
		this.queue.start();
		MessageId id = this.operations.enqueue(message().payload("a"));
		awaitLatch(interrupted);
		assertThat(cancelled).hasValue(true);
		assertThat(state(id)).isEqualTo(MessageState.COMPLETED);
	}

	@Test
	void closeWaitsForTheHandler() throws Exception {
		open();
		CountDownLatch started = new CountDownLatch(1);
		AtomicInteger ended = new AtomicInteger();
		this.queue.tasks().register(once((payload, context) -> {
			started.countDown();
			await().atMost(LONG).until(() -> !this.queue.isRunning());
			return ended.incrementAndGet();
		}).build());
		this.queue.start();
		this.operations.enqueue(message().payload("a"));
		awaitLatch(started);
		this.queue.close();
		assertThat(ended).hasValue(1);
	}

	@Test
	void messagesWhenProcessesAreKilledRunAtMostOnce() throws Exception {
		open((builder) -> builder.shards(2));
		List<Process> children = new ArrayList<>(List.of(startOnce(), startOnce()));
		awaitRuns("ready", 2);
		int messages = 300;
		for (int i = 0; i < messages; i++) {
			this.operations.enqueueAsync(NewMessage.to(TASK).payload("m" + i));
			if (i % 100 == 50) {
				awaitRuns("start", i / 2);
				kill(children.remove(0));
				children.add(startOnce());
			}
		}
		await().atMost(Duration.ofMinutes(4)).until(() -> this.operations.length() == 0);
		assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(messages);
		children.forEach(Process::destroy);
		for (Process child : children) {
			assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
		}
		List<String> started = runs("start");
		assertThat(started).doesNotHaveDuplicates();
		// What was between its commit and its start is lost: what each of five had
		// claimed.
		assertThat(new HashSet<>(started)).hasSizeGreaterThan(messages - 5 * 8 - 1);
	}

	private Process startOnce() throws Exception {
		return start(WorkChild.class, "once:" + TASK);
	}

}
