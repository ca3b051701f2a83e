package io.github.queuesqlite.test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.Priority;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * The messages that are as was said so far. Each {@code with…} narrows them down, and
 * fails when none is left.
 *
 * @since 0.1.0
 */
public final class EnqueuedAssert extends AbstractAssert<EnqueuedAssert, List<Message>> {

	private final List<Message> all;

	private final String wanted;

	EnqueuedAssert(List<Message> all, String wanted, Predicate<Message> condition) {
		this(all, all, wanted, condition, "");
	}

	private EnqueuedAssert(List<Message> all, List<Message> candidates, String wanted, Predicate<Message> condition,
			String why) {
		super(candidates.stream().filter(condition).toList(), EnqueuedAssert.class);
		this.all = all;
		this.wanted = wanted;
		if (this.actual.isEmpty()) {
			failWithMessage("Expecting a message of %s but %s%s", wanted, Messages.show(all), why);
		}
	}

	private EnqueuedAssert narrowed(String more, Predicate<Message> condition) {
		return new EnqueuedAssert(this.all, this.actual, this.wanted + ", " + more, condition, "");
	}

	/**
	 * Keeps those whose payload is equal to this one.
	 * @param payload the payload, read as its class; null for none
	 * @return those
	 */
	public EnqueuedAssert withPayload(@Nullable Object payload) {
		return narrowed("payload " + payload, (message) -> Payload.isEqual(message, payload));
	}

	/**
	 * Keeps those whose payload satisfies some assertions.
	 * @param <T> the type of the payload
	 * @param type what it is read as
	 * @param requirements throws an {@link AssertionError} when it does not
	 * @return those; when there is none, the error of the last one is told
	 */
	public <T> EnqueuedAssert withPayloadSatisfying(Class<T> type, Consumer<? super T> requirements) {
		List<Message> satisfying = new ArrayList<>();
		String why = "";
		for (Message message : this.actual) {
			try {
				T payload = message.payload(type);
				if (payload == null) {
					throw new AssertionError("it has no payload");
				}
				requirements.accept(payload);
				satisfying.add(message);
			}
			catch (AssertionError | RuntimeException ex) {
				why = "\nsince " + ex.getMessage();
			}
		}
		return new EnqueuedAssert(this.all, this.actual,
				this.wanted + ", a payload of type " + type.getSimpleName() + " that satisfies what is required",
				satisfying::contains, why);
	}

	/**
	 * Keeps those of a priority.
	 * @param priority the priority
	 * @return those
	 */
	public EnqueuedAssert withPriority(Priority priority) {
		return withPriority(priority.value());
	}

	/**
	 * Keeps those of a priority.
	 * @param priority the priority
	 * @return those
	 */
	public EnqueuedAssert withPriority(int priority) {
		return narrowed("priority " + priority, (message) -> message.priority() == priority);
	}

	/**
	 * Keeps those that were to start so long after they were enqueued. Look before they
	 * run: a retry has another due time.
	 * @param delay 0 for those without, to the millisecond
	 * @return those
	 */
	public EnqueuedAssert withDelay(Duration delay) {
		return narrowed("delay " + delay,
				(message) -> Duration.between(message.createdAt(), message.runAt()).equals(delay));
	}

	/**
	 * Keeps those that start at a time.
	 * @param runAt the time, to the millisecond
	 * @return those
	 */
	public EnqueuedAssert withRunAt(Instant runAt) {
		return narrowed("due at " + runAt, (message) -> message.runAt().toEpochMilli() == runAt.toEpochMilli());
	}

	/**
	 * Keeps those of a queue.
	 * @param queue the name
	 * @return those
	 */
	public EnqueuedAssert inQueue(String queue) {
		return narrowed("in queue \"" + queue + "\"", (message) -> message.queue().equals(queue));
	}

	/**
	 * Keeps those with a unique key.
	 * @param key the key
	 * @return those
	 */
	public EnqueuedAssert withUniqueKey(String key) {
		return narrowed("unique key \"" + key + "\"", (message) -> key.equals(message.uniqueKey()));
	}

	/**
	 * Keeps those with an idempotency key.
	 * @param key the key
	 * @return those
	 */
	public EnqueuedAssert withIdempotencyKey(String key) {
		return narrowed("idempotency key \"" + key + "\"", (message) -> key.equals(message.idempotencyKey()));
	}

	/**
	 * Keeps those with an ordering key.
	 * @param key the key
	 * @return those
	 */
	public EnqueuedAssert withOrderingKey(String key) {
		return narrowed("ordering key \"" + key + "\"", (message) -> key.equals(message.orderingKey()));
	}

	/**
	 * Keeps those with a tag.
	 * @param tag the tag
	 * @return those
	 */
	public EnqueuedAssert withTag(String tag) {
		return narrowed("tag \"" + tag + "\"", (message) -> message.tags().contains(tag));
	}

	/**
	 * Keeps those with a header.
	 * @param name its name
	 * @param value its value
	 * @return those
	 */
	public EnqueuedAssert withHeader(String name, String value) {
		return narrowed("header " + name + " \"" + value + "\"",
				(message) -> value.equals(message.headers().get(name)));
	}

	/**
	 * Keeps those for which something is true that is not here.
	 * @param description for the failure
	 * @param condition the condition
	 * @return those
	 */
	public EnqueuedAssert matching(String description, Predicate<Message> condition) {
		return narrowed(description, Objects.requireNonNull(condition));
	}

	/**
	 * Asserts how many are left.
	 * @param times the number
	 * @return this
	 */
	public EnqueuedAssert times(int times) {
		if (this.actual.size() != times) {
			failWithMessage("Expecting %d messages of %s but %d are so; %s", times, this.wanted, this.actual.size(),
					Messages.show(this.all));
		}
		return this;
	}

	/**
	 * Asserts that exactly one is left.
	 * @return it
	 */
	public MessageAssert once() {
		times(1);
		return new MessageAssert(this.actual.get(0));
	}

	/**
	 * Returns those that are left.
	 * @return oldest first
	 */
	public List<Message> messages() {
		return this.actual;
	}

}
