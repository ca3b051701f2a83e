package io.github.queuesqlite.actuate.endpoint;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.actuate.endpoint.MessageDescriptor.BodyDescriptor;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.PayloadException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.util.StringUtils;

/** Lists, shows, retries and cancels messages, for requests made of text. */
final class MessageBrowser {

	private final QueueOperations operations;

	private final Sanitizer sanitizer;

	MessageBrowser(QueueOperations operations, Sanitizer sanitizer) {
		this.operations = operations;
		this.sanitizer = sanitizer;
	}

	MessagesDescriptor list(@Nullable String state, @Nullable String queue, @Nullable String task, @Nullable String tag,
			@Nullable String after, @Nullable String limit) {
		MessageQuery query = MessageQuery.all().state(states(state));
		query = (queue != null) ? query.queue(queue) : query;
		query = (task != null) ? query.task(task) : query;
		query = (tag != null) ? query.tag(tag) : query;
		query = (after != null) ? query.after(id("after", after)) : query;
		query = (limit != null) ? limit(query, limit) : query;
		List<MessageSummary> messages = this.operations.list(query).stream().map(MessageSummary::of).toList();
		boolean more = messages.size() == query.limit();
		return new MessagesDescriptor(messages, more ? messages.get(messages.size() - 1).id() : null);
	}

	MessageDescriptor show(String id, boolean payload, boolean result, boolean unsanitized) {
		Message message = find(id("id", id));
		byte[] rawPayload = message.rawPayload();
		byte[] rawResult = message.rawResult();
		return new MessageDescriptor(MessageSummary.of(message),
				ExplanationDescriptor.of(this.operations.explain(message.id())), message.source(),
				message.idempotencyKey(), message.uniqueKey(), message.orderingKey(), message.concurrencyKey(),
				sanitize(message.headers(), unsanitized), sanitize(message.metadata(), unsanitized),
				(rawPayload.length > 0) ? payload(message, rawPayload, payload, unsanitized) : null,
				(rawResult != null) ? body("result", rawResult, result, unsanitized, () -> message.result(Object.class))
						: null,
				this.operations.log(message.id()), this.operations.failures(message.id()), tree(message.id()));
	}

	private @Nullable MessageTree tree(MessageId id) {
		return this.operations.tree(id).filter((tree) -> tree.nodes().size() > 1).orElse(null);
	}

	MessageSummary cancelTree(String text) {
		Message message = find(id("id", text));
		if (this.operations.cancelTree(message.id()) == 0) {
			throw QueueEndpointException
				.conflict("Message %s and all that were stored with it have ended or were asked to stop before"
					.formatted(message.id()));
		}
		return MessageSummary.of(this.operations.find(message.id()).orElse(message));
	}

	MessageSummary retry(String text) {
		Message message = find(id("id", text));
		if (!this.operations.retry(message.id())) {
			Message found = find(message.id());
			throw QueueEndpointException.conflict(switch (found.state()) {
				case DEAD, CANCELLED,
						EXPIRED ->
					(found.uniqueKey() == null)
							? "Message %s is not retried: what it waited for did not complete. Retry that instead"
								.formatted(found.id())
							: "Message %s is not retried: another message of task '%s' has its unique key '%s'"
								.formatted(found.id(), found.task(), found.uniqueKey());
				default -> "Message %s is %s: only DEAD, CANCELLED and EXPIRED messages can be retried"
					.formatted(found.id(), found.state());
			});
		}
		return MessageSummary.of(this.operations.find(message.id()).orElse(message));
	}

	MessageSummary cancel(String text) {
		Message message = find(id("id", text));
		if (!this.operations.cancel(message.id())) {
			Message found = find(message.id());
			throw QueueEndpointException.conflict(
					"Message %s is %s: it has ended or was asked to stop before".formatted(found.id(), found.state()));
		}
		return MessageSummary.of(this.operations.find(message.id()).orElse(message));
	}

	MessageSummary summary(MessageId id) {
		return MessageSummary.of(find(id));
	}

	private Message find(MessageId id) {
		return this.operations.find(id)
			.orElseThrow(() -> QueueEndpointException.notFound("No message " + id + ": unknown or already removed"));
	}

	private static MessageState[] states(@Nullable String text) {
		return StringUtils.commaDelimitedListToSet(text)
			.stream()
			.map(String::trim)
			.filter((name) -> !name.isEmpty())
			.map(MessageBrowser::state)
			.distinct()
			.toArray(MessageState[]::new);
	}

	private static MessageState state(String name) {
		try {
			return MessageState.valueOf(name.toUpperCase(Locale.ROOT));
		}
		catch (IllegalArgumentException ex) {
			throw QueueEndpointException.badRequest("'state' must be one or more of "
					+ Arrays.toString(MessageState.values()) + ", was '" + name + "'");
		}
	}

	private static MessageQuery limit(MessageQuery query, String text) {
		try {
			return query.limit(Integer.parseInt(text));
		}
		catch (IllegalArgumentException ex) {
			throw QueueEndpointException
				.badRequest("'limit' must be from 1 to " + MessageQuery.MAX_LIMIT + ", was '" + text + "'");
		}
	}

	private static MessageId id(String what, String text) {
		try {
			return MessageId.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw QueueEndpointException.badRequest("'" + what + "': " + ex.getMessage());
		}
	}

	private Map<String, @Nullable Object> sanitize(Map<String, ?> values, boolean unsanitized) {
		Map<String, @Nullable Object> sanitized = new LinkedHashMap<>();
		values.forEach((name, value) -> sanitized.put(name, sanitize(name, value, unsanitized)));
		return sanitized;
	}

	private @Nullable Object sanitize(String name, @Nullable Object value, boolean unsanitized) {
		return this.sanitizer.sanitize(new SanitizableData(null, name, value), unsanitized);
	}

	/** What is local is an object of the application, which nobody may take apart. */
	private BodyDescriptor payload(Message message, byte[] raw, boolean asked, boolean unsanitized) {
		return message.isLocal() ? new BodyDescriptor(0, "local", null)
				: body("payload", raw, asked, unsanitized, () -> message.payload(Object.class));
	}

	private BodyDescriptor body(String name, byte[] raw, boolean asked, boolean unsanitized,
			Supplier<@Nullable Object> decoded) {
		if (!asked) {
			return new BodyDescriptor(raw.length, null, null);
		}
		if (!unsanitized) {
			return new BodyDescriptor(raw.length, null, SanitizableData.SANITIZED_VALUE);
		}
		try {
			Object value = decoded.get();
			return (value instanceof byte[] bytes) ? base64(bytes)
					: new BodyDescriptor(raw.length, "json", sanitize(name, value, true));
		}
		catch (PayloadException ex) {
			return undecoded(raw);
		}
	}

	private static BodyDescriptor undecoded(byte[] raw) {
		try {
			return new BodyDescriptor(raw.length, "text",
					StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString());
		}
		catch (CharacterCodingException ex) {
			return base64(raw);
		}
	}

	private static BodyDescriptor base64(byte[] raw) {
		return new BodyDescriptor(raw.length, "base64", Base64.getEncoder().encodeToString(raw));
	}

}
