package io.github.queuesqlite;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueTimeoutException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.task.PermanentTaskException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** Several messages come in the order in which they end. */
class AwaitEachTests extends QueueTester {

	private static final Retention NOTHING = new Retention(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO,
			0);

	/** Lets the handler of a payload end. */
	private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();

	private void host() {
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			awaitLatch(gate(payload));
			if (payload.startsWith("bad")) {
				throw new PermanentTaskException("as told");
			}
			return "done " + payload;
		});
		this.queue.start();
	}

	private CountDownLatch gate(String payload) {
		return this.gates.computeIfAbsent(payload, (key) -> new CountDownLatch(1));
	}

	private List<MessageId> enqueue(String... payloads) {
		return this.operations.enqueueAll(Stream.of(payloads).map((payload) -> message().payload(payload)).toList());
	}

	@Test
	void messagesComeAsTheyEndHoweverTheyEnd() {
		open();
		List<MessageId> ids = enqueue("a", "bad", "c");
		host();
		try (Stream<Message> ended = this.operations.awaitEach(ids, LONG)) {
			Iterator<Message> messages = ended.iterator();
			gate("c").countDown();
			assertThat(messages.next().result(String.class)).isEqualTo("done c");
			gate("bad").countDown();
			Message bad = messages.next();
			assertThat(bad.state()).isEqualTo(MessageState.DEAD);
			assertThat(bad.lastError()).isNotNull();
			assertThat(bad.lastError().message()).contains("as told");
			gate("a").countDown();
			assertThat(messages.next().id()).isEqualTo(ids.get(0));
			assertThat(messages).isExhausted();
		}
		assertNobodyWaits();
	}

	@Test
	void messagesThatHaveEndedBeforeComeAtOnceAndEachOnce() {
		open();
		List<MessageId> ids = enqueue("a", "b");
		host();
		gate("a").countDown();
		gate("b").countDown();
		assertThat(this.operations.drain(LONG)).isTrue();
		List<MessageId> twice = List.of(ids.get(0), ids.get(1), ids.get(0));
		assertThat(this.operations.awaitEach(twice, LONG)).extracting(Message::id)
			.containsExactlyInAnyOrderElementsOf(ids);
		assertThat(this.operations.awaitEach(List.of(), Duration.ZERO)).isEmpty();
		assertNobodyWaits();
	}

	@Test
	void messagesThatAreNotKeptComeAsTheyEnded() {
		open((builder) -> builder.retention(NOTHING));
		List<MessageId> ids = enqueue("a", "bad");
		host();
		try (Stream<Message> ended = this.operations.awaitEach(ids, LONG)) {
			Iterator<Message> messages = ended.peek((message) -> gate("a").countDown()).iterator();
			// The first one is waited for before its handler may end.
			Thread release = new Thread(() -> {
				await().atMost(LONG).until(() -> this.queue.waiting() == 2);
				gate("bad").countDown();
			});
			release.start();
			Message bad = messages.next();
			assertThat(bad.state()).isEqualTo(MessageState.DEAD);
			assertThat(bad.payload(String.class)).isEqualTo("bad");
			Message good = messages.next();
			assertThat(good.state()).isEqualTo(MessageState.COMPLETED);
			assertThat(good.result(String.class)).isEqualTo("done a");
			assertThat(good.queue()).isEqualTo("default");
			assertThat(messages).isExhausted();
		}
		assertThat(this.operations.find(ids.get(0))).isEmpty();
	}

	@Test
	void messageThatIsLateOrUnknownIsNamedAndNobodyWaitsThen() {
		open();
		MessageId waits = enqueue("a").get(0);
		MessageId unknown = new MessageId(1);
		assertThatExceptionOfType(QueueTimeoutException.class)
			.isThrownBy(() -> this.operations.awaitEach(List.of(waits), Duration.ofMillis(20)).toList())
			.satisfies((ex) -> assertThat(ex.messageId()).isEqualTo(waits))
			.withMessageContaining("1 of 1");
		assertNobodyWaits();
		assertThatExceptionOfType(QueueException.class)
			.isThrownBy(() -> this.operations.awaitEach(List.of(waits, unknown), LONG).toList())
			.withMessageContaining(unknown.toString());
		assertNobodyWaits();
	}

	@Test
	void streamThatIsLeftOrNeverReadLeavesNothing() {
		open();
		List<MessageId> ids = enqueue("a", "b");
		host();
		gate("a").countDown();
		assertThat(this.operations.awaitEach(ids, LONG)).isNotNull();
		assertThat(this.queue.waiting()).isZero();
		try (Stream<Message> ended = this.operations.awaitEach(ids, LONG)) {
			assertThat(ended.findFirst())
				.hasValueSatisfying((message) -> assertThat(message.id()).isEqualTo(ids.get(0)));
		}
		assertNobodyWaits();
		gate("b").countDown();
	}

	@Test
	void readerThatIsInterruptedKeepsItsFlag() {
		open();
		List<MessageId> ids = enqueue("a");
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.operations.awaitEach(ids, LONG).toList())
			.withMessageContaining("Interrupted");
		assertThat(Thread.interrupted()).isTrue();
		assertNobodyWaits();
	}

	@Test
	void closeTellsWhoReads() {
		open();
		List<MessageId> ids = enqueue("a");
		assertThatNullPointerException().isThrownBy(() -> this.operations.awaitEach(null, LONG));
		assertThatNullPointerException().isThrownBy(() -> this.operations.awaitEach(ids, null))
			.withMessageContaining("'timeout'");
		Stream<Message> ended = this.operations.awaitEach(ids, LONG);
		this.queue.close();
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(ended::toList);
	}

}
