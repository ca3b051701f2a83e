package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.MessageState;

/**
 * Does what its time asks for: promotes the messages that are due, expires those whose
 * time is over, ends pauses.
 */
final class ShardTime {

	private static final String COUNT_PRUNABLE = """
			SELECT count(*) FROM message WHERE id IN (SELECT value FROM json_each(?1)) AND hold <> 1""";

	private final Statements statements;

	private final ShardBooks books;

	private final ShardSequence sequence;

	private final OrderingLines lines;

	private final Crowds crowds;

	ShardTime(Statements statements, ShardBooks books, ShardSequence sequence, OrderingLines lines, Crowds crowds) {
		this.statements = statements;
		this.books = books;
		this.sequence = sequence;
		this.lines = lines;
		this.crowds = crowds;
	}

	int promote(int max, long now) throws SQLException {
		List<Long> ids = new ArrayList<>();
		Map<Long, String> backFrom = new HashMap<>(0);
		Map<Long, String> ordered = new LinkedHashMap<>();
		this.statements.each((row) -> {
			String orderingKey = row.getString(5);
			int to = (orderingKey != null) ? StateCode.HELD : StateCode.READY;
			this.books.moved(row.getString(2), row.getString(3), StateCode.SCHEDULED, to, 1);
			if (orderingKey != null) {
				ordered.put(row.getLong(1), orderingKey);
			}
			else {
				ids.add(row.getLong(1));
				if (row.getLong(6) > 0) {
					backFrom.put(row.getLong(1), row.getString(2));
				}
				this.books.ready(row.getString(2), row.getString(3), row.getInt(4) != 0);
			}
		}, MessageTable.DUE, now, max);
		for (long id : ids) {
			String queue = backFrom.get(id);
			this.statements.update(MessageTable.PROMOTE,
					(queue != null) ? this.sequence.back(queue) : this.sequence.next(), id);
		}
		for (long id : ordered.keySet()) {
			this.statements.update(MessageTable.SET_STATE, StateCode.HELD, id);
		}
		this.lines.arrange(ordered.values());
		this.crowds.changed(ids);
		this.books.refreshDue();
		return ids.size() + ordered.size();
	}

	/** Ends the pauses whose time is over; returns how many. */
	int endPauses(long now) throws SQLException {
		if (!this.books.isPauseOver(now)) {
			return 0;
		}
		List<String> keys = this.books.pauses().endKeys(now);
		for (String key : keys) {
			this.lines.arrange(key);
			this.crowds.resumed(key);
		}
		int ended = this.books.pauses().end(now) + keys.size();
		this.books.refreshDue();
		return ended;
	}

	int expire(int max, long now) throws SQLException {
		List<Long> ids = new ArrayList<>();
		Set<String> keys = new HashSet<>();
		this.statements.each((row) -> {
			long id = row.getLong(1);
			ids.add(id);
			ChangedRow gone = new ChangedRow(StateCode.counted(row.getInt(4)), row.getString(2), row.getString(3), 0,
					false, row.getString(5), 0);
			if (gone.orderingKey() != null) {
				keys.add(gone.orderingKey());
			}
			this.books.moved(gone.queue(), gone.task(), gone.state(), StateCode.EXPIRED, 1);
			this.books.ended(gone.ended(id, MessageState.EXPIRED));
		}, MessageTable.EXPIRED, now, max);
		if (!ids.isEmpty()) {
			String json = LongJson.of(ids);
			this.statements.update(MessageTable.EXPIRE, now, json);
			Long prunable = this.statements.number(COUNT_PRUNABLE, json);
			this.books.addPrunable((prunable != null) ? prunable : 0);
			this.lines.arrange(keys);
			this.crowds.changed(ids);
		}
		this.books.refreshDue();
		return ids.size();
	}

}
