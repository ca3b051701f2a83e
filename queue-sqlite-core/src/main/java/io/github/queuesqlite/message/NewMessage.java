package io.github.queuesqlite.message;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A message to hand in. Immutable: each call returns a copy, so one may serve as a
 * template. <pre>{@code
 * NewMessage.to("mail.welcome").payload(new Welcome("ada@example.org")).delay(Duration.ofMinutes(5))
 * }</pre>
 * <p>
 * The payload is turned into bytes by the enqueue, on the caller's thread; the object is
 * not kept.
 *
 * @since 0.1.0
 */
public final class NewMessage {

	/** How long a key, a source or a tag may be, in characters. */
	public static final int MAX_KEY_LENGTH = 500;

	/** How many retries a sender may ask for. */
	public static final int MAX_RETRIES = 1_000_000;

	/** How many messages a chain may have, with those for its failures. */
	public static final int MAX_LINKS = 100;

	/** The furthest that a due time or an expiry may be ahead. */
	public static final Duration MAX_AHEAD = Duration.ofDays(36_525);

	private final String task;

	private final Fields fields;

	private NewMessage(String task, Fields fields) {
		this.task = task;
		this.fields = fields;
	}

	/**
	 * Returns a message for the task.
	 * @param task the name of the task, 1 to 200 letters, digits or {@code . _ - :}; no
	 * process need host it yet
	 * @return a message without payload
	 * @throws IllegalArgumentException if the name is malformed
	 */
	public static NewMessage to(String task) {
		return new NewMessage(Names.check("task", task), Fields.NONE);
	}

	/**
	 * Sets the payload.
	 * @param payload any object that the codec can write; {@code byte[]} is stored as it
	 * is; null for none
	 * @return a copy
	 */
	public NewMessage payload(@Nullable Object payload) {
		return with((f) -> {
			f.payload = payload;
			f.local = false;
		});
	}

	/**
	 * Sets a payload that is not written: the handler gets the object itself, as long as
	 * it runs in this process and in this queue. The message is stored like any other. In
	 * another process, and after a restart, it ends DEAD with a reason that says so. The
	 * object is kept until the message ends. Replaces {@link #payload(Object)}.
	 * @param payload any object; safe for use by the thread of the handler
	 * @return a copy
	 */
	public NewMessage localPayload(Object payload) {
		Objects.requireNonNull(payload, "'localPayload' must not be null");
		return with((f) -> {
			f.payload = payload;
			f.local = true;
		});
	}

	/**
	 * Sets the priority.
	 * @param priority higher runs first
	 * @return a copy
	 */
	public NewMessage priority(Priority priority) {
		return priority(priority.value());
	}

	/**
	 * Sets the priority as a number.
	 * @param priority any int; higher runs first
	 * @return a copy
	 */
	public NewMessage priority(int priority) {
		return with((f) -> f.priority = priority);
	}

	/**
	 * Puts the message before all that wait in its queue, which is not the order in which
	 * they came: gives it the highest priority there is, {@link Integer#MAX_VALUE}. Of
	 * several of these the one that was handed in first is next. It stays behind those of
	 * its ordering key.
	 * @return a copy
	 */
	public NewMessage atFront() {
		return priority(Integer.MAX_VALUE);
	}

	/**
	 * Lets the message start no earlier than this long after it is handed in. Replaces
	 * {@link #runAt(Instant)}.
	 * @param delay 0 or longer, at most 36,525 days
	 * @return a copy
	 * @throws IllegalArgumentException if it is negative or too long
	 */
	public NewMessage delay(Duration delay) {
		checkAhead("delay", delay, Duration.ZERO);
		return with((f) -> {
			f.delay = delay;
			f.runAt = null;
		});
	}

	/**
	 * Lets the message start no earlier than this. A time in the past means now. Replaces
	 * {@link #delay(Duration)}.
	 * @param runAt the due time, at most 36,525 days ahead when handed in
	 * @return a copy
	 */
	public NewMessage runAt(Instant runAt) {
		Objects.requireNonNull(runAt, "'runAt' must not be null");
		return with((f) -> {
			f.runAt = runAt;
			f.delay = null;
		});
	}

	/**
	 * Lets the message expire unless it is claimed within this time after it is handed
	 * in. Replaces {@link #expiresAt(Instant)}.
	 * @param timeToLive longer than 0, at most 36,525 days
	 * @return a copy
	 * @throws IllegalArgumentException if it is not positive or too long
	 */
	public NewMessage timeToLive(Duration timeToLive) {
		checkAhead("timeToLive", timeToLive, Duration.ofMillis(1));
		return with((f) -> {
			f.timeToLive = timeToLive;
			f.expiresAt = null;
		});
	}

	/**
	 * Lets the message expire unless it is claimed before. A time in the past is refused
	 * when the message is handed in. Replaces {@link #timeToLive(Duration)}.
	 * @param expiresAt the expiry
	 * @return a copy
	 */
	public NewMessage expiresAt(Instant expiresAt) {
		Objects.requireNonNull(expiresAt, "'expiresAt' must not be null");
		return with((f) -> {
			f.expiresAt = expiresAt;
			f.timeToLive = null;
		});
	}

	/**
	 * Sets the queue. Without it the message goes to the queue its task declares in this
	 * process, else to {@code default}.
	 * @param queue 1 to 200 letters, digits or {@code . _ - :}
	 * @return a copy
	 * @throws IllegalArgumentException if the name is malformed
	 */
	public NewMessage queue(String queue) {
		Names.check("queue", queue);
		return with((f) -> f.queue = queue);
	}

	/**
	 * Sets the key under which at most one message is kept in the whole directory,
	 * whatever its state. It is free again when the message is pruned or deleted.
	 * @param idempotencyKey 1 to 500 characters
	 * @return a copy
	 * @throws IllegalArgumentException if it is empty or too long
	 */
	public NewMessage idempotencyKey(String idempotencyKey) {
		Names.checkKey("idempotencyKey", idempotencyKey);
		return with((f) -> f.idempotencyKey = idempotencyKey);
	}

	/**
	 * Sets the key under which at most one message of its task is SCHEDULED, READY or
	 * RUNNING. It is free again when the message ends.
	 * @param uniqueKey 1 to 500 characters
	 * @return a copy
	 * @throws IllegalArgumentException if it is empty or too long
	 */
	public NewMessage uniqueKey(String uniqueKey) {
		Names.checkKey("uniqueKey", uniqueKey);
		return with((f) -> f.uniqueKey = uniqueKey);
	}

	/**
	 * Keeps the unique key taken for so long from now, when the message is handed in,
	 * also when it has ended before. While it has not ended, the key is taken in any
	 * case. Replaces {@link #uniqueAfterEnd(Duration)}.
	 * <p>
	 * A message that meets the key of one that has ended is a duplicate of that one,
	 * which may be pruned already. Deleting the message by hand frees its key. Needs a
	 * unique key, of the message or of its task, and cannot be had with an ordering key
	 * or a concurrency key.
	 * @param uniqueFor longer than 0, at most 36,525 days
	 * @return a copy
	 * @throws IllegalArgumentException if it is not positive or too long
	 */
	public NewMessage uniqueFor(Duration uniqueFor) {
		checkAhead("uniqueFor", uniqueFor, Duration.ofMillis(1));
		return with((f) -> {
			f.uniqueFor = uniqueFor;
			f.uniqueAfterEnd = null;
		});
	}

	/**
	 * Keeps the unique key taken for so long after the message has ended, however it
	 * ended. Replaces {@link #uniqueFor(Duration)}; the same holds as there.
	 * @param uniqueAfterEnd longer than 0, at most 36,525 days
	 * @return a copy
	 * @throws IllegalArgumentException if it is not positive or too long
	 */
	public NewMessage uniqueAfterEnd(Duration uniqueAfterEnd) {
		checkAhead("uniqueAfterEnd", uniqueAfterEnd, Duration.ofMillis(1));
		return with((f) -> {
			f.uniqueAfterEnd = uniqueAfterEnd;
			f.uniqueFor = null;
		});
	}

	/**
	 * Sets the key whose messages run one at a time, in the order they were handed in: by
	 * enqueues that returned one after the other, in any processes, or by one thread that
	 * did not wait. The key counts in the whole directory, over tasks and queues; the
	 * priority decides among keys only.
	 * <p>
	 * A message lets the next one run when it ends, also DEAD, CANCELLED or EXPIRED.
	 * Until then all others of its key wait, whatever it waits for: a retry, its delay, a
	 * paused queue, a process that has its task.
	 * @param orderingKey 1 to 500 characters
	 * @return a copy
	 * @throws IllegalArgumentException if it is empty or too long
	 */
	public NewMessage orderingKey(String orderingKey) {
		Names.checkKey("orderingKey", orderingKey);
		checkOneOfBoth(this.fields.concurrencyKey == null);
		return with((f) -> f.orderingKey = orderingKey);
	}

	/**
	 * Sets the key whose messages take turns with those of other keys: a tenant, a
	 * customer, a service that is called. While many messages of one key wait, one of
	 * another key waits for few of them. At most as many messages of a task and key run
	 * at once, over all queues and processes, as the task says
	 * ({@link io.github.queuesqlite.task.TaskDefinition#maxConcurrentPerKey()}); any
	 * number when it says nothing.
	 * <p>
	 * Within a key the priority decides, then the order they came in. What waits for its
	 * turn is READY.
	 * @param concurrencyKey 1 to 500 characters
	 * @return a copy
	 * @throws IllegalArgumentException if it is empty or too long, or the message has an
	 * ordering key: such messages run one at a time anyway
	 */
	public NewMessage concurrencyKey(String concurrencyKey) {
		Names.checkKey("concurrencyKey", concurrencyKey);
		checkOneOfBoth(this.fields.orderingKey == null);
		return with((f) -> f.concurrencyKey = concurrencyKey);
	}

	private static void checkOneOfBoth(boolean free) {
		if (!free) {
			throw new IllegalArgumentException(
					"A message has an 'orderingKey' or a 'concurrencyKey', not both: with an ordering key one runs at a time");
		}
	}

	/**
	 * Sets what happens when a key is taken.
	 * @param onDuplicate {@link OnDuplicate#RETURN_EXISTING} unless set
	 * @return a copy
	 */
	public NewMessage onDuplicate(OnDuplicate onDuplicate) {
		Objects.requireNonNull(onDuplicate, "'onDuplicate' must not be null");
		return with((f) -> f.onDuplicate = onDuplicate);
	}

	/**
	 * Sets what a commit of this message waits for, whatever the durability of the queue.
	 * @param durable true: the enqueue returns after an fsync, and what it has stored
	 * survives power loss; false: it returns without one, and power loss in the next 200
	 * ms may take the message. A killed process takes neither
	 * @return a copy
	 */
	public NewMessage durable(boolean durable) {
		return with((f) -> f.durable = durable);
	}

	/**
	 * Notes where the message comes from.
	 * @param source 1 to 500 characters
	 * @return a copy
	 * @throws IllegalArgumentException if it is empty or too long
	 */
	public NewMessage source(String source) {
		Names.checkKey("source", source);
		return with((f) -> f.source = source);
	}

	/**
	 * Sets the tags, by which queries can select.
	 * @param tags each 1 to 500 characters; equal ones count once
	 * @return a copy
	 * @throws IllegalArgumentException if one is empty or too long
	 */
	public NewMessage tags(String... tags) {
		Set<String> copy = new LinkedHashSet<>();
		for (String tag : tags) {
			Names.checkKey("tags", tag);
			copy.add(tag);
		}
		return with((f) -> f.tags = Collections.unmodifiableSet(copy));
	}

	/**
	 * Adds a header.
	 * @param name the name, not empty
	 * @param value the value
	 * @return a copy
	 */
	public NewMessage header(String name, String value) {
		Map<String, String> copy = new LinkedHashMap<>(this.fields.headers);
		copy.put(headerName(name), Objects.requireNonNull(value, () -> "header '" + name + "' must not be null"));
		return with((f) -> f.headers = Collections.unmodifiableMap(copy));
	}

	/**
	 * Replaces the headers.
	 * @param headers names and values
	 * @return a copy
	 */
	public NewMessage headers(Map<String, String> headers) {
		Map<String, String> copy = new LinkedHashMap<>();
		headers.forEach((name, value) -> copy.put(headerName(name),
				Objects.requireNonNull(value, () -> "header '" + name + "' must not be null")));
		return with((f) -> f.headers = Collections.unmodifiableMap(copy));
	}

	/**
	 * Replaces the metadata: what is kept beside the payload for people and tools.
	 * @param metadata values that JSON can hold
	 * @return a copy
	 */
	public NewMessage metadata(Map<String, ?> metadata) {
		Map<String, Object> copy = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
		return with((f) -> f.metadata = copy);
	}

	/**
	 * Sets how many retries it may have after the first run. Without it, the task's
	 * setting in the process that claims it counts.
	 * @param maxRetries 0 to 1,000,000
	 * @return a copy
	 * @throws IllegalArgumentException if it is out of range
	 */
	public NewMessage maxRetries(int maxRetries) {
		if (maxRetries < 0 || maxRetries > MAX_RETRIES) {
			throw new IllegalArgumentException("'maxRetries' must be from 0 to " + MAX_RETRIES + ", was " + maxRetries);
		}
		return with((f) -> f.maxRetries = maxRetries);
	}

	/**
	 * Adds a link to the chain that begins with this message: it runs when the one before
	 * it is COMPLETED, and is given its result as payload unless it has one of its own.
	 * {@code a.then(b).then(c)} is the chain a, b, c; what follows {@code next} comes
	 * too.
	 * <p>
	 * A chain is stored in one transaction, or nothing of it. The end of a link and what
	 * comes of it are one transaction as well. A link that waits is SCHEDULED; its delay
	 * and time to live count from when it need not wait any more. When a link ends other
	 * than COMPLETED, those behind it end CANCELLED. The attempts of a link are its own.
	 * A task whose delivery is at most once is COMPLETED when its handler is called,
	 * without a result: what follows it does not wait for the handler.
	 * <p>
	 * A link has no idempotency key or unique key; that its task makes a unique key does
	 * not count. The first message may have both: when it is a duplicate, nothing of the
	 * chain is stored. A link may have an ordering key or a concurrency key, which counts
	 * from when it need not wait any more: it takes its place behind the messages that
	 * have come until then. All of a chain that have such a key have the same one, since
	 * they are stored together in its home.
	 * @param next the next link
	 * @return a copy
	 * @throws IllegalArgumentException if the link has a key, or the chain has more than
	 * 100 links
	 */
	public NewMessage then(NewMessage next) {
		Objects.requireNonNull(next, "'next' must not be null");
		List<NewMessage> links = new ArrayList<>(this.fields.then);
		links.add(link(next.with((f) -> f.then = List.of())));
		for (NewMessage link : next.then()) {
			NewMessage onFailure = next.onFailure();
			links.add(
					(link.onFailure() != null || onFailure == null) ? link : link.with((f) -> f.onFailure = onFailure));
		}
		if (links.size() >= MAX_LINKS) {
			throw new IllegalArgumentException("A chain must have at most " + MAX_LINKS + " messages");
		}
		return with((f) -> f.then = Collections.unmodifiableList(links));
	}

	/**
	 * Adds the same message again, so many times, as the next links of its chain: each
	 * runs when the run before it is COMPLETED, with the same payload; without one it is
	 * given what that run returned. What follows this message comes behind the last one.
	 * When one ends other than COMPLETED, it is not repeated any more.
	 * <p>
	 * A repetition has no idempotency key and no unique key, is not delayed but by what
	 * is said here, and does not expire at a time that was set by
	 * {@link #expiresAt(Instant)}. For more of them, and for times of the clock, see
	 * {@link io.github.queuesqlite.schedule.Schedule}.
	 * @param times how often after the first run, 1 to 99
	 * @param delays how long each waits after the end of the run before, 0 or longer; the
	 * last one holds for all further ones; none for no wait
	 * @return a copy
	 * @throws IllegalArgumentException if a number is out of range, or the chain would
	 * have more than 100 messages
	 */
	public NewMessage repeat(int times, Duration... delays) {
		if (times < 1 || times >= MAX_LINKS) {
			throw new IllegalArgumentException("'times' must be from 1 to " + (MAX_LINKS - 1) + ", was " + times);
		}
		List<NewMessage> behind = this.fields.then;
		NewMessage chain = with((f) -> f.then = List.of());
		for (int i = 0; i < times; i++) {
			chain = chain.then(again((delays.length > 0) ? delays[Math.min(i, delays.length - 1)] : Duration.ZERO));
		}
		for (NewMessage link : behind) {
			chain = chain.then(link);
		}
		return chain;
	}

	/** This message by itself, without what only the first one may have. */
	private NewMessage again(Duration delay) {
		return withoutLinks().delay(delay).with((f) -> {
			f.idempotencyKey = null;
			f.uniqueKey = null;
			f.uniqueFor = null;
			f.uniqueAfterEnd = null;
			f.onDuplicate = OnDuplicate.RETURN_EXISTING;
			f.expiresAt = null;
		});
	}

	/**
	 * Sets what is done when this message, or a link of the chain that begins with it and
	 * has nothing of its own for that, ends DEAD or EXPIRED. It is given a
	 * {@link FailedMessage} unless it has a payload of its own. It is stored with this
	 * message, waits SCHEDULED, and is deleted when nothing can fail any more. It runs
	 * once, also when what has failed is retried by hand and fails again. Its keys are as
	 * those of a link.
	 * @param onFailure null for nothing; may begin a chain
	 * @return a copy
	 * @throws IllegalArgumentException if it has a key
	 */
	public NewMessage onFailure(@Nullable NewMessage onFailure) {
		NewMessage link = (onFailure != null) ? link(onFailure) : null;
		return with((f) -> f.onFailure = link);
	}

	/**
	 * Removes what follows, and what is done when it fails.
	 * @return a copy: the first message by itself
	 */
	public NewMessage withoutLinks() {
		return with((f) -> {
			f.then = List.of();
			f.onFailure = null;
		});
	}

	/** Refuses what has a key that may be taken. */
	static NewMessage link(NewMessage link) {
		Fields fields = link.fields;
		String key = (fields.idempotencyKey != null) ? "idempotencyKey" : null;
		key = (fields.uniqueKey != null) ? "uniqueKey" : key;
		key = (fields.uniqueFor != null) ? "uniqueFor" : key;
		key = (fields.uniqueAfterEnd != null) ? "uniqueAfterEnd" : key;
		if (key != null) {
			throw new IllegalArgumentException("A message that waits for others or is waited for by a group has no '"
					+ key + "': only the first of a chain may have one (task '" + link.task + "')");
		}
		return link;
	}

	public String task() {
		return this.task;
	}

	/**
	 * Returns the links behind this message.
	 * @return in their order; empty for a message by itself. None of them has links
	 */
	public List<NewMessage> then() {
		return this.fields.then;
	}

	/**
	 * Returns what is done when it fails.
	 * @return null for nothing
	 */
	public @Nullable NewMessage onFailure() {
		return this.fields.onFailure;
	}

	public @Nullable Object payload() {
		return this.fields.payload;
	}

	/**
	 * Returns whether the payload is not written.
	 * @return true after {@link #localPayload(Object)}
	 */
	public boolean isLocal() {
		return this.fields.local;
	}

	/**
	 * Returns the priority.
	 * @return null when not set: the task's priority counts
	 */
	public @Nullable Integer priority() {
		return this.fields.priority;
	}

	public @Nullable Duration delay() {
		return this.fields.delay;
	}

	public @Nullable Instant runAt() {
		return this.fields.runAt;
	}

	public @Nullable Duration timeToLive() {
		return this.fields.timeToLive;
	}

	public @Nullable Instant expiresAt() {
		return this.fields.expiresAt;
	}

	public @Nullable String queue() {
		return this.fields.queue;
	}

	public @Nullable String idempotencyKey() {
		return this.fields.idempotencyKey;
	}

	public @Nullable String uniqueKey() {
		return this.fields.uniqueKey;
	}

	public @Nullable Duration uniqueFor() {
		return this.fields.uniqueFor;
	}

	public @Nullable Duration uniqueAfterEnd() {
		return this.fields.uniqueAfterEnd;
	}

	public @Nullable String orderingKey() {
		return this.fields.orderingKey;
	}

	public @Nullable String concurrencyKey() {
		return this.fields.concurrencyKey;
	}

	public OnDuplicate onDuplicate() {
		return this.fields.onDuplicate;
	}

	/**
	 * Returns what its commit waits for.
	 * @return null when not set: the durability of the queue counts
	 */
	public @Nullable Boolean durable() {
		return this.fields.durable;
	}

	public @Nullable String source() {
		return this.fields.source;
	}

	public Set<String> tags() {
		return this.fields.tags;
	}

	public Map<String, String> headers() {
		return this.fields.headers;
	}

	public Map<String, Object> metadata() {
		return this.fields.metadata;
	}

	/**
	 * Returns the number of retries.
	 * @return null when not set: the task's setting counts
	 */
	public @Nullable Integer maxRetries() {
		return this.fields.maxRetries;
	}

	@Override
	public String toString() {
		return "NewMessage[task=" + this.task + "]";
	}

	private NewMessage with(Consumer<Fields> change) {
		Fields copy = new Fields(this.fields);
		change.accept(copy);
		return new NewMessage(this.task, copy);
	}

	private static String headerName(String name) {
		Objects.requireNonNull(name, "header name must not be null");
		if (name.isEmpty()) {
			throw new IllegalArgumentException("header name must not be empty");
		}
		return name;
	}

	private static void checkAhead(String what, Duration value, Duration least) {
		Objects.requireNonNull(value, () -> "'" + what + "' must not be null");
		if (value.compareTo(least) < 0 || value.compareTo(MAX_AHEAD) > 0) {
			throw new IllegalArgumentException(
					"'" + what + "' must be from " + least + " to " + MAX_AHEAD.toDays() + " days, was " + value);
		}
	}

	/** What a message carries beside its task; changed only while a copy is made. */
	private static final class Fields {

		static final Fields NONE = new Fields();

		@Nullable Object payload;

		boolean local;

		@Nullable Integer priority;

		@Nullable Duration delay;

		@Nullable Instant runAt;

		@Nullable Duration timeToLive;

		@Nullable Instant expiresAt;

		@Nullable String queue;

		@Nullable String idempotencyKey;

		@Nullable String uniqueKey;

		@Nullable Duration uniqueFor;

		@Nullable Duration uniqueAfterEnd;

		@Nullable String orderingKey;

		@Nullable String concurrencyKey;

		OnDuplicate onDuplicate = OnDuplicate.RETURN_EXISTING;

		@Nullable Boolean durable;

		@Nullable String source;

		Set<String> tags = Set.of();

		Map<String, String> headers = Map.of();

		Map<String, Object> metadata = Map.of();

		@Nullable Integer maxRetries;

		List<NewMessage> then = List.of();

		@Nullable NewMessage onFailure;

		Fields() {
		}

		Fields(Fields other) {
			this.payload = other.payload;
			this.local = other.local;
			this.priority = other.priority;
			this.delay = other.delay;
			this.runAt = other.runAt;
			this.timeToLive = other.timeToLive;
			this.expiresAt = other.expiresAt;
			this.queue = other.queue;
			this.idempotencyKey = other.idempotencyKey;
			this.uniqueKey = other.uniqueKey;
			this.uniqueFor = other.uniqueFor;
			this.uniqueAfterEnd = other.uniqueAfterEnd;
			this.orderingKey = other.orderingKey;
			this.concurrencyKey = other.concurrencyKey;
			this.onDuplicate = other.onDuplicate;
			this.durable = other.durable;
			this.source = other.source;
			this.tags = other.tags;
			this.headers = other.headers;
			this.metadata = other.metadata;
			this.maxRetries = other.maxRetries;
			this.then = other.then;
			this.onFailure = other.onFailure;
		}

	}

}
