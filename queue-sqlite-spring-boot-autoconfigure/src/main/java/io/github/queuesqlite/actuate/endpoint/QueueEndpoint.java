package io.github.queuesqlite.actuate.endpoint;

import java.nio.file.Path;
import java.time.Instant;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.Names;
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
import org.springframework.context.ApplicationEventPublisher;

/**
 * {@link Endpoint @Endpoint} that shows the queue and steers it. Read-only unless
 * {@code management.endpoint.queue.access} is {@code unrestricted}.
 *
 * @since 0.1.0
 */
@Endpoint(id = "queue", defaultAccess = Access.READ_ONLY)
public class QueueEndpoint {

	private static final String KINDS = "messages, tasks, queues, keys, schedules or limits";

	private static final String OPERATED = KINDS.replace(" or limits", ", limits or failures");

	private static final String LISTS = KINDS.replace(" or limits",
			", limits, listeners, processes, shards, failures or audit");

	private final EmbeddedQueue queue;

	private final MessageBrowser messages;

	private final FailureBrowser failures;

	private final ScheduleBrowser schedules;

	private final MessageSender sender;

	private final Show showValues;

	private final FileKeeper files;

	private final AuditTrail audit;

	/**
	 * Creates the endpoint, as below, without events.
	 * @param queue what it shows
	 * @param sanitizingFunctions see every value before it is shown
	 * @param showValues whether values are shown
	 */
	public QueueEndpoint(EmbeddedQueue queue, Iterable<SanitizingFunction> sanitizingFunctions, Show showValues) {
		this(queue, sanitizingFunctions, showValues, null);
	}

	/**
	 * Creates the endpoint, as below, without backups, which takes no messages.
	 * @param queue what it shows
	 * @param sanitizingFunctions see every value before it is shown
	 * @param showValues whether values are shown
	 * @param publisher gets an audit event of each operation; null for none
	 */
	public QueueEndpoint(EmbeddedQueue queue, Iterable<SanitizingFunction> sanitizingFunctions, Show showValues,
			@Nullable ApplicationEventPublisher publisher) {
		this(queue, sanitizingFunctions, showValues, publisher, null, EnqueueAccess.NONE);
	}

	/**
	 * Creates the endpoint.
	 * @param queue what it shows
	 * @param sanitizingFunctions see every value of headers, metadata, payloads and
	 * results before it is shown
	 * @param showValues whether values are shown to callers that cannot be authorized,
	 * over JMX for example
	 * @param publisher gets an audit event of each operation; null for none
	 * @param backups where backups go; null for nowhere
	 * @param enqueue for which tasks it takes messages
	 */
	public QueueEndpoint(EmbeddedQueue queue, Iterable<SanitizingFunction> sanitizingFunctions, Show showValues,
			@Nullable ApplicationEventPublisher publisher, @Nullable Path backups, EnqueueAccess enqueue) {
		this.queue = queue;
		this.messages = new MessageBrowser(queue.operations(), new Sanitizer(sanitizingFunctions));
		this.failures = new FailureBrowser(queue.operations());
		this.schedules = new ScheduleBrowser(queue.schedules());
		this.files = new FileKeeper(queue, backups);
		this.sender = new MessageSender(queue, enqueue);
		this.showValues = showValues;
		this.audit = new AuditTrail(queue::audit, publisher);
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
	 * Lists messages, tasks, queues, paused keys, schedules, limits, the listeners of
	 * this process, processes, shards, the latest dead messages by why they died, or what
	 * people have done.
	 * @param kind {@code messages}, {@code tasks}, {@code queues}, {@code keys},
	 * {@code schedules}, {@code limits}, {@code listeners}, {@code processes},
	 * {@code shards}, {@code failures} or {@code audit}
	 * @param state only messages in one of these states, separated by commas
	 * @param queue only messages of this queue
	 * @param task only messages of this task
	 * @param tag only messages with this tag
	 * @param createdAfter only messages handed in after this time
	 * @param createdBefore only messages handed in before this time
	 * @param endedAfter only messages that ended after this time
	 * @param endedBefore only messages that ended before this time
	 * @param order {@code newest} for the newest messages first; {@code oldest} when null
	 * @param after only messages that come after this id in the order
	 * @param limit how many messages or entries of the audit at most, 1 to 1,000; 100
	 * when null
	 * @return {@link MessagesDescriptor}, {@link TasksDescriptor},
	 * {@link QueuesDescriptor}, {@link KeysDescriptor}, of the keys that are paused,
	 * {@link SchedulesDescriptor}, {@link LimitsDescriptor}, {@link ListenersDescriptor},
	 * {@link ProcessesDescriptor}, {@link ShardsDescriptor}, {@link FailuresDescriptor}
	 * or {@link AuditDescriptor}
	 */
	@ReadOperation
	public OperationResponseBody list(@Selector String kind, @Nullable String state, @Nullable String queue,
			@Nullable String task, @Nullable String tag, @Nullable String createdAfter, @Nullable String createdBefore,
			@Nullable String endedAfter, @Nullable String endedBefore, @Nullable String order, @Nullable String after,
			@Nullable String limit) {
		return switch (kind) {
			case "messages" -> this.messages.list(
					new MessageFilter(state, queue, task, tag, createdAfter, createdBefore, endedAfter, endedBefore),
					order, after, limit);
			case "tasks" -> new TasksDescriptor(new Snapshot(this.queue).tasks());
			case "queues" -> new QueuesDescriptor(new Snapshot(this.queue).queues());
			case "keys" -> new KeysDescriptor(new Snapshot(this.queue).pausedKeys());
			case "schedules" -> this.schedules.list();
			case "limits" -> new LimitsDescriptor(new Snapshot(this.queue).limits());
			case "listeners" -> ListenersDescriptor.of(this.queue.listeners().status());
			case "processes" -> new ProcessesDescriptor(new Snapshot(this.queue).processes());
			case "shards" -> new ShardsDescriptor(new Snapshot(this.queue).shards());
			case "failures" -> this.failures.list();
			case "audit" -> audit(limit);
			default -> throw unknownKind(kind, LISTS);
		};
	}

	private AuditDescriptor audit(@Nullable String limit) {
		int max = (limit != null) ? MessageBrowser.limit(limit) : MessageQuery.DEFAULT_LIMIT;
		return new AuditDescriptor(
				this.queue.audit().latest(max).stream().map(AuditDescriptor.EntryDescriptor::of).toList());
	}

	/**
	 * Shows one message, task, queue, key, schedule or limit.
	 * @param kind {@code messages}, {@code tasks}, {@code queues}, {@code keys},
	 * {@code schedules} or {@code limits}
	 * @param name the id or the name
	 * @param payload {@code true} to show the payload of a message, if values may be
	 * shown
	 * @param result {@code true} to show the result of a message, if values may be shown
	 * @return {@link MessageDescriptor}, {@link TaskDescriptor}, {@link QueueDescriptor},
	 * {@link KeyDescriptor}, {@link ScheduleDescriptor} or
	 * {@link QueueReport.LimitDescriptor}
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
			case "keys" -> key(name);
			case "schedules" -> this.schedules.show(name);
			case "limits" -> limit(name);
			default -> throw unknownKind(kind, KINDS);
		};
	}

	/** Shows what has a name that may not be possible in a path. */
	OperationResponseBody showNamed(String kind, String name) {
		refuseNameOf(kind);
		return show(kind, name, null, null, false);
	}

	/** All but keys, and limits that hold one, have names that a path can carry. */
	private static void refuseNameOf(String kind) {
		if (!kind.equals("keys") && !kind.equals("limits")) {
			throw QueueEndpointException
				.badRequest("'name' belongs to keys and limits: what else has a name has it in the path");
		}
	}

	/**
	 * Retries all messages that match, or deletes them, never RUNNING ones; or checks the
	 * files, makes them smaller or backs them up.
	 * @param kind {@code messages} or {@code files}
	 * @param operation {@code retry} or {@code purge}; {@code verify}, {@code compact} or
	 * {@code backup}
	 * @param state only messages in one of these states, separated by commas; a purge
	 * needs it
	 * @param queue only messages of this queue
	 * @param task only messages of this task
	 * @param tag only messages with this tag
	 * @param createdAfter only messages handed in after this time
	 * @param createdBefore only messages handed in before this time
	 * @param endedAfter only messages that ended after this time
	 * @param endedBefore only messages that ended before this time
	 * @return {@link AffectedDescriptor}; {@link VerificationDescriptor},
	 * {@link ShardsDescriptor} or {@link BackupDescriptor}
	 */
	@WriteOperation
	public OperationResponseBody operateAll(@Selector String kind, @Nullable String operation, @Nullable String state,
			@Nullable String queue, @Nullable String task, @Nullable String tag, @Nullable String createdAfter,
			@Nullable String createdBefore, @Nullable String endedAfter, @Nullable String endedBefore) {
		return operateAll(null, kind, operation,
				new MessageFilter(state, queue, task, tag, createdAfter, createdBefore, endedAfter, endedBefore), null);
	}

	OperationResponseBody operateAll(@Nullable String actor, String kind, @Nullable String operation,
			MessageFilter filter, @Nullable String until) {
		return this.audit.around(actor, String.valueOf(operation), kind + filter.text(), () -> {
			if (until != null) {
				throw QueueEndpointException.badRequest("'until' belongs to the operation pause of what has a 'name'");
			}
			return switch (kind) {
				case "messages" -> operateMessages(operation, filter);
				case "files" -> operateFiles(operation, filter);
				default -> throw unknownKind(kind, "messages or files, or keys or limits with a 'name'");
			};
		});
	}

	private OperationResponseBody operateMessages(@Nullable String operation, MessageFilter filter) {
		return switch (String.valueOf(operation)) {
			case "retry" -> this.messages.retryAll(filter);
			case "purge" -> this.messages.purge(filter);
			default -> throw unknownOperation("retry or purge", operation);
		};
	}

	private OperationResponseBody operateFiles(@Nullable String operation, MessageFilter filter) {
		if (!filter.text().isEmpty()) {
			throw QueueEndpointException.badRequest("A filter belongs to messages: files are taken as wholes");
		}
		return switch (String.valueOf(operation)) {
			case "verify" -> this.files.verify();
			case "compact" -> this.files.compact();
			case "backup" -> this.files.backup();
			default -> throw unknownOperation("verify, compact or backup", operation);
		};
	}

	/**
	 * Retries, cancels, reschedules or deletes a message, pauses or resumes a task, a
	 * queue, a key or a schedule, runs or deletes a schedule, changes a limit, retries
	 * the latest messages that died of the same.
	 * @param kind {@code messages}, {@code tasks}, {@code queues}, {@code keys},
	 * {@code schedules}, {@code limits} or {@code failures}
	 * @param name the id, the name or the fingerprint
	 * @param operation {@code retry}, {@code cancel}, {@code cancel-tree},
	 * {@code reschedule} or {@code delete}; {@code pause} or {@code resume}; {@code run}
	 * or {@code delete}; a number or {@code reset}
	 * @param until when a pause ends by itself: a time as {@code 2026-01-31T12:00:00Z} or
	 * from now as {@code 10m}; null for a pause that ends when it is resumed
	 * @param runAt when a message that is rescheduled is due, likewise
	 * @return {@link MessageSummary}, {@link TaskDescriptor}, {@link QueueDescriptor},
	 * {@link KeyDescriptor}, {@link ScheduleDescriptor} or
	 * {@link QueueReport.LimitDescriptor}, as the operation left it, an
	 * {@link AffectedDescriptor} for failures, what is deleted as it was; the
	 * {@link MessageSummary} of what {@code run} has enqueued
	 */
	@WriteOperation
	public OperationResponseBody operate(@Selector String kind, @Selector String name, @Nullable String operation,
			@Nullable String until, @Nullable String runAt) {
		return operate(null, kind, name, operation, until, runAt);
	}

	OperationResponseBody operate(@Nullable String actor, String kind, String name, @Nullable String operation,
			@Nullable String until, @Nullable String runAt) {
		return this.audit.around(actor, String.valueOf(operation), kind + "/" + name,
				() -> operate(kind, name, operation, new Times(until, runAt)));
	}

	/** Operates on what has a name that may not be possible in a path. */
	OperationResponseBody operateNamed(@Nullable String actor, String kind, String name, @Nullable String operation,
			MessageFilter filter, @Nullable String until) {
		return this.audit.around(actor, String.valueOf(operation), kind + "/" + name, () -> {
			refuseNameOf(kind);
			if (!filter.text().isEmpty()) {
				throw QueueEndpointException.badRequest("A filter belongs to messages, and has no 'name' beside it");
			}
			return operate(kind, name, operation, new Times(until, null));
		});
	}

	private OperationResponseBody operate(String kind, String name, @Nullable String operation, Times times) {
		String until = times.until();
		if (until != null && !"pause".equals(operation)) {
			throw QueueEndpointException.badRequest("'until' belongs to the operation pause");
		}
		if (times.runAt() != null && !"reschedule".equals(operation)) {
			throw QueueEndpointException.badRequest("'runAt' belongs to the operation reschedule");
		}
		if (until != null && kind.equals("schedules")) {
			throw QueueEndpointException.badRequest("A schedule is paused until it is resumed");
		}
		Instant end = PauseEnd.parse("until", until);
		return switch (kind) {
			case "messages" -> operateMessage(name, operation, times.runAt());
			case "tasks" -> operateTask(name, operation, end);
			case "queues" -> operateQueue(name, operation, end);
			case "keys" -> operateKey(name, operation, end);
			case "schedules" -> operateSchedule(name, operation);
			case "limits" -> operateLimit(name, operation);
			case "failures" -> operateFailures(name, operation);
			default -> throw unknownKind(kind, OPERATED);
		};
	}

	/**
	 * Enqueues a message of a task. Refused unless
	 * {@code management.endpoint.queue.enqueue} allows it.
	 * @param kind {@code tasks}
	 * @param name the name of the task
	 * @param part {@code messages}
	 * @param payload a JSON text; null for none
	 * @param queue its queue; null for that of the task
	 * @param priority a number, or {@code low}, {@code normal}, {@code high} or
	 * {@code urgent}; null for that of the task
	 * @param delay not before this long, as {@code 10m}
	 * @param runAt not before this time: {@code 2026-01-31T12:00:00Z}, or from now as
	 * {@code 10m}; not with a delay
	 * @param timeToLive how long it may wait, as {@code 10m}; null for that of the task
	 * @param idempotencyKey at most one message of the directory has it
	 * @param uniqueKey at most one message of the task that has not ended has it
	 * @param onDuplicate {@code return-existing} when null, {@code throw},
	 * {@code replace}, {@code keep-earliest} or {@code debounce}
	 * @param orderingKey those with the same one run one at a time, in order
	 * @param concurrencyKey those with the same one take turns with others
	 * @param maxRetries how many retries; null for those of the task
	 * @param source where it comes from
	 * @param tags separated by commas
	 * @param headers a JSON object of texts
	 * @return its id
	 */
	@WriteOperation
	public EnqueuedDescriptor enqueue(@Selector String kind, @Selector String name, @Selector String part,
			@Nullable String payload, @Nullable String queue, @Nullable String priority, @Nullable String delay,
			@Nullable String runAt, @Nullable String timeToLive, @Nullable String idempotencyKey,
			@Nullable String uniqueKey, @Nullable String onDuplicate, @Nullable String orderingKey,
			@Nullable String concurrencyKey, @Nullable String maxRetries, @Nullable String source,
			@Nullable String tags, @Nullable String headers) {
		return enqueue(null, kind, name, part, payload, new MessageFields(queue, priority, delay, runAt, timeToLive,
				idempotencyKey, uniqueKey, onDuplicate, orderingKey, concurrencyKey, maxRetries, source, tags, headers),
				null);
	}

	EnqueuedDescriptor enqueue(@Nullable String actor, String kind, String name, String part, @Nullable String payload,
			MessageFields fields, @Nullable String unknownNames) {
		return this.audit.around(actor, "enqueue", kind + "/" + name + "/" + part, () -> {
			if (!kind.equals("tasks") || !part.equals("messages")) {
				throw QueueEndpointException.notFound("Messages are enqueued at tasks/{name}/messages");
			}
			if (unknownNames != null) {
				throw QueueEndpointException.badRequest("What a message has is not called so: " + unknownNames);
			}
			return this.sender.enqueue(name, payload, fields);
		});
	}

	private MessageSummary operateMessage(String id, @Nullable String operation, @Nullable String runAt) {
		return switch (String.valueOf(operation)) {
			case "retry" -> this.messages.retry(id);
			case "cancel" -> this.messages.cancel(id);
			case "cancel-tree" -> this.messages.cancelTree(id);
			case "reschedule" -> this.messages.reschedule(id, runAt);
			case "delete" -> this.messages.delete(id);
			default -> throw unknownOperation("retry, cancel, cancel-tree, reschedule or delete", operation);
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
		key(name);
		switch (String.valueOf(operation)) {
			case "pause" -> pauseKey(name, until);
			case "resume" -> this.queue.operations().resumeKey(name);
			default -> throw unknownOperation("pause or resume", operation);
		}
		return key(name);
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

	private AffectedDescriptor operateFailures(String fingerprint, @Nullable String operation) {
		if (!"retry".equals(operation)) {
			throw unknownOperation("retry", operation);
		}
		return this.failures.retry(fingerprint);
	}

	private QueueReport.LimitDescriptor operateLimit(String name, @Nullable String operation) {
		if (!name.startsWith("task:") && !name.startsWith("keys:") && !name.startsWith("rate:")) {
			throw QueueEndpointException.badRequest("Limits that can be changed begin with task:, keys: or rate:");
		}
		if (!changeLimit(name, number(operation))) {
			throw unknownLimit(name);
		}
		return limit(name);
	}

	private QueueReport.LimitDescriptor limit(String name) {
		QueueReport.LimitDescriptor limit = new Snapshot(this.queue).limits().get(name);
		if (limit == null) {
			throw unknownLimit(name);
		}
		return limit;
	}

	private QueueEndpointException unknownLimit(String name) {
		return QueueEndpointException
			.notFound("No limit '%s': there are %s".formatted(name, new Snapshot(this.queue).limits().keySet()));
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

	private KeyDescriptor key(String name) {
		try {
			Names.checkKey("key", name);
		}
		catch (IllegalArgumentException ex) {
			throw QueueEndpointException.badRequest(String.valueOf(ex.getMessage()));
		}
		return new Snapshot(this.queue).key(name);
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

	private static QueueEndpointException unknownKind(String kind, String expected) {
		return QueueEndpointException.notFound("No kind '" + kind + "': expected " + expected);
	}

	private static QueueEndpointException unknownOperation(String expected, @Nullable String operation) {
		return QueueEndpointException
			.badRequest((operation != null) ? "No operation '" + operation + "': expected " + expected
					: "'operation' is missing: expected " + expected);
	}

	/** The times of an operation, as text; null for none. */
	private record Times(@Nullable String until, @Nullable String runAt) {

	}

}
