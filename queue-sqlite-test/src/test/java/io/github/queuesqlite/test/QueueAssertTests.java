package io.github.queuesqlite.test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.Priority;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.github.queuesqlite.test.QueueAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(300)
class QueueAssertTests {

	@AutoClose
	private final TestQueue queue = TestQueue.create();

	record Welcome(String mail) {
	}

	@BeforeEach
	void enqueue() {
		this.queue.operations()
			.enqueue(NewMessage.to("mail")
				.payload(new Welcome("ada@example.org"))
				.priority(Priority.HIGH)
				.queue("slow")
				.delay(Duration.ofMinutes(5))
				.uniqueKey("u")
				.tags("new", "vip")
				.header("tenant", "acme"));
		this.queue.operations()
			.enqueue(
					NewMessage.to("mail").payload(new Welcome("bob@example.org")).idempotencyKey("i").orderingKey("o"));
		this.queue.operations().enqueue("report", List.of(1, 2));
	}

	@Test
	void passesWhenEnqueued() {
		assertThat(this.queue).hasEnqueued("mail")
			.times(2)
			.withPayload(new Welcome("ada@example.org"))
			.withPriority(Priority.HIGH)
			.inQueue("slow")
			.withDelay(Duration.ofMinutes(5))
			.withRunAt(this.queue.clock().instant().plus(Duration.ofMinutes(5)))
			.withUniqueKey("u")
			.withTag("vip")
			.withHeader("tenant", "acme")
			.matching("no attempt", (message) -> message.attempt() == 0)
			.once()
			.isScheduled();
		assertThat(this.queue).hasEnqueued("mail")
			.withIdempotencyKey("i")
			.withOrderingKey("o")
			.withDelay(Duration.ZERO);
		assertThat(this.queue).hasEnqueued("mail", 2)
			.hasEnqueued("report", 1)
			.hasNotEnqueued("other")
			.hasCount(MessageState.READY, 2)
			.hasNoFailures();
		assertThat(this.queue.operations()).hasEnqueued("report").withPayload(List.of(1, 2));
		assertThat(this.queue).hasEnqueued("mail")
			.withPayloadSatisfying(Welcome.class, (welcome) -> assertThat(welcome.mail()).startsWith("bob"))
			.once();
	}

	@Test
	void taskThatWasNotEnqueuedIsToldWithWhatWas() {
		assertFails(() -> assertThat(this.queue).hasEnqueued("invoice"),
				"Expecting a message of task \"invoice\" but these 3 messages were enqueued:",
				"  mail SCHEDULED in queue slow, priority 2, delay PT5M, payload {\"mail\":\"ada@example.org\"}",
				"  mail READY in queue default, priority 1, payload {\"mail\":\"bob@example.org\"}",
				"  report READY in queue default, priority 1, payload [1,2]");
	}

	@Test
	void whatDiffersIsTold() {
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").withPayload(new Welcome("eve@example.org")),
				"Expecting a message of task \"mail\", payload Welcome[mail=eve@example.org] but these 3 messages");
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").withPriority(Priority.LOW), ", priority 0 but");
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").withDelay(Duration.ofHours(1)), ", delay PT1H but",
				"delay PT5M");
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").withRunAt(Instant.EPOCH),
				", due at 1970-01-01T00:00:00Z but");
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").inQueue("fast"), ", in queue \"fast\" but");
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").withUniqueKey("x"), ", unique key \"x\" but");
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").withIdempotencyKey("x"),
				", idempotency key \"x\" but");
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").withOrderingKey("x"), ", ordering key \"x\" but");
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").withTag("x"), ", tag \"x\" but");
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").withHeader("tenant", "x"),
				", header tenant \"x\" but");
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").withPayload("text"), ", payload text but");
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").withPayload(null), ", payload null but");
	}

	@Test
	void conditionsHoldTogether() {
		assertFails(
				() -> assertThat(this.queue).hasEnqueued("mail")
					.withPayload(new Welcome("bob@example.org"))
					.withPriority(Priority.HIGH),
				"Expecting a message of task \"mail\", payload Welcome[mail=bob@example.org], priority 2 but");
	}

	@Test
	void numbersThatDifferAreTold() {
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail", 3),
				"Expecting 3 messages of task \"mail\" but there were 2;", "these 3 messages were enqueued:");
		assertFails(() -> assertThat(this.queue).hasNotEnqueued("mail"), "Expecting 0 messages of task \"mail\"");
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail").once(),
				"Expecting 1 messages of task \"mail\" but 2 are so;");
		assertFails(() -> assertThat(this.queue).hasEnqueuedNothing(), "Expecting nothing to be enqueued but",
				"these 3 messages");
		assertFails(() -> assertThat(this.queue).hasCount(MessageState.DEAD, 1),
				"Expecting 1 messages to be DEAD but by state there were {SCHEDULED=1, READY=2};");
		this.queue.reset();
		assertFails(() -> assertThat(this.queue).hasEnqueued("mail"), "but nothing was enqueued");
	}

	@Test
	void whyAPayloadDoesNotSatisfyIsTold() {
		assertFails(
				() -> assertThat(this.queue).hasEnqueued("report")
					.withPayloadSatisfying(List.class, (list) -> assertThat(list).hasSize(3)),
				"a payload of type List that satisfies what is required but these 3 messages", "since",
				"Expected size: 3 but was: 2");
	}

	@Test
	void failuresOfHandlersAreTold() {
		this.queue.tasks().register("report", List.class, (payload, context) -> {
			throw new IllegalArgumentException("no such customer");
		});
		this.queue.drain();
		assertFails(() -> assertThat(this.queue).hasNoFailures(),
				"Expecting no handler to fail but those of 1 messages", "attempt 1 of 4",
				"failed with java.lang.IllegalArgumentException: no such customer");
		assertFails(() -> assertThat(this.queue).message("report").isCompleted(), "to be COMPLETED but it is",
				"no such customer");
		assertThat(this.queue).message("report").hasFailedWith(RuntimeException.class).hasFailedWith("such customer");
		assertFails(() -> assertThat(this.queue).message("report").hasFailedWith(IllegalStateException.class),
				"to have failed with java.lang.IllegalStateException but it is");
		assertFails(() -> assertThat(this.queue).message("report").hasFailedWith("other"),
				"to have failed with the text \"other\" but it is");
	}

	@Test
	void messagesAreAssertedOneByOne() {
		this.queue.tasks().register("report", List.class, (payload, context) -> Map.of("pages", 7));
		MessageId id = this.queue.operations().enqueue("report", List.of(3));
		this.queue.drain();
		assertThat(this.queue).message(id)
			.isCompleted()
			.hasAttempts(1)
			.hasPayload(List.of(3))
			.hasResult(Map.of("pages", 7));
		assertFails(() -> assertThat(this.queue).message(id).isDead(), "Expecting message " + id + " to be DEAD");
		assertFails(() -> assertThat(this.queue).message(id).hasAttempts(2), "to have begun 2 attempts");
		assertFails(() -> assertThat(this.queue).message(id).hasPayload("x"), "to have the payload x");
		assertFails(() -> assertThat(this.queue).message(id).hasResult("x"),
				"to have the result x but it was {\"pages\":7};");
		assertFails(() -> assertThat(this.queue).message(new MessageId(1)), "to be there but");
	}

	@Test
	void manyMessagesAreCut() {
		for (int i = 0; i < 1100; i++) {
			this.queue.operations().enqueue(NewMessage.to("bulk").durable(false));
		}
		assertThat(this.queue).hasEnqueued("bulk", 1100);
		assertFails(() -> assertThat(this.queue).hasEnqueued("other"), "these 1103 messages were enqueued:",
				"… and 1083 more");
	}

	@Test
	void bothImportsOfAssertThatWork() {
		org.assertj.core.api.Assertions.assertThat(this.queue).hasEnqueued("mail");
		QueueAssertions.assertThat(this.queue).hasEnqueued("mail");
	}

	private static void assertFails(ThrowingCallable assertion, String... texts) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(assertion)
			.satisfies((error) -> assertThat(error.getMessage()).contains(texts));
	}

}
