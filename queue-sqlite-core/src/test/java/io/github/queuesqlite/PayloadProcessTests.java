package io.github.queuesqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.TaskFailedException;
import io.github.queuesqlite.payload.CborPayloadCodec;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Two processes that are alive at once and write with other codecs and other keys. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PayloadProcessTests extends ProcessTester {

	private void openNew(String... keys) {
		open((builder) -> builder.shards(1)
			.codec(new CborPayloadCodec())
			.readCodec(new JsonPayloadCodec())
			.encrypt(CodecChild.keys(keys)));
		this.queue.tasks().register(CodecChild.NEXT, String.class, (payload, context) -> "read " + payload);
		this.queue.start();
	}

	@Test
	void messagesWhenOneProcessStillWritesWithTheOldKeyAndCodecAreReadByBoth() throws Exception {
		start(CodecChild.class, "k1,k2");
		openNew("k2", "k1");
		List<MessageId> ids = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			ids.add(this.operations.enqueue(CodecChild.TASK, "m" + i));
		}
		for (int i = 0; i < ids.size(); i++) {
			assertThat(this.operations.await(ids.get(i), String.class, LONG)).isEqualTo("m" + i + "?");
			String key = "next of m" + i;
			// Handed over to the home of its key, a moment later.
			await().atMost(LONG).until(() -> this.operations.findByKey(key).isPresent());
			Message next = this.operations.findByKey(key).orElseThrow();
			assertThat(this.operations.await(next.id(), String.class, LONG)).isEqualTo("read m" + i + "!");
			assertThat(next.payload(String.class)).isEqualTo("m" + i + "!");
		}
		assertThat(stored(CodecChild.TASK)).containsOnly("cbor+aes:k2 json+aes:k1");
		assertThat(stored(CodecChild.NEXT)).containsOnly("json+aes:k1 cbor+aes:k2");
	}

	/** What payloads and results of a task were written with. */
	private List<String> stored(String task) throws SQLException {
		List<String> codecs = new ArrayList<>();
		try (Connection connection = shard0();
				Statement statement = connection.createStatement();
				ResultSet row = statement
					.executeQuery("SELECT codec, result_codec FROM message WHERE task = '" + task + "'")) {
			while (row.next()) {
				codecs.add(row.getString(1) + " " + row.getString(2));
			}
		}
		return codecs;
	}

	@Test
	void messageWhenTheProcessThatTakesItLacksTheNewKeyIsDeadAndRunsOnceOneHasIt() throws Exception {
		Process old = start(CodecChild.class, "k1");
		awaitRuns("ready", 1);
		openNew("k2", "k1");
		MessageId id = this.operations.enqueue(NewMessage.to(CodecChild.TASK).payload("a"));
		assertThatExceptionOfType(TaskFailedException.class)
			.isThrownBy(() -> this.operations.await(id, String.class, LONG))
			.withMessageContaining("encrypted with key 'k2', which this process does not have")
			.satisfies((ex) -> assertThat(ex.state()).isEqualTo(MessageState.DEAD));
		assertThat(find(id).payload(String.class)).isEqualTo("a");
		assertThat(runs("start")).isEmpty();
		kill(old);
		start(CodecChild.class, "k1,k2");
		assertThat(this.operations.retry(id)).isTrue();
		assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("a?");
		assertThat(runs("start")).containsExactly("start a");
	}

}
