package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.payload.Payloads.Encoded;
import io.github.queuesqlite.store.AttributesCodec;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.Terms;
import io.github.queuesqlite.task.EnqueueInterceptor;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import io.github.queuesqlite.task.UniqueKey;
import org.jspecify.annotations.Nullable;

/**
 * Makes drafts of messages on the caller's thread: interceptors, then what sender, task
 * or defaults say, checks of times, payload as bytes.
 */
final class Intake {

	private final TaskRegistry tasks;

	private final Payloads payloads;

	private final long maxSize;

	private final InstantSource clock;

	private final List<EnqueueInterceptor> interceptors;

	private final Lanes lanes;

	private final Bounds bounds;

	Intake(TaskRegistry tasks, Payloads payloads, long maxSize, InstantSource clock,
			List<EnqueueInterceptor> interceptors, Lanes lanes, Bounds bounds) {
		this.tasks = tasks;
		this.payloads = payloads;
		this.maxSize = maxSize;
		this.clock = clock;
		this.interceptors = List.copyOf(interceptors);
		this.lanes = lanes;
		this.bounds = bounds;
	}

	/**
	 * Returns the time of a message handed in now.
	 * @return epoch milliseconds
	 */
	long now() {
		return this.clock.millis();
	}

	/**
	 * Shows a message to the interceptors, and checks its times.
	 * @param message what the sender hands in
	 * @param now epoch milliseconds
	 * @return what is to be stored
	 * @throws IllegalArgumentException if a time is out of range
	 */
	NewMessage accept(NewMessage message, long now) {
		Objects.requireNonNull(message, "'message' must not be null");
		return acceptLinks(acceptOne(message, now), now);
	}

	/**
	 * Shows the messages of a group to the interceptors, and checks their times.
	 * @param group what the sender hands in
	 * @param now epoch milliseconds
	 * @return what is to be stored
	 */
	NewGroup accept(NewGroup group, long now) {
		Objects.requireNonNull(group, "'group' must not be null");
		NewGroup accepted = NewGroup.of(group.members().stream().map((member) -> accept(member, now)).toList());
		NewMessage callback = group.callback();
		return (callback != null) ? accepted.then(accept(callback, now)) : accepted;
	}

	/** Each by itself. What interceptors add to others than the first does not count. */
	private NewMessage acceptLinks(NewMessage message, long now) {
		if (message.then().isEmpty() && message.onFailure() == null) {
			return message;
		}
		Map<NewMessage, NewMessage> handlers = new IdentityHashMap<>();
		NewMessage accepted = withHandler(message, message.onFailure(), handlers, now);
		for (NewMessage link : message.then()) {
			accepted = accepted.then(withHandler(acceptOne(link, now), link.onFailure(), handlers, now));
		}
		return accepted;
	}

	/** What several links share they share still. */
	private NewMessage withHandler(NewMessage message, @Nullable NewMessage handler,
			Map<NewMessage, NewMessage> handlers, long now) {
		NewMessage alone = message.withoutLinks();
		return (handler == null) ? alone : alone.onFailure(handlers.computeIfAbsent(handler, (one) -> {
			NewMessage shown = acceptOne(one, now).withoutLinks();
			return acceptLinks(withLinks(shown.onFailure(one.onFailure()), one.then()), now);
		}));
	}

	private static NewMessage withLinks(NewMessage message, List<NewMessage> links) {
		NewMessage chain = message;
		for (NewMessage link : links) {
			chain = chain.then(link);
		}
		return chain;
	}

	private NewMessage acceptOne(NewMessage message, long now) {
		NewMessage accepted = intercept(message);
		checkKeys(accepted);
		checkTimes(accepted, now);
		return accepted;
	}

	/**
	 * Shows one message to the interceptors.
	 * @param message what is to be stored
	 * @return what they make of it
	 */
	NewMessage intercept(NewMessage message) {
		for (EnqueueInterceptor interceptor : this.interceptors) {
			NewMessage next = interceptor.beforeEnqueue(message);
			if (next == null) {
				throw new IllegalStateException("Enqueue interceptor " + interceptor.getClass().getName()
						+ " returned null for a message of task '" + message.task()
						+ "'; it must return a message. Nothing was stored.");
			}
			message = next;
		}
		return message;
	}

	private void checkTimes(NewMessage message, long now) {
		runAt(message, now);
		expiresAt(message, this.tasks.find(message.task()).orElse(null), now);
	}

	/**
	 * Makes a draft.
	 * @param message what {@link #accept} returned
	 * @param now the same time
	 * @return without an id
	 * @throws PayloadException if payload or attributes cannot be written or are too
	 * large
	 */
	Draft draft(NewMessage message, long now) {
		return Chains.draft(message, (one, resultWanted) -> draft(one, resultWanted, now));
	}

	/**
	 * Makes a draft of a group: of its callback, with the members.
	 * @param group what {@link #accept(NewGroup, long)} returned
	 * @param now the same time
	 * @return without an id
	 */
	Draft draft(NewGroup group, long now) {
		return Chains.draft(group, (one, resultWanted) -> draft(one, resultWanted, now));
	}

	private Draft draft(NewMessage message, boolean resultWanted, long now) {
		TaskDefinition<?> task = this.tasks.find(message.task()).orElse(null);
		Encoded payload = encode(message);
		String attributes = attributes(message, resultWanted);
		Keys keys = new Keys(message.task(), message.idempotencyKey(), uniqueKey(message, task, payload),
				message.orderingKey(), message.concurrencyKey());
		String queue = queue(message, task);
		this.lanes.warnIfUnserved(queue, message.task());
		return new Draft(keys, message.onDuplicate(), queue, priority(message, task), now, runAt(message, now),
				expiresAt(message, task, now), maxAttempts(message), attributes, this.payloads.seal(payload),
				terms(message, now), null, List.of(), 0, null);
	}

	/**
	 * Returns what is stored of headers, tags, metadata and source.
	 * @param message the message
	 * @param resultWanted whether its result flows on
	 * @return null for none
	 * @throws PayloadException if they cannot be written or are too large
	 */
	@Nullable String attributes(NewMessage message, boolean resultWanted) {
		String attributes = AttributesCodec.encode(message, resultWanted);
		if (attributes != null && attributes.length() > this.maxSize) {
			throw new PayloadException("Headers, tags, metadata and source of a message for task '" + message.task()
					+ "' have " + attributes.length() + " characters, more than the " + this.maxSize
					+ " that 'payload.max-size' allows", null);
		}
		return attributes;
	}

	private Terms terms(NewMessage message, long now) {
		Terms.Bound bound = this.bounds.bound();
		Terms.Window window = window(message, now);
		boolean plain = bound == null && window == null && message.durable() == null
				&& !message.onDuplicate().changesExisting();
		return plain ? Terms.NONE : new Terms(bound, message.onDuplicate(), window, message.durable());
	}

	private static Terms.@Nullable Window window(NewMessage message, long now) {
		if (message.uniqueFor() != null) {
			return new Terms.Window(null, now + ceilMillis(message.uniqueFor()));
		}
		return (message.uniqueAfterEnd() != null) ? new Terms.Window(ceilMillis(message.uniqueAfterEnd()), null) : null;
	}

	private void checkKeys(NewMessage message) {
		if (message.onDuplicate().changesExisting() && message.uniqueKey() == null && !hasUniqueKey(message.task())) {
			throw new IllegalArgumentException("'onDuplicate' " + message.onDuplicate()
					+ " needs a 'uniqueKey', of the message or of its task '" + message.task() + "'");
		}
		if (message.uniqueFor() != null) {
			checkWindow(message, "uniqueFor");
		}
		if (message.uniqueAfterEnd() != null) {
			checkWindow(message, "uniqueAfterEnd");
		}
	}

	private void checkWindow(NewMessage message, String what) {
		if (message.uniqueKey() == null && !hasUniqueKey(message.task())) {
			throw new IllegalArgumentException(
					"'" + what + "' needs a 'uniqueKey', of the message or of its task '" + message.task() + "'");
		}
		if (message.orderingKey() != null || message.concurrencyKey() != null) {
			throw new IllegalArgumentException("'" + what + "' cannot be had with an 'orderingKey' or a"
					+ " 'concurrencyKey', which may put the message into another shard than the window of its unique key");
		}
	}

	private boolean hasUniqueKey(String task) {
		return this.tasks.find(task).map(TaskDefinition::uniqueKey).isPresent();
	}

	private static @Nullable String uniqueKey(NewMessage message, @Nullable TaskDefinition<?> task, Encoded payload) {
		UniqueKey made = (task != null) ? task.uniqueKey() : null;
		if (message.uniqueKey() != null || made == null) {
			return message.uniqueKey();
		}
		try {
			String key = made.of(message.payload(), payload.codec(), payload.bytes());
			return (key != null) ? message.uniqueKey(key).uniqueKey() : null;
		}
		catch (RuntimeException ex) {
			throw new PayloadException("The unique key of a message for task '" + message.task()
					+ "' cannot be made from its payload: " + ex.getMessage() + ". Nothing was stored.", ex);
		}
	}

	/**
	 * Makes the bytes of a new payload of a stored message.
	 * @param payload the object
	 * @return its bytes
	 * @throws PayloadException if it cannot be written or is too large
	 */
	Encoded payload(Object payload) {
		return this.payloads.encode("payload", payload);
	}

	/**
	 * Returns a due time as it is stored.
	 * @param runAt asked for
	 * @return epoch milliseconds, now at the earliest
	 * @throws IllegalArgumentException if it is too far ahead
	 */
	long runAt(Instant runAt) {
		return notBefore(runAt, this.clock.millis());
	}

	/**
	 * Returns the end of a pause as it is stored.
	 * @param until asked for
	 * @return epoch milliseconds
	 * @throws IllegalArgumentException if it is not ahead, or too far
	 */
	long until(Instant until) {
		return until(until, this.clock.millis());
	}

	static long until(Instant until, long now) {
		Objects.requireNonNull(until, "'until' must not be null");
		return checkedAhead("until", until, now);
	}

	private Encoded encode(NewMessage message) {
		try {
			Object payload = message.payload();
			return (message.isLocal() && payload != null) ? this.payloads.local().add(payload)
					: this.payloads.write("payload", payload);
		}
		catch (PayloadException ex) {
			throw new PayloadException("Message for task '" + message.task() + "': " + ex.getMessage(), ex);
		}
	}

	/** Where a message goes: as its sender says, else its task, else the default. */
	static String queue(NewMessage message, @Nullable TaskDefinition<?> task) {
		String queue = message.queue();
		if (queue != null) {
			return queue;
		}
		return (task != null) ? task.queue() : Lanes.DEFAULT;
	}

	/** As above, its priority. */
	static int priority(NewMessage message, @Nullable TaskDefinition<?> task) {
		Integer priority = message.priority();
		if (priority != null) {
			return priority;
		}
		return (task != null) ? task.priority() : Priority.NORMAL.value();
	}

	/** How many attempts its sender allows; null when the task decides. */
	static @Nullable Integer maxAttempts(NewMessage message) {
		Integer maxRetries = message.maxRetries();
		return (maxRetries != null) ? maxRetries + 1 : null;
	}

	private static long runAt(NewMessage message, long now) {
		Duration delay = message.delay();
		if (delay != null) {
			return now + ceilMillis(delay);
		}
		Instant runAt = message.runAt();
		return (runAt != null) ? notBefore(runAt, now) : now;
	}

	private static long notBefore(Instant runAt, long now) {
		Instant latest = Instant.ofEpochMilli(now).plus(NewMessage.MAX_AHEAD);
		if (runAt.isAfter(latest)) {
			throw new IllegalArgumentException(
					"'runAt' must be at most " + NewMessage.MAX_AHEAD.toDays() + " days ahead, was " + runAt);
		}
		// The stored unit is coarser than an Instant, and a due time is a minimum.
		return runAt.isAfter(Instant.ofEpochMilli(now)) ? runAt.plusNanos(999_999).toEpochMilli() : now;
	}

	private static @Nullable Long expiresAt(NewMessage message, @Nullable TaskDefinition<?> task, long now) {
		Instant expiresAt = message.expiresAt();
		if (expiresAt != null) {
			return checkedAhead("expiresAt", expiresAt, now);
		}
		Duration timeToLive = message.timeToLive();
		if (timeToLive == null && task != null) {
			timeToLive = task.timeToLive();
		}
		return (timeToLive != null) ? now + ceilMillis(timeToLive) : null;
	}

	private static long checkedAhead(String what, Instant time, long now) {
		Instant earliest = Instant.ofEpochMilli(now);
		if (!time.isAfter(earliest) || time.isAfter(earliest.plus(NewMessage.MAX_AHEAD))) {
			throw new IllegalArgumentException("'" + what + "' must be later than now (" + earliest + ") and at most "
					+ NewMessage.MAX_AHEAD.toDays() + " days ahead, was " + time);
		}
		return time.plusNanos(999_999).toEpochMilli();
	}

	/** The stored unit is coarser, and what was asked for is a minimum. */
	static long ceilMillis(Duration duration) {
		return duration.plusNanos(999_999).toMillis();
	}

}
