package io.github.queuesqlite.actuate.endpoint;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.Priority;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a request says of a message beside its payload, as text; null for what it does not
 * say.
 *
 * @param queue its queue
 * @param priority a number, or the name of a {@link Priority}
 * @param delay not before this long
 * @param runAt not before this time, or this long from now
 * @param timeToLive how long it may wait
 * @param idempotencyKey its idempotency key
 * @param uniqueKey its unique key
 * @param onDuplicate the name of an {@link OnDuplicate}
 * @param orderingKey its ordering key
 * @param concurrencyKey its concurrency key
 * @param maxRetries a number
 * @param source where it comes from
 * @param tags separated by commas
 * @param headers a JSON object of texts
 */
record MessageFields(@Nullable String queue, @Nullable String priority, @Nullable String delay, @Nullable String runAt,
		@Nullable String timeToLive, @Nullable String idempotencyKey, @Nullable String uniqueKey,
		@Nullable String onDuplicate, @Nullable String orderingKey, @Nullable String concurrencyKey,
		@Nullable String maxRetries, @Nullable String source, @Nullable String tags, @Nullable String headers) {

	private static final JsonMapper mapper = new JsonMapper();

	/**
	 * Makes the message.
	 * @param task the name of its task
	 * @return without payload
	 * @throws IllegalArgumentException if something is malformed or out of range
	 */
	NewMessage toMessage(String task) {
		if (this.delay != null && this.runAt != null) {
			throw new IllegalArgumentException("A message has a 'delay' or a 'runAt', not both");
		}
		NewMessage message = with(NewMessage.to(task), this.queue, NewMessage::queue);
		message = with(message, this.priority, (copy, text) -> copy.priority(priority(text)));
		message = with(message, this.delay, (copy, text) -> copy.delay(duration("delay", text)));
		message = with(message, this.runAt,
				(copy, text) -> copy.runAt(Objects.requireNonNull(PauseEnd.parse("runAt", text))));
		message = with(message, this.timeToLive, (copy, text) -> copy.timeToLive(duration("timeToLive", text)));
		message = with(message, this.idempotencyKey, NewMessage::idempotencyKey);
		message = with(message, this.uniqueKey, NewMessage::uniqueKey);
		message = with(message, this.onDuplicate, (copy, text) -> copy.onDuplicate(onDuplicate(text)));
		message = with(message, this.orderingKey, NewMessage::orderingKey);
		message = with(message, this.concurrencyKey, NewMessage::concurrencyKey);
		message = with(message, this.maxRetries, (copy, text) -> copy.maxRetries(number("maxRetries", text)));
		message = with(message, this.source, NewMessage::source);
		message = with(message, this.tags, (copy, text) -> copy.tags(text.trim().split("\\s*,\\s*", -1)));
		return with(message, this.headers, (copy, text) -> copy.headers(headers(text)));
	}

	private static NewMessage with(NewMessage message, @Nullable String text,
			BiFunction<NewMessage, String, NewMessage> change) {
		return (text != null) ? change.apply(message, text) : message;
	}

	private static int priority(String text) {
		for (Priority priority : Priority.values()) {
			if (priority.name().equalsIgnoreCase(text)) {
				return priority.value();
			}
		}
		return number("priority", text);
	}

	private static int number(String what, String text) {
		try {
			return Integer.parseInt(text);
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException("'" + what + "' must be a whole number, was '" + text + "'");
		}
	}

	private static Duration duration(String what, String text) {
		try {
			return DurationStyle.detectAndParse(text);
		}
		catch (DateTimeException | ArithmeticException | IllegalArgumentException ex) {
			throw new IllegalArgumentException("'" + what + "' must be a time as 10m, was '" + text + "'");
		}
	}

	private static OnDuplicate onDuplicate(String text) {
		try {
			return OnDuplicate.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					"'onDuplicate' must be one of " + Arrays.toString(OnDuplicate.values()) + ", was '" + text + "'");
		}
	}

	/** What is wrong may be a secret: it is not repeated. */
	private static Map<String, String> headers(String text) {
		Map<String, String> headers = new LinkedHashMap<>();
		for (Map.Entry<String, JsonNode> header : object(text).properties()) {
			if (!header.getValue().isString()) {
				throw new IllegalArgumentException("'headers' must be a JSON object of texts");
			}
			headers.put(header.getKey(), header.getValue().asString());
		}
		return headers;
	}

	private static JsonNode object(String text) {
		try {
			JsonNode json = mapper.readTree(text);
			if (json.isObject()) {
				return json;
			}
		}
		catch (JacksonException ex) {
			// As for anything else that is no object.
		}
		throw new IllegalArgumentException("'headers' must be a JSON object of texts");
	}

}
