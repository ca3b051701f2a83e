package io.github.queuesqlite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.message.QueueOrder;
import io.github.queuesqlite.task.RetryPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** Queues whose newest message is next. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LifoTests extends QueueTester {

	private static final String OTHER = "other";

	private final Queue<String> started = new ConcurrentLinkedQueue<>();

	private void openLifo(int shards) {
		open((builder) -> builder.shards(shards).concurrency(1).order("default", QueueOrder.LIFO));
	}

	private void start(String... tasks) {
		for (String task : tasks) {
			this.queue.tasks().register(task, String.class, (payload, run) -> this.started.add(payload));
		}
		this.queue.start();
	}

	private void awaitStarted(int messages) {
		await().atMost(LONG).until(() -> this.started.size() >= messages);
		await().atMost(LONG).until(() -> this.operations.length() == 0);
	}

	private MessageId enqueue(String payload) {
		return this.operations.enqueue(message().payload(payload));
	}

	private String receiveOne() {
		List<ClaimedMessage> received = this.operations.receive("default", 1, LONG);
		assertThat(received).hasSize(1);
		String payload = received.get(0).payload(String.class);
		received.get(0).complete();
		return payload;
	}

	@Test
	void newestStartsFirstWithinItsPriority() {
		openLifo(1);
		this.operations.enqueue(message().payload("a"));
		this.operations.enqueue(message().payload("low").priority(Priority.LOW));
		this.operations.enqueue(message().payload("high1").priority(Priority.HIGH));
		this.operations.enqueue(message().payload("b"));
		this.operations.enqueue(message().payload("high2").priority(Priority.HIGH));
		this.operations.enqueue(message().payload("c"));
		start(TASK);
		awaitStarted(6);
		assertThat(this.started).containsExactly("high2", "high1", "c", "b", "a", "low");
	}

	@Test
	void newestOfSeveralTasksStartsFirst() {
		openLifo(1);
		for (int i = 0; i < 9; i++) {
			this.operations.enqueue(NewMessage.to((i % 3 == 0) ? OTHER : TASK).payload("m" + i));
		}
		start(TASK, OTHER);
		awaitStarted(9);
		assertThat(this.started).containsExactly("m8", "m7", "m6", "m5", "m4", "m3", "m2", "m1", "m0");
	}

	@Test
	void oldestStartsFirstInAQueueBeside() {
		open((builder) -> builder.shards(1).concurrency(1).order("stack", QueueOrder.LIFO));
		enqueue("a");
		enqueue("b");
		this.operations.enqueue(message().queue("stack").payload("s1"));
		this.operations.enqueue(message().queue("stack").payload("s2"));
		this.queue.tasks().register(OTHER, String.class, (payload, run) -> null);
		assertThat(List.of(receiveOne(), receiveOne())).containsExactly("a", "b");
		assertThat(this.operations.receive("stack", 2, LONG)).extracting((message) -> message.payload(String.class))
			.containsExactly("s2", "s1");
	}

	@Test
	void newestIsHandedOutFirstAndLowerPrioritiesInTheSameClaim() {
		openLifo(1);
		this.operations.enqueue(message().payload("high").priority(Priority.HIGH));
		IntStream.range(0, 8).forEach((i) -> enqueue("m" + i));
		this.operations.enqueue(message().payload("low").priority(Priority.LOW));
		assertThat(this.operations.receive("default", 10, LONG)).extracting((message) -> message.payload(String.class))
			.containsExactly("high", "m7", "m6", "m5", "m4", "m3", "m2", "m1", "m0", "low");
	}

	@Test
	void messageThatIsGivenBackGoesBehindAllThatWait() {
		openLifo(1);
		enqueue("a");
		enqueue("b");
		enqueue("c");
		ClaimedMessage newest = this.operations.receive("default", 1, LONG).get(0);
		assertThat(newest.payload(String.class)).isEqualTo("c");
		newest.release(Duration.ZERO);
		enqueue("d");
		assertThat(List.of(receiveOne(), receiveOne(), receiveOne(), receiveOne())).containsExactly("d", "b", "a", "c");
	}

	@Test
	void messageThatFailedGoesBehindAllThatWaitOnceItIsDue() {
		open((builder) -> builder.shards(1)
			.concurrency(1)
			.retry(new RetryPolicy(3, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0))
			.order("default", QueueOrder.LIFO));
		List<String> payloads = new ArrayList<>(IntStream.range(0, 20).mapToObj((i) -> "m" + i).toList());
		payloads.forEach(this::enqueue);
		this.queue.tasks().register(TASK, String.class, (payload, run) -> {
			Thread.sleep(5);
			if (payload.equals("m19") && run.attempt() == 1) {
				throw new IllegalStateException("once");
			}
			return this.started.add(payload);
		});
		this.queue.start();
		awaitStarted(20);
		assertThat(this.started).endsWith("m19").hasSize(20).startsWith("m18", "m17");
	}

	@Test
	void messagesOfOneOrderingKeyStayInTheirOrder() {
		openLifo(1);
		for (int i = 0; i < 5; i++) {
			this.operations.enqueue(message().payload("k" + i).orderingKey("k"));
		}
		start(TASK);
		awaitStarted(5);
		assertThat(this.started).containsExactly("k0", "k1", "k2", "k3", "k4");
	}

	@Test
	void oldestIsDroppedWhenTheQueueIsFull() {
		open((builder) -> builder.shards(1).maxLength(3).onFull(OnFull.DROP_OLDEST).order("default", QueueOrder.LIFO));
		MessageId first = enqueue("a");
		enqueue("b");
		enqueue("c");
		MessageId fourth = enqueue("d");
		assertThat(state(first)).isEqualTo(MessageState.CANCELLED);
		// What came back waits behind all others, so it is the next to go.
		this.operations.receive("default", 1, LONG).get(0).release(Duration.ZERO);
		enqueue("e");
		assertThat(state(fourth)).isEqualTo(MessageState.CANCELLED);
		assertThat(List.of(receiveOne(), receiveOne(), receiveOne())).containsExactly("e", "c", "b");
	}

	@Test
	void orderHoldsAfterARestart() {
		openLifo(1);
		enqueue("a");
		enqueue("b");
		enqueue("c");
		this.operations.receive("default", 1, LONG).get(0).release(Duration.ZERO);
		this.queue.close();
		openLifo(1);
		enqueue("d");
		assertThat(List.of(receiveOne(), receiveOne(), receiveOne(), receiveOne())).containsExactly("d", "b", "a", "c");
	}

	@Test
	void messageThatBecomesDueIsTheNewest() {
		open((builder) -> builder.shards(1).concurrency(1).order("default", QueueOrder.LIFO).clock(this.clock));
		MessageId delayed = this.operations.enqueue(message().payload("delayed").delay(Duration.ofMillis(50)));
		enqueue("a");
		this.clock.move(Duration.ofMillis(50));
		await().atMost(LONG).until(() -> state(delayed) == MessageState.READY);
		assertThat(List.of(receiveOne(), receiveOne())).containsExactly("delayed", "a");
	}

	@Test
	void orderWhenItIsWrongIsRefused() {
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(this.directory);
		assertThatNullPointerException().isThrownBy(() -> builder.order("a", null))
			.withMessage("'order' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.order("a b", QueueOrder.LIFO))
			.withMessageContaining("'queue' may hold letters, digits");
	}

}
