package io.github.queuesqlite;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.TaskFailedException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What users see of a message that was changed in the file. */
class DamageTests extends QueueTester {

	private void change(MessageId id, String assignment) throws SQLException {
		this.queue.close();
		Path file = this.directory.resolve("default").resolve("queue_shard_0.db");
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
				Statement statement = connection.createStatement()) {
			assertThat(statement.executeUpdate("UPDATE message SET " + assignment + " WHERE id = " + id.value()))
				.isOne();
		}
		open((builder) -> builder.shards(1));
	}

	@Test
	void messageWhenDamagedEndsDeadAndReachesNoHandler() throws SQLException {
		open((builder) -> builder.shards(1));
		MessageId first = this.operations.enqueue(TASK, "first");
		MessageId damaged = this.operations
			.enqueue(NewMessage.to(TASK).payload("second").header("trace", "abc").tags("red"));
		MessageId third = this.operations.enqueue(TASK, "third");
		change(damaged, "payload = CAST('\"2econd\"' AS BLOB)");
		Queue<String> handled = new ConcurrentLinkedQueue<>();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> handled.add(payload));
		this.queue.start();
		assertThatExceptionOfType(TaskFailedException.class)
			.isThrownBy(() -> this.operations.await(damaged, String.class, LONG))
			.withMessageContaining("is damaged")
			.satisfies((ex) -> {
				assertThat(ex.state()).isEqualTo(MessageState.DEAD);
				assertThat(ex.failure().type()).isEqualTo("Damaged");
			});
		assertThat(List.of(first, third)).allSatisfy((id) -> this.operations.await(id, Boolean.class, LONG));
		assertThat(handled).containsExactlyInAnyOrder("first", "third");
		Message message = this.operations.find(damaged).orElseThrow();
		assertThat(message.isDamaged()).isTrue();
		assertThat(message.headers()).containsEntry("trace", "abc");
		assertThat(message.rawPayload()).isEqualTo("\"2econd\"".getBytes(StandardCharsets.UTF_8));
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> message.payload(String.class))
			.withMessageContaining("is damaged")
			.satisfies((ex) -> assertThat(ex.messageId()).isEqualTo(damaged));
		assertThat(this.operations.find(first).orElseThrow().isDamaged()).isFalse();
	}

	@Test
	void messageWhenItsAttributesAreNoJsonCanBeLookedAt() throws SQLException {
		open((builder) -> builder.shards(1));
		MessageId id = this.operations.enqueue(NewMessage.to(TASK).header("trace", "abc").tags("red"));
		change(id, "attributes = '{\"tags\": [\"re', last_error = '{'");
		Message message = this.operations.find(id).orElseThrow();
		assertThat(message.isDamaged()).isTrue();
		assertThat(message.tags()).isEmpty();
		assertThat(message.headers()).isEmpty();
		assertThat(message.lastError().type()).isEqualTo("Damaged");
	}

	@Test
	void awaitWhenResultIsDamagedRefusesIt() throws SQLException {
		open((builder) -> builder.shards(1));
		this.queue.tasks().register(TASK, String.class, (payload, context) -> "twelve");
		this.queue.start();
		MessageId id = this.operations.enqueue(TASK, "a");
		assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("twelve");
		change(id, "result = CAST('\"eleven\"' AS BLOB)");
		assertThatExceptionOfType(PayloadException.class)
			.isThrownBy(() -> this.operations.await(id, String.class, LONG))
			.withMessageContaining("is damaged");
		assertThatExceptionOfType(PayloadException.class)
			.isThrownBy(() -> this.operations.find(id).orElseThrow().result(String.class))
			.withMessageContaining("is damaged");
	}

}
