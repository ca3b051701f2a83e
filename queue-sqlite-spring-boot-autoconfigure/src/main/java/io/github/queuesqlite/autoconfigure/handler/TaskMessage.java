package io.github.queuesqlite.autoconfigure.handler;

import java.util.Map;

import io.github.queuesqlite.task.TaskContext;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;

/** A run as Spring Messaging sees it. */
final class TaskMessage implements Message<Object> {

	/** Stands for null, which Spring Messaging does not know. */
	static final Object NO_PAYLOAD = new Object() {

		@Override
		public String toString() {
			return "no payload";
		}

	};

	private final Object payload;

	private final TaskContext context;

	private final MessageHeaders headers;

	TaskMessage(@Nullable Object payload, TaskContext context) {
		this.payload = (payload != null) ? payload : NO_PAYLOAD;
		this.context = context;
		this.headers = new TaskHeaders(context.headers());
	}

	@Override
	public Object getPayload() {
		return this.payload;
	}

	@Override
	public MessageHeaders getHeaders() {
		return this.headers;
	}

	TaskContext context() {
		return this.context;
	}

	/** The message, for errors; the payload may be confidential. */
	@Override
	public String toString() {
		return "message " + this.context.id();
	}

	/** The sender's headers and no others: none is generated or hidden. */
	private static final class TaskHeaders extends MessageHeaders {

		private static final long serialVersionUID = 1L;

		TaskHeaders(Map<String, String> headers) {
			super(null, ID_VALUE_NONE, -1L);
			getRawHeaders().putAll(headers);
		}

	}

}
