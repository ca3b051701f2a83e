package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.github.queuesqlite.store.Retention;
import org.jspecify.annotations.Nullable;

/**
 * Deletes messages from the file: at a user's wish, above the count that is kept, or
 * older than is kept.
 */
final class ShardDeletions {

	private final Statements statements;

	private final ShardBooks books;

	private final AttemptTable attempts;

	private final OrderingLines lines;

	private final UniqueWindows windows;

	private final Crowds crowds;

	private final RunRecords records;

	private final Followers followers;

	private final Retention retention;

	ShardDeletions(Statements statements, ShardBooks books, AttemptTable attempts, OrderingLines lines,
			UniqueWindows windows, Crowds crowds, RunRecords records, Followers followers, Retention retention) {
		this.statements = statements;
		this.books = books;
		this.attempts = attempts;
		this.lines = lines;
		this.windows = windows;
		this.crowds = crowds;
		this.records = records;
		this.followers = followers;
		this.retention = retention;
	}

	int delete(Collection<Long> ids) throws SQLException {
		return deleted(MessageTable.DELETE, true, LongJson.of(ids));
	}

	int prune(int max, long now) throws SQLException {
		long above = Math.min(max, this.books.prunable() - this.retention.maxRows());
		if (above <= 0) {
			return 0;
		}
		String ids = Objects
			.requireNonNull(this.statements.text(MessageTable.ABOVE_COUNT, now - PruneRule.WAITER_MILLIS, above));
		long[] failedBefore = { 0 };
		this.statements.each((row) -> {
			this.books.removed(row.getString(1), row.getString(2), row.getInt(3), row.getInt(4));
			failedBefore[0] += row.getLong(5);
		}, MessageTable.COUNT_IDS, ids);
		if (failedBefore[0] > 0) {
			this.attempts.delete(ids);
		}
		this.records.deleted(ids);
		int rows = this.statements.update(MessageTable.PRUNE_IDS, ids);
		if (this.followers.isAny()) {
			this.followers.forget(ids);
		}
		this.books.addPrunable(-rows);
		return rows;
	}

	int pruneByAge(int max, long now) throws SQLException {
		int rows = 0;
		for (PruneRule rule : PruneRule.of(this.retention, now)) {
			if (rows < max) {
				rows += deleted(MessageTable.PRUNE_BY_AGE, false, rule.hold(), rule.state(), rule.before(), max - rows);
			}
		}
		return rows + this.windows.sweep(max, now);
	}

	/** Runs a deletion that gives back what it deleted. */
	private int deleted(String sql, boolean tell, @Nullable Object... values) throws SQLException {
		List<Long> failedBefore = new ArrayList<>();
		List<Long> ids = new ArrayList<>();
		Set<String> keys = new HashSet<>();
		int[] rows = { 0 };
		this.statements.each((row) -> {
			rows[0]++;
			long id = row.getLong(1);
			ChangedRow gone = new ChangedRow(StateCode.counted(row.getInt(4)), row.getString(2), row.getString(3),
					row.getInt(6), false, row.getString(7), 0);
			if (gone.orderingKey() != null) {
				keys.add(gone.orderingKey());
			}
			this.books.removed(gone.queue(), gone.task(), gone.state(), 1);
			if (gone.isPrunable()) {
				this.books.addPrunable(-1);
			}
			if (row.getInt(5) != 0) {
				failedBefore.add(id);
			}
			ids.add(id);
			if (tell) {
				this.books.ended(gone.ended(id, null));
			}
		}, sql, values);
		this.attempts.delete(failedBefore);
		this.lines.arrange(keys);
		if (tell) {
			this.crowds.changed(ids);
		}
		else if (!ids.isEmpty()) {
			this.records.deleted(LongJson.of(ids));
			if (this.followers.isAny()) {
				this.followers.forget(LongJson.of(ids));
			}
		}
		return rows[0];
	}

}
