package io.github.queuesqlite.reliability.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueStats;
import org.jspecify.annotations.Nullable;

/** What a queue must hold, in plain maps. */
final class Model {

	/** In the order they were handed in. */
	private final Map<MessageId, Row> rows = new LinkedHashMap<>();

	/** Values of the listen data, by key. */
	final Map<String, Value> values = new TreeMap<>();

	/** The greatest version that each key ever had. */
	final Map<String, Long> versions = new TreeMap<>();

	List<Row> rows() {
		return List.copyOf(this.rows.values());
	}

	List<Row> rows(Predicate<Row> selected) {
		return this.rows.values().stream().filter(selected).toList();
	}

	List<Row> ready(String queue) {
		return rows((row) -> row.state == MessageState.READY && row.queue.equals(queue));
	}

	@Nullable Row find(MessageId id) {
		return this.rows.get(id);
	}

	Row get(MessageId id) {
		return Objects.requireNonNull(this.rows.get(id), () -> "No row " + id);
	}

	void remove(Row row) {
		this.rows.remove(row.id);
	}

	/**
	 * Takes what an enqueue answered; returns the message that has been handed in or has
	 * the key.
	 */
	Row handed(NewMessage order, Script script, String queue, MessageId id, Instant now) {
		List<Row> holders = rows((row) -> row.blocks(order));
		Row holder = this.rows.get(id);
		if (holder != null) {
			if (!holders.contains(holder)) {
				throw new Mismatch("Enqueue: expected a new message, found the existing %s".formatted(holder));
			}
			return holder;
		}
		for (Row row : holders) {
			if (!row.mayBeGone) {
				throw new Mismatch("Enqueue: expected the existing %s, found the new message %s".formatted(row, id));
			}
			remove(row);
		}
		Row row = new Row(id, order, script, queue, now);
		this.rows.put(id, row);
		return row;
	}

	boolean mayRetry(Row row) {
		return row.state.isEnded() && row.state != MessageState.COMPLETED
				&& rows((other) -> other != row && other.blocksUnique(row.order)).isEmpty();
	}

	/** Workers are gone: what they ran comes back uncounted. */
	void stop() {
		for (Row row : rows((row) -> row.state == MessageState.RUNNING)) {
			row.attempt--;
			row.state = MessageState.READY;
		}
	}

	void die(Instant now) {
		rows((row) -> row.state == MessageState.RUNNING).forEach((row) -> row.rescue(now));
		rows().forEach((row) -> row.waiters.clear());
	}

	void pass(Instant now) {
		rows().forEach((row) -> row.pass(now));
	}

	// ---- comparison

	void compare(List<Message> messages) {
		Map<MessageId, Message> found = new LinkedHashMap<>();
		for (Message message : messages) {
			if (found.put(message.id(), message) != null) {
				throw new Mismatch("Message " + message.id() + " is listed twice");
			}
		}
		List<Row> gone = new ArrayList<>();
		for (Row row : rows()) {
			Message message = found.remove(row.id);
			if (message != null) {
				row.compare(message);
			}
			else if (row.mayBeGone) {
				gone.add(row);
			}
			else {
				throw new Mismatch("Message " + row.id + ": expected " + row.state + ", found none");
			}
		}
		Mismatch.expect("Messages that nobody handed in", List.of(), List.copyOf(found.keySet()));
		gone.forEach(this::remove);
	}

	void compare(QueueStats stats) {
		if (!rows((row) -> row.mayBeGone).isEmpty()) {
			return;
		}
		for (MessageState state : MessageState.values()) {
			Mismatch.expect("Count of " + state, rows((row) -> row.state == state).size(), (int) stats.count(state));
			for (String queue : List.of("default", Subject.HELD)) {
				Mismatch.expect("Count of " + state + " in " + queue,
						rows((row) -> row.state == state && row.queue.equals(queue)).size(),
						(int) stats.count(queue, state));
			}
		}
	}

	/**
	 * A value of listen data.
	 *
	 * @param version its version
	 * @param value the value
	 */
	record Value(long version, String value) {

	}

}
