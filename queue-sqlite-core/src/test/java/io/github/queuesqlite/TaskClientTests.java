package io.github.queuesqlite;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.github.queuesqlite.annotation.Enqueue;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Interfaces whose methods enqueue. */
class TaskClientTests extends QueueTester {

	private Mails mails;

	@BeforeEach
	void openWithClient() {
		open();
		this.mails = new TaskClients(this.operations).create(Mails.class);
	}

	@Test
	void methodEnqueuesItsPayloadForItsTask() {
		Message message = find(this.mails.send("Ada"));
		assertThat(message.task()).isEqualTo("mail.send");
		assertThat(message.payload(String.class)).isEqualTo("Ada");
		assertThat(message.queue()).isEqualTo("default");
	}

	@Test
	void methodWithoutPayloadOrResultEnqueues() {
		this.mails.clean();
		assertThat(all()).singleElement().satisfies((message) -> {
			assertThat(message.task()).isEqualTo("mail.clean");
			assertThat(message.queue()).isEqualTo("slow");
			assertThat(message.rawPayload()).isEmpty();
		});
	}

	@Test
	void optionsSetAnythingElse() {
		MessageId id = this.mails.send("Ada", (message) -> message.delay(Duration.ofHours(1)).priority(7));
		assertThat(find(id).state()).isEqualTo(MessageState.SCHEDULED);
		assertThat(find(id).priority()).isEqualTo(7);
		assertThat(find(this.mails.send("Ada", null)).state()).isEqualTo(MessageState.READY);
	}

	@Test
	void futureHasTheIdOrTheResult() throws Exception {
		this.queue.tasks().register("mail.list", Integer.class, (number, context) -> List.of("a", "b"));
		this.queue.start();
		assertThat(find(this.mails.sendLater("Ada").get(1, TimeUnit.MINUTES)).task()).isEqualTo("mail.send");
		assertThat(this.mails.list(2).get(1, TimeUnit.MINUTES)).containsExactly("a", "b");
	}

	@Test
	void defaultMethodCallsOthers() {
		assertThat(find(this.mails.sendTo(3)).payload(String.class)).isEqualTo("user 3");
	}

	@Test
	void failureIsThatOfTheEnqueue() {
		this.queue.close();
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.mails.send("Ada"));
	}

	@Test
	void optionsThatReturnNothingAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.mails.send("Ada", (message) -> null))
			.withMessage("The options of a message for task 'mail.send' returned null; nothing was stored");
		assertThat(all()).isEmpty();
	}

	@Test
	void clientIsAnObjectLikeOthers() {
		Mails other = new TaskClients(this.operations).create(Mails.class);
		assertThat(Set.of(this.mails, other)).contains(this.mails, other);
		assertThat(this.mails).isNotEqualTo(other).hasToString("TaskClient[" + Mails.class.getName() + "]");
	}

	static Stream<Arguments> wrongOnes() {
		return Stream.of(Arguments.of(String.class, "must be an interface"),
				Arguments.of(Empty.class, "has no method with @Enqueue"),
				Arguments.of(Plain.class, "Plain.send cannot enqueue: it has no @Enqueue"),
				Arguments.of(TwoPayloads.class, "it has more than one payload: parameters 0 and 1 of 2"),
				Arguments.of(TwoOptions.class, "it has more than one UnaryOperator<NewMessage>"),
				Arguments.of(OtherResult.class, "it returns java.lang.String; it may return MessageId"),
				Arguments.of(RawFuture.class, "it may return MessageId"),
				Arguments.of(WrongTask.class, "cannot enqueue: 'task' may hold letters"));
	}

	@ParameterizedTest
	@MethodSource("wrongOnes")
	void interfaceThatCannotEnqueueIsRefused(Class<?> type, String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> new TaskClients(this.operations).create(type))
			.withMessageContaining(text);
	}

	/** A client. */
	interface Mails {

		@Enqueue("mail.send")
		MessageId send(String user);

		@Enqueue("mail.send")
		MessageId send(String user, UnaryOperator<NewMessage> options);

		@Enqueue(value = "mail.clean", queue = "slow")
		void clean();

		@Enqueue("mail.send")
		CompletableFuture<MessageId> sendLater(String user);

		@Enqueue("mail.list")
		CompletableFuture<List<String>> list(int number);

		default MessageId sendTo(int number) {
			return send("user " + number);
		}

	}

	interface Empty {

	}

	interface Plain {

		MessageId send(String user);

	}

	interface TwoPayloads {

		@Enqueue("mail.send")
		MessageId send(String user, String text);

	}

	interface TwoOptions {

		@Enqueue("mail.send")
		MessageId send(UnaryOperator<NewMessage> one, UnaryOperator<NewMessage> two);

	}

	interface OtherResult {

		@Enqueue("mail.send")
		String send(String user);

	}

	@SuppressWarnings("rawtypes")
	interface RawFuture {

		@Enqueue("mail.send")
		CompletableFuture send(String user);

	}

	interface WrongTask {

		@Enqueue("mail send")
		MessageId send(String user);

	}

}
