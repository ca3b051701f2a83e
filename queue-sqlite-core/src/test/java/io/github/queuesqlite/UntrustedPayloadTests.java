package io.github.queuesqlite;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.TaskFailedException;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import io.github.queuesqlite.payload.PayloadCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What a payload can do that somebody wrote who means harm. */
class UntrustedPayloadTests extends QueueTester {

	private static final AtomicInteger made = new AtomicInteger();

	@BeforeEach
	void openWithAMapperThatBelievesClassNames() {
		made.set(0);
		JsonMapper trusting = JsonMapper.builder()
			.activateDefaultTyping(BasicPolymorphicTypeValidator.builder().allowIfSubType(Object.class).build(),
					DefaultTyping.NON_FINAL)
			.build();
		open((builder) -> builder.codec(new RawCodec(new JsonPayloadCodec(trusting))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "[\"%s\",{\"command\":\"rm\"}]", "{\"@class\":\"%s\",\"command\":\"rm\"}",
			"{\"@type\":\"%s\",\"command\":\"rm\"}", "{\"%s\":{\"command\":\"rm\"}}" })
	void payloadThatNamesAClassMakesNoneOfIt(String content) {
		String json = "{\"content\":" + content.formatted(Gadget.class.getName()) + "}";
		this.queue.tasks()
			.register(TASK, Envelope.class, (payload, context) -> payload.content().getClass().getSimpleName());
		this.queue.start();
		MessageId id = this.operations.enqueue(TASK, json);
		assertThat(this.operations.await(id, String.class, LONG)).isIn("LinkedHashMap", "ArrayList");
		assertThat(made).hasValue(0);
	}

	@Test
	void payloadThatNestsForEverEndsItsMessageDead() {
		this.queue.tasks().register(TASK, Object.class, (payload, context) -> "read");
		this.queue.start();
		MessageId id = this.operations.enqueue(TASK, "[".repeat(100_000) + "]".repeat(100_000));
		assertThatExceptionOfType(TaskFailedException.class)
			.isThrownBy(() -> this.operations.await(id, String.class, LONG))
			.satisfies((ex) -> assertThat(ex.state()).isEqualTo(MessageState.DEAD))
			.withMessageContaining("nesting depth");
		assertThat(this.operations.await(this.operations.enqueue(TASK, "[]"), String.class, LONG)).isEqualTo("read");
	}

	/** A payload type that leaves open what it holds. */
	record Envelope(Object content) {
	}

	/** Does harm by being made. */
	static class Gadget {

		public String command = "";

		Gadget() {
			made.incrementAndGet();
		}

	}

	/** Lets a text through as it is, and any other value as JSON. */
	private record RawCodec(JsonPayloadCodec json) implements PayloadCodec {

		@Override
		public String name() {
			return this.json.name();
		}

		@Override
		public byte[] encode(Object value) {
			boolean raw = value instanceof String text && !text.isEmpty() && "[{".indexOf(text.charAt(0)) >= 0;
			return raw ? value.toString().getBytes(StandardCharsets.UTF_8) : this.json.encode(value);
		}

		@Override
		public @Nullable Object decode(byte[] bytes, Type type) {
			return this.json.decode(bytes, type);
		}

	}

}
