package io.github.queuesqlite.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import org.jspecify.annotations.Nullable;

/** Messages as the endpoint shows them. */
final class Rows {

	static final List<String> HEADINGS = List.of("ID", "STATE", "QUEUE", "TASK", "ATTEMPT", "CREATED", "RUN AT",
			"ERROR");

	private static final int MOST_OF_ERROR = 60;

	private static final String HIDDEN = "******";

	private Rows() {
	}

	static List<String> row(Message message) {
		Failure error = message.lastError();
		String text = (error != null) ? simpleName(error.type()) + ": " + error.message() : "";
		return List.of(message.id().toString(), message.state().name() + (message.isDamaged() ? " (damaged)" : ""),
				message.queue(), message.task(), String.valueOf(message.attempt()), seconds(message.createdAt()),
				seconds(message.runAt()),
				(text.length() > MOST_OF_ERROR) ? text.substring(0, MOST_OF_ERROR) + "..." : text);
	}

	private static String seconds(Instant time) {
		return time.truncatedTo(ChronoUnit.SECONDS).toString();
	}

	private static String simpleName(String type) {
		return type.substring(type.lastIndexOf('.') + 1);
	}

	/** What the endpoint lists of a message. */
	static Map<String, @Nullable Object> summary(Message message) {
		Map<String, @Nullable Object> fields = new LinkedHashMap<>();
		fields.put("id", message.id().toString());
		fields.put("task", message.task());
		fields.put("queue", message.queue());
		fields.put("state", message.state());
		fields.put("priority", message.priority());
		fields.put("attempt", message.attempt());
		put(fields, "maxAttempts", message.maxAttempts());
		fields.put("createdAt", message.createdAt());
		fields.put("runAt", message.runAt());
		put(fields, "startedAt", message.startedAt());
		put(fields, "instance", message.instance());
		put(fields, "finishedAt", message.finishedAt());
		put(fields, "expiresAt", message.expiresAt());
		fields.put("tags", message.tags());
		if (message.isDamaged()) {
			fields.put("damaged", true);
		}
		Failure error = message.lastError();
		if (error != null) {
			Map<String, Object> last = new LinkedHashMap<>();
			last.put("attempt", error.attempt());
			last.put("type", error.type());
			last.put("message", error.message());
			last.put("at", error.at());
			fields.put("lastError", last);
		}
		return fields;
	}

	/** What the endpoint shows of a message beyond that, but what is read separately. */
	static Map<String, @Nullable Object> details(Message message, boolean values) {
		Map<String, @Nullable Object> fields = new LinkedHashMap<>();
		put(fields, "source", message.source());
		put(fields, "idempotencyKey", message.idempotencyKey());
		put(fields, "uniqueKey", message.uniqueKey());
		put(fields, "orderingKey", message.orderingKey());
		put(fields, "concurrencyKey", message.concurrencyKey());
		fields.put("headers", values(message.headers(), values));
		fields.put("metadata", values(message.metadata(), values));
		fields.put("payload", body(message.rawPayload(), values));
		byte[] result = message.rawResult();
		if (result != null) {
			fields.put("result", body(result, values));
		}
		return fields;
	}

	static void put(Map<String, @Nullable Object> fields, String name, @Nullable Object value) {
		if (value != null) {
			fields.put(name, value);
		}
	}

	private static Map<String, Object> values(Map<String, ?> all, boolean shown) {
		Map<String, Object> values = new LinkedHashMap<>();
		all.forEach((name, value) -> values.put(name, shown ? value : HIDDEN));
		return values;
	}

	private static Map<String, Object> body(byte[] bytes, boolean shown) {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("size", bytes.length);
		if (shown) {
			try {
				body.put("value", StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
				body.put("encoding", "text");
			}
			catch (CharacterCodingException ex) {
				body.put("value", Base64.getEncoder().encodeToString(bytes));
				body.put("encoding", "base64");
			}
		}
		else {
			body.put("value", HIDDEN);
		}
		return body;
	}

}
