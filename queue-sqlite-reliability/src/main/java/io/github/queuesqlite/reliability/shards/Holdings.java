package io.github.queuesqlite.reliability.shards;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import org.jspecify.annotations.Nullable;

/**
 * All that a queue holds and a change of its shards must keep.
 *
 * @param messages by id
 * @param values of the listen data
 * @param paused queues
 */
record Holdings(Map<MessageId, Held> messages, Map<String, String> values, Set<String> paused) {

	static Holdings of(EmbeddedQueue queue, List<String> found) {
		Map<MessageId, Held> messages = new TreeMap<>();
		MessageQuery query = MessageQuery.all().limit(MessageQuery.MAX_LIMIT);
		List<Message> page = queue.operations().list(query);
		while (!page.isEmpty()) {
			for (Message message : page) {
				Held held = Held.of(message, queue.operations().failures(message.id()));
				if (messages.put(message.id(), held) != null) {
					found.add("message " + message.id() + " is listed twice");
				}
			}
			page = queue.operations().list(query.after(page.get(page.size() - 1).id()));
		}
		Map<String, String> values = new TreeMap<>();
		queue.listen()
			.getAll()
			.forEach((key, value) -> values.put(key, value.version() + " " + value.as(String.class)));
		Holdings holdings = new Holdings(messages, values, new TreeSet<>(queue.operations().stats().pausedQueues()));
		holdings.compareCounters(queue, found);
		return holdings;
	}

	private void compareCounters(EmbeddedQueue queue, List<String> found) {
		for (MessageState state : MessageState.values()) {
			long rows = this.messages.values().stream().filter((held) -> held.state() == state).count();
			long counted = queue.operations().stats().count(state);
			if (rows != counted) {
				found.add("%s messages: the counters say %d, there are %d".formatted(state, counted, rows));
			}
		}
	}

	/** Says what is different in what came after. */
	List<String> differences(Holdings after) {
		List<String> differences = new ArrayList<>();
		compare("message", this.messages, after.messages, differences);
		compare("value", this.values, after.values, differences);
		if (!this.paused.equals(after.paused)) {
			differences.add("paused queues: expected %s, found %s".formatted(this.paused, after.paused));
		}
		return differences;
	}

	private static <K> void compare(String what, Map<K, ?> before, Map<K, ?> after, List<String> differences) {
		Set<K> keys = new TreeSet<>(before.keySet());
		keys.addAll(after.keySet());
		for (K key : keys) {
			Object expected = before.get(key);
			Object found = after.get(key);
			if (expected == null || !expected.equals(found)) {
				differences.add("%s %s: expected %s, found %s".formatted(what, key, expected, found));
			}
		}
	}

	/**
	 * A message, all that can be seen of it.
	 *
	 * @param work its payload
	 * @param queue its queue
	 * @param state its state
	 * @param attempt its attempts
	 * @param createdAt when it was handed in
	 * @param runAt its due time
	 * @param finishedAt its end
	 * @param expiresAt its expiry
	 * @param idempotencyKey its idempotency key
	 * @param uniqueKey its unique key
	 * @param rest tags, source, headers
	 * @param result its result
	 * @param failures its failed attempts
	 */
	record Held(@Nullable Work work, String queue, MessageState state, int attempt, Instant createdAt, Instant runAt,
			@Nullable Instant finishedAt, @Nullable Instant expiresAt, @Nullable String idempotencyKey,
			@Nullable String uniqueKey, String rest, @Nullable String result, List<String> failures) {

		private static Held of(Message message, List<Failure> failures) {
			return new Held(message.payload(Work.class), message.queue(), message.state(), message.attempt(),
					message.createdAt(), message.runAt(), message.finishedAt(), message.expiresAt(),
					message.idempotencyKey(), message.uniqueKey(),
					message.tags() + " " + message.source() + " " + message.headers(), message.result(String.class),
					failures.stream().map((failure) -> failure.attempt() + " " + failure.message()).toList());
		}

	}

}
