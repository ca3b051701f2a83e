package io.github.queuesqlite.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The ready messages of a queue whose newest are next, priority by priority: within one
 * the ready index is read backwards.
 */
final class NewestFirst {

	private static final Comparator<Ready> ORDER = Comparator.comparingInt(Ready::priority)
		.thenComparingLong(Ready::seq)
		.thenComparingLong(Ready::id)
		.reversed();

	private final Statements statements;

	NewestFirst(Statements statements) {
		this.statements = statements;
	}

	/** Reads the next messages of a task; returns how many there were. */
	int read(String queue, String task, int most, Statements.RowReader reader) throws SQLException {
		return each(MessageTable.NEWEST_OF_TASK, queue, task, most, reader);
	}

	/** Returns the next messages of some tasks, in order. */
	List<Ready> ready(String queue, List<String> tasks, int[] most) throws SQLException {
		List<Ready> ready = new ArrayList<>();
		for (int i = 0; i < most.length; i++) {
			String task = tasks.get(i);
			each(MessageTable.NEWEST_READY_OF_TASK, queue, task, most[i], (row) -> ready.add(Ready.of(row, task)));
		}
		ready.sort(ORDER);
		return ready;
	}

	private int each(String sql, String queue, String task, int most, Statements.RowReader reader) throws SQLException {
		int[] read = { 0 };
		Long priority = this.statements.number(MessageTable.BEST_PRIORITY, queue, task);
		while (priority != null && read[0] < most) {
			this.statements.each((row) -> {
				reader.read(row);
				read[0]++;
			}, sql, queue, task, priority, most - read[0]);
			priority = lower(queue, task, priority);
		}
		return read[0];
	}

	private @Nullable Long lower(String queue, String task, long priority) throws SQLException {
		return this.statements.number(MessageTable.NEXT_PRIORITY, queue, task, priority);
	}

	/**
	 * A ready message.
	 *
	 * @param id the message
	 * @param task its task
	 * @param priority higher first
	 * @param seq its order number
	 */
	record Ready(long id, String task, int priority, long seq) {

		static Ready of(ResultSet row, String task) throws SQLException {
			return new Ready(row.getLong(1), task, row.getInt(2), row.getLong(3));
		}

	}

}
