package io.github.queuesqlite.reliability.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats.Count;
import org.jspecify.annotations.Nullable;

/**
 * What a queue holds at a moment when nothing happens to it.
 *
 * @param rows its messages but those that it says are damaged, in the order of their ids
 * @param values its listen data, by key
 * @param counts what its counters say, by queue, task and state
 */
public record Snapshot(List<Row> rows, Map<String, Value> values, Map<Counted, Long> counts) {

	/**
	 * Takes one.
	 * @param queue open, and at rest
	 * @return what it holds
	 */
	public static Snapshot of(EmbeddedQueue queue) {
		Map<String, Value> values = new LinkedHashMap<>();
		queue.listen()
			.getAll()
			.forEach((key, value) -> values.put(key, new Value(value.version(), value.as(String.class))));
		Map<Counted, Long> counts = new LinkedHashMap<>();
		for (Count count : queue.operations().stats().counts()) {
			counts.put(new Counted(count.queue(), count.task(), count.state()), count.messages());
		}
		return new Snapshot(rows(queue.operations()), values, counts);
	}

	private static List<Row> rows(QueueOperations operations) {
		List<Row> rows = new ArrayList<>();
		MessageQuery query = MessageQuery.all().limit(MessageQuery.MAX_LIMIT);
		List<Message> page = operations.list(query);
		while (!page.isEmpty()) {
			page.stream().filter((message) -> !message.isDamaged()).forEach((message) -> rows.add(Row.of(message)));
			page = operations.list(query.after(page.get(page.size() - 1).id()));
		}
		return rows;
	}

	/**
	 * Returns what other shards hold, as if their counters were right: they count all
	 * shards together.
	 * @param shards whose messages are left out
	 * @return what is left
	 */
	public Snapshot without(Set<Integer> shards) {
		if (shards.isEmpty()) {
			return this;
		}
		List<Row> rows = this.rows.stream().filter((row) -> !shards.contains(ShardFilter.shard(row.id()))).toList();
		Map<Counted, Long> counts = new LinkedHashMap<>();
		rows.forEach((row) -> counts.merge(new Counted(row.queue(), row.task(), row.state()), 1L, Long::sum));
		return new Snapshot(rows, this.values, counts);
	}

	/**
	 * Logs how the ended messages look, so that a later check sees whether that changes.
	 * @param log of the process that took the snapshot
	 */
	public void note(HistoryLog log) {
		for (Row row : this.rows) {
			if (row.state().isEnded()) {
				log.add(new Event.Saw(HistoryLog.now(), "list", row.id(), row.order().tag(), row.state(),
						row.result()));
			}
		}
	}

	/**
	 * A message.
	 *
	 * @param id its id
	 * @param order its payload
	 * @param queue its queue
	 * @param task its task
	 * @param state its state
	 * @param attempt how many attempts have begun
	 * @param result what its handler returned
	 * @param uniqueKey its unique key
	 * @param idempotencyKey its idempotency key
	 */
	public record Row(MessageId id, Order order, String queue, String task, MessageState state, int attempt,
			@Nullable String result, @Nullable String uniqueKey, @Nullable String idempotencyKey) {

		static Row of(Message message) {
			Order order = message.payload(Order.class);
			if (order == null) {
				throw new IllegalStateException("Message " + message.id() + " has no payload");
			}
			return new Row(message.id(), order, message.queue(), message.task(), message.state(), message.attempt(),
					message.result(String.class), message.uniqueKey(), message.idempotencyKey());
		}

	}

	/**
	 * A value of listen data.
	 *
	 * @param version its version
	 * @param value the value
	 */
	public record Value(long version, String value) {

	}

	/**
	 * What a counter counts.
	 *
	 * @param queue the queue
	 * @param task the task
	 * @param state the state
	 */
	public record Counted(String queue, String task, MessageState state) {

	}

}
