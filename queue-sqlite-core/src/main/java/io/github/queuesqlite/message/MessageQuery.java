package io.github.queuesqlite.message;

import java.time.Instant;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Selects messages. Conditions add up; what is not set matches everything. Results come
 * in the order of their ids, oldest first; page with {@link #after(MessageId)}.
 * <p>
 * Immutable: each call returns a copy.
 *
 * @param states the states, any when empty
 * @param queue the queue, any when null
 * @param task the task, any when null
 * @param tag one of the tags, any when null
 * @param key one of the keys, any when null
 * @param createdAfter handed in later than this, any when null
 * @param createdBefore handed in earlier than this, any when null
 * @param endedAfter ended later than this, any when null
 * @param endedBefore ended earlier than this, any when null
 * @param startedBefore RUNNING since before this, any when null
 * @param instance RUNNING in the process of this name, any when null
 * @param after ids greater than this, all when null
 * @param limit how many at most, 1 to 1,000
 * @since 0.1.0
 */
public record MessageQuery(Set<MessageState> states, @Nullable String queue, @Nullable String task,
		@Nullable String tag, @Nullable String key, @Nullable Instant createdAfter, @Nullable Instant createdBefore,
		@Nullable Instant endedAfter, @Nullable Instant endedBefore, @Nullable Instant startedBefore,
		@Nullable String instance, @Nullable MessageId after, int limit) {

	/** How many messages a query returns unless it says otherwise. */
	public static final int DEFAULT_LIMIT = 100;

	/** How many messages a query returns at most. */
	public static final int MAX_LIMIT = 1000;

	public MessageQuery {
		states = Set.copyOf(states);
		if (limit < 1 || limit > MAX_LIMIT) {
			throw new IllegalArgumentException("'limit' must be from 1 to " + MAX_LIMIT + ", was " + limit);
		}
	}

	/**
	 * Returns the query that matches everything.
	 * @return a query with the default limit
	 */
	public static MessageQuery all() {
		return new MessageQuery(Set.of(), null, null, null, null, null, null, null, null, null, null, null,
				DEFAULT_LIMIT);
	}

	/**
	 * Matches messages in one of the states.
	 * @param states the states; none means any
	 * @return a copy
	 */
	public MessageQuery state(MessageState... states) {
		return with((values) -> values.states = Set.of(states));
	}

	/**
	 * Matches messages of the queue.
	 * @param queue the name
	 * @return a copy
	 */
	public MessageQuery queue(String queue) {
		return with((values) -> values.queue = queue);
	}

	/**
	 * Matches messages of the task.
	 * @param task the name
	 * @return a copy
	 */
	public MessageQuery task(String task) {
		return with((values) -> values.task = task);
	}

	/**
	 * Matches messages that have the tag.
	 * @param tag the tag
	 * @return a copy
	 */
	public MessageQuery tag(String tag) {
		return with((values) -> values.tag = tag);
	}

	/**
	 * Matches messages that have the key: as idempotency key, unique key, ordering key or
	 * concurrency key. A search newest first finds at once what has not ended, and what
	 * has it as idempotency key.
	 * @param key the whole key
	 * @return a copy
	 */
	public MessageQuery key(String key) {
		return with((values) -> values.key = key);
	}

	/**
	 * Matches messages handed in later.
	 * @param time exclusive
	 * @return a copy
	 */
	public MessageQuery createdAfter(Instant time) {
		return with((values) -> values.createdAfter = time);
	}

	/**
	 * Matches messages handed in earlier.
	 * @param time exclusive
	 * @return a copy
	 */
	public MessageQuery createdBefore(Instant time) {
		return with((values) -> values.createdBefore = time);
	}

	/**
	 * Matches messages that ended later. What has not ended does not match.
	 * @param time exclusive
	 * @return a copy
	 */
	public MessageQuery endedAfter(Instant time) {
		return with((values) -> values.endedAfter = time);
	}

	/**
	 * Matches messages that ended earlier. What has not ended does not match.
	 * @param time exclusive
	 * @return a copy
	 */
	public MessageQuery endedBefore(Instant time) {
		return with((values) -> values.endedBefore = time);
	}

	/**
	 * Matches messages that are RUNNING since before a time: what may hang. Found by an
	 * index, however many other messages there are.
	 * @param time exclusive; compared with {@link Message#startedAt()}
	 * @return a copy
	 */
	public MessageQuery startedBefore(Instant time) {
		return with((values) -> values.startedBefore = time);
	}

	/**
	 * Matches messages that are RUNNING in a process. Found by an index, however many
	 * other messages there are.
	 * @param name of its instance, as {@link Message#instance()} and
	 * {@link QueueStats.InstanceStats#name()} have it; one that nobody has matches
	 * nothing
	 * @return a copy
	 */
	public MessageQuery instance(String name) {
		return with((values) -> values.instance = name);
	}

	/**
	 * Matches messages with greater ids: the next page.
	 * @param id exclusive
	 * @return a copy
	 */
	public MessageQuery after(MessageId id) {
		return with((values) -> values.after = id);
	}

	/**
	 * Limits the number of messages.
	 * @param limit 1 to 1,000
	 * @return a copy
	 */
	public MessageQuery limit(int limit) {
		return with((values) -> values.limit = limit);
	}

	/**
	 * Returns the conditions as people read them, and as the audit keeps them:
	 * {@code ?state=DEAD,EXPIRED&task=mail}. What pages is not among them.
	 * @return states in their order, times in UTC; empty when everything matches
	 */
	public String text() {
		StringJoiner text = new StringJoiner("&", "?", "").setEmptyValue("");
		add(text, "state", this.states.isEmpty() ? null
				: this.states.stream().sorted().map(MessageState::name).collect(Collectors.joining(",")));
		add(text, "queue", this.queue);
		add(text, "task", this.task);
		add(text, "tag", this.tag);
		add(text, "key", this.key);
		add(text, "createdAfter", this.createdAfter);
		add(text, "createdBefore", this.createdBefore);
		add(text, "endedAfter", this.endedAfter);
		add(text, "endedBefore", this.endedBefore);
		add(text, "startedBefore", this.startedBefore);
		add(text, "instance", this.instance);
		return text.toString();
	}

	private MessageQuery with(Consumer<Values> change) {
		Values values = new Values(this);
		change.accept(values);
		return values.toQuery();
	}

	private static void add(StringJoiner text, String name, @Nullable Object value) {
		if (value != null) {
			text.add(name + "=" + value);
		}
	}

	/** A copy that can be changed. */
	private static final class Values {

		private Set<MessageState> states;

		private @Nullable String queue;

		private @Nullable String task;

		private @Nullable String tag;

		private @Nullable String key;

		private @Nullable Instant createdAfter;

		private @Nullable Instant createdBefore;

		private @Nullable Instant endedAfter;

		private @Nullable Instant endedBefore;

		private @Nullable Instant startedBefore;

		private @Nullable String instance;

		private @Nullable MessageId after;

		private int limit;

		Values(MessageQuery query) {
			this.states = query.states;
			this.queue = query.queue;
			this.task = query.task;
			this.tag = query.tag;
			this.key = query.key;
			this.createdAfter = query.createdAfter;
			this.createdBefore = query.createdBefore;
			this.endedAfter = query.endedAfter;
			this.endedBefore = query.endedBefore;
			this.startedBefore = query.startedBefore;
			this.instance = query.instance;
			this.after = query.after;
			this.limit = query.limit;
		}

		MessageQuery toQuery() {
			return new MessageQuery(this.states, this.queue, this.task, this.tag, this.key, this.createdAfter,
					this.createdBefore, this.endedAfter, this.endedBefore, this.startedBefore, this.instance,
					this.after, this.limit);
		}

	}

}
