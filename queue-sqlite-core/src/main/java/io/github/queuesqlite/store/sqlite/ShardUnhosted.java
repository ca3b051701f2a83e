package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.Hosting;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.store.UnhostedMessages;
import io.github.queuesqlite.store.UnhostedRule;
import org.jspecify.annotations.Nullable;

/**
 * Expires messages of tasks that no instance has hosted for too long. What instances say
 * they host is read in the transaction that expires, so one that says so is never too
 * late.
 */
final class ShardUnhosted {

	private static final String WAITING = """
			SELECT DISTINCT queue, task FROM counter WHERE n > 0 AND state IN (20, 21, 22)""";

	private static final String HOSTS = "SELECT hosting, started_at FROM instance WHERE dead = 0";

	/** It begins anew when nobody has looked for long, or the clock was set back. */
	private static final String SEE = """
			INSERT INTO unhosted (queue, task, since, seen) VALUES (?1, ?2, ?3, ?3)
			ON CONFLICT (queue, task) DO UPDATE
			SET since = CASE WHEN seen < ?4 OR seen > ?3 THEN ?3 ELSE since END, seen = ?3
			RETURNING since""";

	/** Those that were not seen by this look are hosted, or have no messages. */
	private static final String FORGET = "DELETE FROM unhosted WHERE seen <> ?1";

	/** The order number tells when a message became READY, but for those of a line. */
	static final String OLD = MessageTable.LEVELS_OF_TASK + """
			SELECT old.id, 20, old.hold, old.ordering_key FROM level CROSS JOIN message AS old
			WHERE old.state = 20 AND old.queue = ?1 AND old.task = ?2 AND old.priority = level.priority
			    AND old.seq < ?3 AND old.run_at <= ?4
			LIMIT ?5""";

	static final String OLD_SUSPECTS = """
			SELECT id, 22, hold, ordering_key FROM message
			WHERE state = 22 AND queue = ?1 AND task = ?2 AND seq < ?3 AND run_at <= ?4
			LIMIT ?5""";

	/** Those with a concurrency key get a new order number when they are let through. */
	static final String OLD_OF_CROWDS = """
			SELECT old.id, old.state, old.hold, NULL FROM crowd CROSS JOIN message AS old
			WHERE crowd.task = ?2 AND crowd.phase IN (0, 1) AND old.id = crowd.message_id
			    AND old.state IN (20, 21, 22) AND old.queue = ?1 AND old.run_at <= ?3
			LIMIT ?4""";

	private static final String EXPIRE = """
			UPDATE message SET state = 70, finished_at = ?1, last_error = ?2 WHERE id = ?3 AND state IN (20, 21, 22)""";

	private final Statements statements;

	private final ShardBooks books;

	private final OrderingLines lines;

	private final Crowds crowds;

	ShardUnhosted(Statements statements, ShardBooks books, OrderingLines lines, Crowds crowds) {
		this.statements = statements;
		this.books = books;
		this.lines = lines;
		this.crowds = crowds;
	}

	List<UnhostedMessages> expire(int max, UnhostedRule rule, long now) throws SQLException {
		List<Hosting> hostings = new ArrayList<>();
		boolean[] unknown = { false };
		this.statements.each((row) -> {
			String hosting = row.getString(1);
			if (hosting != null) {
				hostings.add(Hosting.decode(hosting));
			}
			else if (Math.abs(now - row.getLong(2)) < rule.youthMillis()) {
				unknown[0] = true;
			}
		}, HOSTS);
		List<Task> due = due(hostings, rule, now);
		List<UnhostedMessages> expired = new ArrayList<>();
		int left = unknown[0] ? 0 : max;
		for (Task task : due) {
			int count = (left > 0) ? expire(task, left, rule, now) : 0;
			if (count > 0) {
				expired.add(new UnhostedMessages(task.queue(), task.task(), count));
				left -= count;
			}
		}
		return expired;
	}

	/** Those that were not hosted for so long; takes note of how long all others were. */
	private List<Task> due(List<Hosting> hostings, UnhostedRule rule, long now) throws SQLException {
		List<Task> waiting = new ArrayList<>();
		this.statements.each((row) -> waiting.add(new Task(row.getString(1), row.getString(2))), WAITING);
		List<Task> due = new ArrayList<>();
		for (Task task : waiting) {
			if (!rule.hosted().test(task.queue(), task.task())
					&& hostings.stream().noneMatch((hosting) -> hosting.hosts(task.queue(), task.task()))) {
				Long since = this.statements.number(SEE, task.queue(), task.task(), now, now - rule.gapMillis());
				if (since != null && since <= now - rule.after().toMillis()) {
					due.add(task);
				}
			}
		}
		this.statements.update(FORGET, now);
		return due;
	}

	/** One that expires may let the next one of its line through. */
	private int expire(Task task, int max, UnhostedRule rule, long now) throws SQLException {
		int count = 0;
		List<Old> old;
		do {
			old = old(task, now - rule.after().toMillis(), max - count);
			expire(task, old, rule, now);
			count += old.size();
		}
		while (!old.isEmpty() && count < max);
		return count;
	}

	private List<Old> old(Task task, long until, int max) throws SQLException {
		List<Old> old = new ArrayList<>();
		Statements.RowReader reader = (row) -> old
			.add(new Old(row.getLong(1), row.getInt(2), row.getInt(3), row.getString(4)));
		long seq = IdLayout.first(until + 1);
		this.statements.each(reader, OLD, task.queue(), task.task(), seq, until, max);
		if (old.isEmpty()) {
			this.statements.each(reader, OLD_SUSPECTS, task.queue(), task.task(), seq, until, max);
		}
		if (old.isEmpty() && this.books.isAnyCrowded()) {
			this.statements.each(reader, OLD_OF_CROWDS, task.queue(), task.task(), until, max);
		}
		return old;
	}

	private void expire(Task task, List<Old> old, UnhostedRule rule, long now) throws SQLException {
		if (old.isEmpty()) {
			return;
		}
		FailureRecord reason = new FailureRecord(0, FailureRecord.UNHOSTED,
				"No process had a handler for task '" + task.task() + "' for " + rule.after(), "", "", now, now);
		String text = FailureCodec.encode(reason);
		Set<String> keys = new HashSet<>();
		for (Old message : old) {
			this.statements.update(EXPIRE, now, text, message.id());
			this.books.moved(task.queue(), task.task(), StateCode.counted(message.state()), StateCode.EXPIRED, 1);
			this.books.addPrunable((message.hold() == 1) ? 0 : 1);
			this.books.ended(new StoreListener.Ended(message.id(), task.queue(), task.task(), MessageState.EXPIRED,
					null, null, reason));
			if (message.orderingKey() != null) {
				keys.add(message.orderingKey());
			}
		}
		this.books.readyTasks().claimed(task.queue(), List.of(task.task()));
		this.books.readySuspects().changed();
		this.lines.arrange(keys);
		this.crowds.changed(old.stream().map(Old::id).toList());
	}

	/** What may be hosted or not. */
	private record Task(String queue, String task) {

	}

	/** A message that has been READY for so long. */
	private record Old(long id, int state, int hold, @Nullable String orderingKey) {

	}

}
