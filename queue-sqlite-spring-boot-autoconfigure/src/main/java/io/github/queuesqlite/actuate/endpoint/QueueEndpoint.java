package io.github.queuesqlite.actuate.endpoint;

import java.time.Instant;
import java.util.Objects;

import io.github.queuesqlite.EmbeddedQueue;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@link Endpoint @Endpoint} that shows the queue and steers it. Read-only unless
 * {@code management.endpoint.queue.access} is {@code unrestricted}.
 *
 * @since 0.1.0
 */
@Endpoint(id = "queue", defaultAccess = Access.READ_ONLY)
public class QueueEndpoint {

	private static final String KINDS = "messages, tasks, queues, keys or schedules";

	private final EmbeddedQueue queue;

	private final MessageBrowser messages;

	private final ScheduleBrowser schedules;

	private final Show showValues;

	/**
	 * Creates the endpoint.
	 * @param queue what it shows
	 * @param sanitizingFunctions see every value of headers, metadata, payloads and
	 * results before it is shown
	 * @param showValues whether values are shown to callers that cannot be authorized,
	 * over JMX for example
	 */
	public QueueEndpoint(EmbeddedQueue queue, Iterable<SanitizingFunction> sanitizingFunctions, Show showValues) {
		this.queue = queue;
		this.messages = new MessageBrowser(queue.operations(), new Sanitizer(sanitizingFunctions));
		this.schedules = new ScheduleBrowser(queue.schedules());
		this.showValues = showValues;
	}

	/**
	 * Shows the numbers of the queue.
	 * @return the numbers
	 */
	@ReadOperation
	public QueueReport queue() {
		return new Snapshot(this.queue).report();
	}

	/**
	 * Lists messages, tasks, queues, paused keys or schedules.
	 * @param kind {@code messages}, {@code tasks}, {@code queues}, {@code keys} or
	 * {@code schedules}
	 * @param state only messages in one of these states, separated by commas
	 * @param queue only messages of this queue
	 * @param task only messages of this task
	 * @param tag only messages with this tag
	 * @param after only messages with greater ids
	 * @param limit how many messages at most, 1 to 1,000; 100 when null
	 * @return {@link MessagesDescriptor}, {@link TasksDescriptor},
	 * {@link QueuesDescriptor}, {@link KeysDescriptor}, of the keys that are paused, or
	 * {@link SchedulesDescriptor}
	 */
	@ReadOperation
	public OperationResponseBody list(@Selector String kind, @Nullable String state, @Nullable String queue,
			@Nullable String task, @Nullable String tag, @Nullable String after, @Nullable String limit) {
		return switch (kind) {
			case "messages" -> this.messages.list(state, queue, task, tag, after, limit);
			case "tasks" -> new TasksDescriptor(new Snapshot(this.queue).tasks());
			case "queues" -> new QueuesDescriptor(new Snapshot(this.queue).queues());
			case "keys" -> new KeysDescriptor(new Snapshot(this.queue).pausedKeys());
			case "schedules" -> this.schedules.list();
			default -> throw unknownKind(kind);
		};
	}

	/**
	 * Shows one message, task, queue, key or schedule.
	 * @param kind {@code messages}, {@code tasks}, {@code queues}, {@code keys} or
	 * {@code schedules}
	 * @param name the id or the name
	 * @param payload {@code true} to show the payload of a message, if values may be
	 * shown
	 * @param result {@code true} to show the result of a message, if values may be shown
	 * @return {@link MessageDescriptor}, {@link TaskDescriptor}, {@link QueueDescriptor},
	 * {@link KeyDescriptor} or {@link ScheduleDescriptor}
	 */
	@ReadOperation
	public OperationResponseBody show(@Selector String kind, @Selector String name, @Nullable String payload,
			@Nullable String result) {
		return show(kind, name, payload, result, this.showValues.isShown(true));
	}

	OperationResponseBody show(String kind, String name, @Nullable String payload, @Nullable String result,
			boolean unsanitized) {
		return switch (kind) {
			case "messages" -> this.messages.show(name, flag("payload", payload), flag("result", result), unsanitized);
			case "tasks" -> task(name);
			case "queues" -> queue(name);
			case "keys" -> new Snapshot(this.queue).key(name);
			case "schedules" -> this.schedules.show(name);
			default -> throw unknownKind(kind);
		};
	}

	/**
	 * Retries or cancels a message, pauses or resumes a task, a queue, a key or a
	 * schedule, runs or deletes a schedule, changes a limit.
	 * @param kind {@code messages}, {@code tasks}, {@code queues}, {@code keys},
	 * {@code schedules} or {@code limits}
	 * @param name the id or the name
	 * @param operation {@code retry} or {@code cancel}; {@code pause} or {@code resume};
	 * {@code run} or {@code delete}; a number or {@code reset}
	 * @param until when a pause ends by itself: a time as {@code 2026-01-31T12:00:00Z} or
	 * from now as {@code 10m}; null for a pause that ends when it is resumed
	 * @return {@link MessageSummary}, {@link TaskDescriptor}, {@link QueueDescriptor},
	 * {@link KeyDescriptor}, {@link ScheduleDescriptor} or
	 * {@link QueueReport.LimitDescriptor}, as the operation left it; the
	 * {@link MessageSummary} of what {@code run} has enqueued
	 */
	@WriteOperation
	public OperationResponseBody operate(@Selector String kind, @Selector String name, @Nullable String operation,
			@Nullable String until) {
		if (until != null && !"pause".equals(operation)) {
			throw QueueEndpointException.badRequest("'until' belongs to the operation pause");
		}
		if (until != null && kind.equals("schedules")) {
			throw QueueEndpointException.badRequest("A schedule is paused until it is resumed");
		}
		return switch (kind) {
			case "messages" -> operateMessage(name, operation);
			case "tasks" -> operateTask(name, operation, PauseEnd.parse(until));
			case "queues" -> operateQueue(name, operation, PauseEnd.parse(until));
			case "keys" -> operateKey(name, operation, PauseEnd.parse(until));
			case "schedules" -> operateSchedule(name, operation);
			case "limits" -> operateLimit(name, operation);
			default -> throw unknownKind(kind);
		};
	}

	private MessageSummary operateMessage(String id, @Nullable String operation) {
		return switch (String.valueOf(operation)) {
			case "retry" -> this.messages.retry(id);
			case "cancel" -> this.messages.cancel(id);
			case "cancel-tree" -> this.messages.cancelTree(id);
			default -> throw unknownOperation("retry, cancel or cancel-tree", operation);
		};
	}

	private TaskDescriptor operateTask(String name, @Nullable String operation, @Nullable Instant until) {
		// An operation on a misspelt name would be kept and do nothing.
		task(name);
		switch (String.valueOf(operation)) {
			case "pause" -> pauseTask(name, until);
			case "resume" -> this.queue.operations().resumeTask(name);
			default -> throw unknownOperation("pause or resume", operation);
		}
		return new Snapshot(this.queue).task(name);
	}

	private void pauseTask(String name, @Nullable Instant until) {
		if (until != null) {
			PauseEnd.check(() -> this.queue.operations().pauseTask(name, until));
		}
		else {
			this.queue.operations().pauseTask(name);
		}
	}

	private void pauseQueue(String name, @Nullable Instant until) {
		if (until != null) {
			PauseEnd.check(() -> this.queue.operations().pause(name, until));
		}
		else {
			this.queue.operations().pause(name);
		}
	}

	private QueueDescriptor operateQueue(String name, @Nullable String operation, @Nullable Instant until) {
		// An operation on a misspelt name would be kept and do nothing.
		queue(name);
		switch (String.valueOf(operation)) {
			case "pause" -> pauseQueue(name, until);
			case "resume" -> this.queue.operations().resume(name);
			default -> throw unknownOperation("pause or resume", operation);
		}
		return new Snapshot(this.queue).queue(name);
	}

	/** A key need not have messages yet: it may be paused before they come. */
	private KeyDescriptor operateKey(String name, @Nullable String operation, @Nullable Instant until) {
		switch (String.valueOf(operation)) {
			case "pause" -> pauseKey(name, until);
			case "resume" -> this.queue.operations().resumeKey(name);
			default -> throw unknownOperation("pause or resume", operation);
		}
		return new Snapshot(this.queue).key(name);
	}

	private void pauseKey(String name, @Nullable Instant until) {
		PauseEnd.check(() -> {
			if (until != null) {
				this.queue.operations().pauseKey(name, until);
			}
			else {
				this.queue.operations().pauseKey(name);
			}
		});
	}

	private OperationResponseBody operateSchedule(String name, @Nullable String operation) {
		return switch (String.valueOf(operation)) {
			case "pause" -> this.schedules.pause(name);
			case "resume" -> this.schedules.resume(name);
			case "delete" -> this.schedules.delete(name);
			case "run" -> this.messages.summary(this.schedules.run(name));
			default -> throw unknownOperation("pause, resume, run or delete", operation);
		};
	}

	private QueueReport.LimitDescriptor operateLimit(String name, @Nullable String operation) {
		if (!name.startsWith("task:") && !name.startsWith("keys:") && !name.startsWith("rate:")) {
			throw QueueEndpointException.badRequest("Limits that can be changed begin with task:, keys: or rate:");
		}
		if (!changeLimit(name, number(operation))) {
			throw QueueEndpointException
				.notFound("No limit '%s': there are %s".formatted(name, new Snapshot(this.queue).limits().keySet()));
		}
		return Objects.requireNonNull(new Snapshot(this.queue).limits().get(name));
	}

	private boolean changeLimit(String name, @Nullable Integer most) {
		try {
			return this.queue.operations().changeLimit(name, most);
		}
		catch (IllegalArgumentException ex) {
			throw QueueEndpointException.badRequest(String.valueOf(ex.getMessage()));
		}
	}

	private static @Nullable Integer number(@Nullable String operation) {
		if ("reset".equals(operation)) {
			return null;
		}
		try {
			int number = Integer.parseInt(String.valueOf(operation));
			if (number >= 1) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// As for a number out of range.
		}
		throw unknownOperation("a number from 1, or reset", operation);
	}

	private QueueDescriptor queue(String name) {
		Snapshot snapshot = new Snapshot(this.queue);
		if (!snapshot.queueNames().contains(name)) {
			throw QueueEndpointException.notFound("No queue '%s' in this process or with messages: there are %s"
				.formatted(name, snapshot.queueNames()));
		}
		return snapshot.queue(name);
	}

	private TaskDescriptor task(String name) {
		Snapshot snapshot = new Snapshot(this.queue);
		if (!snapshot.taskNames().contains(name)) {
			throw QueueEndpointException.notFound("No task '%s' in this process or with messages: there are %s"
				.formatted(name, snapshot.taskNames()));
		}
		return snapshot.task(name);
	}

	private static boolean flag(String what, @Nullable String value) {
		if (value == null || value.equals("false")) {
			return false;
		}
		if (value.equals("true")) {
			return true;
		}
		throw QueueEndpointException.badRequest("'" + what + "' must be true or false, was '" + value + "'");
	}

	private static QueueEndpointException unknownKind(String kind) {
		return QueueEndpointException.notFound("No kind '" + kind + "': expected " + KINDS);
	}

	private static QueueEndpointException unknownOperation(String expected, @Nullable String operation) {
		return QueueEndpointException
			.badRequest((operation != null) ? "No operation '" + operation + "': expected " + expected
					: "'operation' is missing: expected " + expected);
	}

}
