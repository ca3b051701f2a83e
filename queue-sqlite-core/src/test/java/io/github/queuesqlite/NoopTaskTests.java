package io.github.queuesqlite;

import java.util.List;
import java.util.Map;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.task.TaskRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** The task that does nothing, and payloads that people write. */
class NoopTaskTests extends QueueTester {

	@Test
	void noopIsCompletedWhateverItIsGivenInWhateverQueueThereIs() {
		open((builder) -> builder.queue("mail", 1));
		this.queue.start();
		for (Object payload : new Object[] { "text", Map.of("a", 1), new byte[] { 1, 2 }, new Order("A-1", 3) }) {
			MessageId id = this.operations.enqueue(NewMessage.to(TaskRegistry.NOOP).payload(payload).queue("mail"));
			assertThat(this.operations.await(id, Object.class, LONG)).isNull();
			Message message = this.operations.find(id).orElseThrow();
			assertThat(message.state()).isEqualTo(MessageState.COMPLETED);
			assertThat(message.attempt()).isEqualTo(1);
		}
		assertThat(this.operations.submit(NewMessage.to("noop"), Object.class)).succeedsWithin(LONG).isNull();
	}

	@Test
	void noopWhenDeclaredByTheApplicationIsRefused() {
		open();
		assertThatIllegalStateException()
			.isThrownBy(() -> this.queue.tasks().register("noop", String.class, (payload, context) -> null))
			.withMessageContaining("declared twice: by queue-sqlite itself and by");
	}

	@Test
	void jsonIsReadAsWhatItsTaskTakes() {
		open();
		this.queue.tasks().register("order", Order.class, (payload, context) -> null);
		this.queue.tasks().register("nothing", Void.class, (payload, context) -> null);
		assertThat(this.queue.readJson("order", "{\"id\": \"A-1\", \"pieces\": 3}")).isEqualTo(new Order("A-1", 3));
		assertThat(this.queue.readJson("order", "null")).isNull();
		assertThat(this.queue.readJson("elsewhere", "{\"id\": [1, true]}")).isEqualTo(Map.of("id", List.of(1, true)));
		assertThat(this.queue.readJson("nothing", "\"a\"")).isEqualTo("a");
	}

	@Test
	void jsonThatItsTaskCannotReadIsRefused() {
		open();
		this.queue.tasks().register("order", Order.class, (payload, context) -> null);
		for (String json : new String[] { "", " ", "{", "{\"id\": \"a\"} x", "[1]", "{\"pieces\": \"many\"}", "'a'",
				"[".repeat(5000) }) {
			assertThatExceptionOfType(PayloadException.class).as(json)
				.isThrownBy(() -> this.queue.readJson("order", json));
		}
	}

	record Order(String id, int pieces) {

	}

}
