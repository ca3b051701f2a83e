package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueFullException;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.store.Terms;
import org.jspecify.annotations.Nullable;

/**
 * Whether queues that may hold so many messages have room in this shard, and how room is
 * made. It counts within the transaction of the insert, so nobody else can be counted
 * wrong.
 */
final class QueueRoom {

	private static final String LOWEST_PRIORITY = """
			SELECT priority FROM message
			WHERE state = 20 AND queue = ?1 AND task = ?2
			ORDER BY priority, seq DESC
			LIMIT 1""";

	private static final String OLDEST = """
			SELECT id, seq, hold, ordering_key FROM message
			WHERE state = 20 AND queue = ?1 AND task = ?2 AND priority = ?3
			ORDER BY seq
			LIMIT 1""";

	private static final String DROP = """
			UPDATE message SET state = 60, finished_at = ?1, last_error = ?2 WHERE id = ?3 AND state = 20""";

	private final Statements statements;

	private final ShardBooks books;

	private final OrderingLines lines;

	private final Crowds crowds;

	/** How many messages of each queue have not ended. Of this insert. */
	private final Map<String, Long> lengths = new HashMap<>();

	QueueRoom(Statements statements, ShardBooks books, OrderingLines lines, Crowds crowds) {
		this.statements = statements;
		this.books = books;
		this.lines = lines;
		this.crowds = crowds;
	}

	/** An insert begins: what was counted before counts no more. */
	void begin() {
		this.lengths.clear();
	}

	boolean isFull(String queue, Terms.Bound bound) throws SQLException {
		Long length = this.lengths.get(queue);
		if (length == null) {
			length = this.books.length(queue);
			this.lengths.put(queue, length);
		}
		return length >= bound.most();
	}

	QueueFullException fullException(Insertion row, Terms.Bound bound) {
		return new QueueFullException("Queue '" + row.queue() + "' is full: shard " + IdLayout.shard(row.id()) + " has "
				+ bound.most() + " messages of it that have not ended, its part of 'enqueue.max-length'."
				+ " Nothing was stored.", row.queue());
	}

	/** Returns the first for which there is no room beside the others; null for none. */
	@Nullable Insertion firstWithout(List<Insertion> rows) throws SQLException {
		Map<String, Long> counts = new HashMap<>(0);
		for (Insertion row : rows) {
			Terms.Bound bound = row.terms().bound();
			if (bound != null) {
				isFull(row.queue(), bound);
				long count = counts.merge(row.queue(), 1L, Long::sum);
				if (this.lengths.getOrDefault(row.queue(), 0L) + count > bound.most()) {
					return row;
				}
			}
		}
		return null;
	}

	/** A message of a queue with a bound was inserted. */
	void taken(String queue) {
		this.lengths.computeIfPresent(queue, (name, length) -> length + 1);
	}

	/**
	 * Cancels the READY message that is the least loss.
	 * @return false when there is none, or only better ones
	 */
	boolean isMadeFor(Insertion row, Terms.Bound bound, long now) throws SQLException {
		Waiting least = least(row.queue());
		if (least == null || least.priority() > row.priority()) {
			return false;
		}
		FailureRecord reason = new FailureRecord(0, FailureRecord.DROPPED,
				"Cancelled to make room for a newer message: queue '" + row.queue() + "' may hold " + bound.most()
						+ " messages in each shard",
				"", "", now, now);
		this.statements.update(DROP, now, FailureCodec.encode(reason), least.id());
		this.books.moved(row.queue(), least.task(), StateCode.READY, StateCode.CANCELLED, 1);
		this.books.addPrunable((least.hold() == 1) ? 0 : 1);
		this.books.readyTasks().claimed(row.queue(), List.of(least.task()));
		this.books.ended(new StoreListener.Ended(least.id(), row.queue(), least.task(), MessageState.CANCELLED, null,
				null, reason));
		this.lines.arrange(least.orderingKey());
		this.crowds.changed(List.of(least.id()));
		this.lengths.merge(row.queue(), -1L, Long::sum);
		return true;
	}

	private @Nullable Waiting least(String queue) throws SQLException {
		List<String> tasks = new ArrayList<>();
		this.statements.each((row) -> tasks.add(row.getString(1)), MessageTable.READY_TASKS, queue);
		Waiting least = null;
		for (String task : tasks) {
			Waiting oldest = oldest(queue, task);
			if (oldest != null && (least == null || oldest.isLessThan(least))) {
				least = oldest;
			}
		}
		return least;
	}

	private @Nullable Waiting oldest(String queue, String task) throws SQLException {
		Long priority = this.statements.number(LOWEST_PRIORITY, queue, task);
		if (priority == null) {
			return null;
		}
		Waiting[] oldest = { null };
		this.statements.each((row) -> oldest[0] = new Waiting(row.getLong(1), row.getLong(2), task, priority,
				row.getInt(3), row.getString(4)), OLDEST, queue, task, priority);
		return oldest[0];
	}

	/** A message that might be dropped. */
	private record Waiting(long id, long seq, String task, long priority, int hold, @Nullable String orderingKey) {

		boolean isLessThan(Waiting other) {
			return (this.priority != other.priority) ? this.priority < other.priority : this.seq < other.seq;
		}

	}

}
