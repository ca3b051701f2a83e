package io.github.queuesqlite.actuate.endpoint;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.DuplicateMessageException;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.QueueFullException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;

/** Hands in messages, for requests made of text. */
final class MessageSender {

	private static final String PROPERTY = "management.endpoint.queue.enqueue";

	private final EmbeddedQueue queue;

	private final EnqueueAccess access;

	MessageSender(EmbeddedQueue queue, EnqueueAccess access) {
		this.queue = queue;
		this.access = access;
	}

	EnqueuedDescriptor enqueue(String task, @Nullable String payload, MessageFields fields) {
		checkTask(task);
		try {
			NewMessage message = fields.toMessage(task);
			return enqueue((payload != null) ? message.payload(payload(task, payload)) : message);
		}
		catch (IllegalArgumentException ex) {
			throw QueueEndpointException.badRequest(String.valueOf(ex.getMessage()));
		}
	}

	private void checkTask(String task) {
		if (this.access == EnqueueAccess.NONE) {
			throw QueueEndpointException
				.forbidden("No messages are taken here: set '" + PROPERTY + "' to 'hosted' or 'any'");
		}
		if (this.access == EnqueueAccess.HOSTED && this.queue.tasks().find(task).isEmpty()) {
			throw QueueEndpointException.notFound("No task '" + task + "' in this process. Set '" + PROPERTY
					+ "' to 'any' to take messages for others");
		}
	}

	private EnqueuedDescriptor enqueue(NewMessage message) {
		try {
			MessageId id = this.queue.operations().enqueue(message);
			return new EnqueuedDescriptor(id.toString());
		}
		catch (PayloadException ex) {
			throw QueueEndpointException.badRequest(String.valueOf(ex.getMessage()));
		}
		catch (DuplicateMessageException ex) {
			throw QueueEndpointException.conflict(String.valueOf(ex.getMessage()));
		}
		catch (QueueFullException ex) {
			throw QueueEndpointException.unavailable(String.valueOf(ex.getMessage()));
		}
	}

	/** Says where it is wrong, not what stands there: the audit would keep it. */
	private @Nullable Object payload(String task, String json) {
		try {
			return this.queue.readJson(task, json);
		}
		catch (PayloadException ex) {
			throw QueueEndpointException.badRequest(
					"'payload' must be a JSON text that task '%s' can read%s".formatted(task, place(ex.getCause())));
		}
	}

	private static String place(@Nullable Throwable cause) {
		TokenStreamLocation location = (cause instanceof JacksonException jackson) ? jackson.getLocation() : null;
		return (location != null && location.getLineNr() > 0)
				? ": see line %d, column %d".formatted(location.getLineNr(), location.getColumnNr()) : "";
	}

}
