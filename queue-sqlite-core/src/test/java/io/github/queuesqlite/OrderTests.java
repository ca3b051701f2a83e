package io.github.queuesqlite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.RetryPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** Ordering keys end to end: in one process, and in several that are killed. */
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OrderTests extends KillTester {

	private static final int KEYS = 12;

	private final int[] numbers = new int[KEYS];

	OrderTests() {
		super("order");
	}

	@Test
	void orderingKeyWhenOutOfRangeIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> message().orderingKey(null))
			.withMessageContaining("'orderingKey'");
		assertThatIllegalArgumentException().isThrownBy(() -> message().orderingKey(""))
			.withMessage("'orderingKey' must have 1 to 500 characters, had 0");
		assertThatIllegalArgumentException().isThrownBy(() -> message().orderingKey("k".repeat(501)))
			.withMessage("'orderingKey' must have 1 to 500 characters, had 501");
		assertThat(message().orderingKey()).isNull();
		assertThat(message().orderingKey("k").payload(1).orderingKey()).isEqualTo("k");
	}

	@Test
	void handlersWhenSomeFailRunOneAtATimeInOrder() {
		open((builder) -> builder.shards(3)
			.concurrency(8)
			.retry(new RetryPolicy(1000, Duration.ofMillis(2), 1, Duration.ofMillis(2), 0)));
		Map<String, Queue<Integer>> ran = new ConcurrentHashMap<>();
		Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
		AtomicInteger most = new AtomicInteger();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			String[] words = payload.split(" ");
			AtomicInteger now = running.computeIfAbsent(words[0], (key) -> new AtomicInteger());
			most.accumulateAndGet(now.incrementAndGet(), Math::max);
			try {
				if (ThreadLocalRandom.current().nextInt(5) == 0) {
					throw new IllegalStateException("again");
				}
				ran.computeIfAbsent(words[0], (key) -> new ConcurrentLinkedQueue<>()).add(Integer.valueOf(words[1]));
				return null;
			}
			finally {
				now.decrementAndGet();
			}
		});
		this.queue.start();
		Map<String, List<Integer>> expected = new ConcurrentHashMap<>();
		for (int i = 0; i < 300; i++) {
			String key = "k" + i % 7;
			this.operations.enqueueAsync(message().orderingKey(key).payload(key + " " + i));
			expected.computeIfAbsent(key, (name) -> new ArrayList<>()).add(i);
		}
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.COMPLETED) == 300);
		assertThat(most).hasValue(1);
		expected.forEach((key, numbers) -> assertThat(List.copyOf(ran.get(key))).isEqualTo(numbers));
	}

	@Test
	void drainWhenALineWaitsForItsFrontDoesNotWaitForADelay() {
		open();
		this.queue.tasks().register(TASK, Integer.class, (payload, context) -> null);
		this.queue.start();
		MessageId front = this.operations.enqueue(message().orderingKey("k").delay(Duration.ofHours(1)).payload(1));
		MessageId behind = this.operations.enqueue(message().orderingKey("k").payload(2));
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(state(behind)).isEqualTo(MessageState.READY);
		assertThat(this.operations.cancel(front)).isTrue();
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(state(behind)).isEqualTo(MessageState.COMPLETED);
	}

	@Test
	void runsWhenProcessesAreKilledStayInOrderAndOneAtATime() throws Exception {
		runAndKill(OrderedChild.class, 3, kills(), new RunLog(log()));
	}

	@Test
	void runsWhenTheOnlyProcessIsKilledGoOnInOrder() throws Exception {
		runAndKill(OrderedChild.class, 1, 3, new RunLog(log()));
	}

	/** In each way there is, some with keys that are at home in another shard. */
	@Override
	void handIn(int from, int to) {
		List<CompletableFuture<MessageId>> futures = new ArrayList<>();
		int left = to - from;
		while (left > 0) {
			int some = Math.min(left, 1 + this.random.nextInt(30));
			List<NewMessage> messages = new ArrayList<>();
			for (int i = 0; i < some; i++) {
				messages.add(next());
			}
			switch (this.random.nextInt(3)) {
				case 0 -> messages.forEach(this.operations::enqueue);
				case 1 -> messages.forEach((message) -> futures.add(this.operations.enqueueAsync(message)));
				default -> this.operations.enqueueAll(messages);
			}
			left -= some;
		}
		futures.forEach(CompletableFuture::join);
	}

	@Override
	void checkStored() {
		// Not each end that was said was stored: the log tells of those that ran again.
	}

	private NewMessage next() {
		int key = this.random.nextInt(KEYS);
		int number = this.numbers[key]++;
		NewMessage message = NewMessage.to(OrderedChild.TASK)
			.orderingKey("k" + key)
			.payload("k" + key + " " + number)
			.priority(this.random.nextInt(3));
		if (this.random.nextInt(5) == 0) {
			message = message.idempotencyKey("i" + key + "-" + number);
		}
		return (this.random.nextInt(5) == 0) ? message.uniqueKey("u" + key + "-" + number) : message;
	}

}
