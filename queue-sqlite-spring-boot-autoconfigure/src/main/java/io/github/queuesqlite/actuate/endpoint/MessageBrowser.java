package io.github.queuesqlite.actuate.endpoint;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.actuate.endpoint.MessageDescriptor.BodyDescriptor;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessagePage;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.PayloadException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;

/** Lists, shows, retries and cancels messages, for requests made of text. */
final class MessageBrowser {

	private final QueueOperations operations;

	private final Sanitizer sanitizer;

	MessageBrowser(QueueOperations operations, Sanitizer sanitizer) {
		this.operations = operations;
		this.sanitizer = sanitizer;
	}

	MessagesDescriptor list(MessageFilter filter, @Nullable String order, @Nullable String after,
			@Nullable String limit) {
		MessageQuery query = filter.query();
		query = (after != null) ? query.after(id("after", after)) : query;
		query = (limit != null) ? query.limit(limit(limit)) : query;
		return switch ((order != null) ? order : "oldest") {
			case "oldest" -> oldestFirst(query);
			case "newest" -> newestFirst(query);
			default -> throw QueueEndpointException.badRequest("'order' must be oldest or newest, was '" + order + "'");
		};
	}

	private MessagesDescriptor newestFirst(MessageQuery query) {
		MessagePage page = this.operations.browse(query);
		MessageId next = page.next();
		return new MessagesDescriptor(page.messages().stream().map(MessageSummary::of).toList(),
				(next != null) ? next.toString() : null);
	}

	private MessagesDescriptor oldestFirst(MessageQuery query) {
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
				this.operations.log(message.id()), this.operations.failures(message.id()),
				this.operations.history(message.id()), tree(message.id()));
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

	MessageSummary reschedule(String text, @Nullable String runAt) {
		Message message = find(id("id", text));
		Instant time = PauseEnd.parse("runAt", runAt);
		if (time == null) {
			throw QueueEndpointException.badRequest("'runAt' is missing: when the message is due");
		}
		boolean[] changed = { false };
		PauseEnd.check(() -> changed[0] = this.operations.reschedule(message.id(), time));
		if (!changed[0]) {
			Message found = find(message.id());
			throw QueueEndpointException.conflict("Message %s is %s: only READY and SCHEDULED messages have a due time"
				.formatted(found.id(), found.state()));
		}
		return MessageSummary.of(this.operations.find(message.id()).orElse(message));
	}

	/** Returns what it was. */
	MessageSummary delete(String text) {
		Message message = find(id("id", text));
		if (!this.operations.delete(message.id())) {
			Message found = find(message.id());
			throw QueueEndpointException
				.conflict("Message %s is %s: it is not deleted while it runs".formatted(found.id(), found.state()));
		}
		return MessageSummary.of(message);
	}

	AffectedDescriptor retryAll(MessageFilter filter) {
		return new AffectedDescriptor("retry", this.operations.retryAll(filter.query()));
	}

	/** Everything at once is no more than a forgotten parameter away. */
	AffectedDescriptor purge(MessageFilter filter) {
		if (filter.state() == null || filter.query().states().isEmpty()) {
			throw QueueEndpointException.badRequest("'state' is missing: which messages to purge");
		}
		return new AffectedDescriptor("purge", this.operations.purge(filter.query()));
	}

	MessageSummary summary(MessageId id) {
		return MessageSummary.of(find(id));
	}

	private Message find(MessageId id) {
		return this.operations.find(id)
			.orElseThrow(() -> QueueEndpointException.notFound("No message " + id + ": unknown or already removed"));
	}

	/** How many are listed at most. */
	static int limit(String text) {
		try {
			return MessageQuery.all().limit(Integer.parseInt(text)).limit();
		}
		catch (IllegalArgumentException ex) {
			throw QueueEndpointException
				.badRequest("'limit' must be from 1 to " + MessageQuery.MAX_LIMIT + ", was '" + text + "'");
		}
	}

	static MessageId id(String what, String text) {
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
