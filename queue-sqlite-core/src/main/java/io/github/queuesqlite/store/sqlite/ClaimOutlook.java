package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import io.github.queuesqlite.store.LimitUse;
import io.github.queuesqlite.store.RunCount;
import io.github.queuesqlite.store.Situation;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.TokenState;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what lies between a READY message and its claim: those that go before it, limits
 * and rates, who runs what, and how quickly messages end. Each statement reads an index,
 * and no further than is said.
 */
final class ClaimOutlook {

	/** How many of the latest ends tell how quickly messages end. */
	private static final int ENDS = 1000;

	/** Fewer tell nothing. */
	private static final int FEW_ENDS = 5;

	private static final String READY = """
			SELECT 1 FROM message INDEXED BY message_ready
			WHERE state = 20 AND queue = ?1 AND task = ?2 AND priority""";

	private static final String AHEAD = "SELECT count(*) FROM (SELECT * FROM (" + READY + " > ?3 LIMIT ?5)"
			+ " UNION ALL SELECT * FROM (" + READY + " = ?3 AND seq # ?4 LIMIT ?5))";

	static final String OLDER_AHEAD = AHEAD.replace('#', '<');

	static final String NEWER_AHEAD = AHEAD.replace('#', '>');

	static final String RUNNING = """
			SELECT owner, queue, task, count(*) FROM message INDEXED BY message_owner
			WHERE state = 30 AND owner IN (SELECT value FROM json_each(?1))
			GROUP BY owner, queue, task""";

	/** The longest running first. */
	static final String HOLDING = """
			SELECT id, task, state, run_at, started_at FROM message INDEXED BY message_owner
			WHERE owner = ?1 AND state = 30 AND task = ?2 AND queue NOT IN (SELECT value FROM json_each(?3))
			ORDER BY started_at
			LIMIT ?4""";

	private static final String ENDED_OF_HOLD = """
			SELECT * FROM (
			    SELECT queue, finished_at FROM message INDEXED BY message_ended
			    WHERE hold = # AND state = 40 AND finished_at IS NOT NULL AND finished_at > ?2
			    ORDER BY finished_at DESC
			    LIMIT ?3)""";

	/** How many of a queue are among the latest ends, and when the first of them was. */
	static final String PACE = "SELECT count(*), min(finished_at) FROM (SELECT queue, finished_at FROM ("
			+ ENDED_OF_HOLD.replace('#', '0') + " UNION ALL " + ENDED_OF_HOLD.replace('#', '1') + " UNION ALL "
			+ ENDED_OF_HOLD.replace('#', '2') + ") ORDER BY finished_at DESC LIMIT ?3) WHERE queue = ?1";

	private final Statements statements;

	ClaimOutlook(Statements statements) {
		this.statements = statements;
	}

	/** Returns how many go before a message, no more than {@code most}. */
	int ahead(StoredMessage message, Predicate<String> tasks, boolean newestFirst, int most) throws SQLException {
		List<String> ready = new ArrayList<>();
		this.statements.each((row) -> ready.add(row.getString(1)), MessageTable.READY_TASKS, message.queue());
		long ahead = 0;
		for (String task : ready) {
			if (ahead < most && tasks.test(task)) {
				Long n = this.statements.number(newestFirst ? NEWER_AHEAD : OLDER_AHEAD, message.queue(), task,
						message.priority(), message.seq(), most);
				ahead += (n != null) ? n : 0;
			}
		}
		return (int) Math.min(ahead, most);
	}

	List<RunCount> running(Collection<Long> epochs) throws SQLException {
		List<RunCount> running = new ArrayList<>();
		this.statements.each(
				(row) -> running.add(new RunCount(row.getLong(1), row.getString(2), row.getString(3), row.getInt(4))),
				RUNNING, LongJson.of(new ArrayList<>(epochs)));
		return running;
	}

	/**
	 * Returns some messages of a task that an instance runs, the longest running first.
	 */
	List<Situation.Other> running(long epoch, String task, Set<String> exceptQueues, int most) throws SQLException {
		List<Situation.Other> running = new ArrayList<>();
		this.statements.each((row) -> running.add(SituationReader.other(row)), HOLDING, epoch, task,
				JsonMapper.shared().writeValueAsString(exceptQueues), most);
		return running;
	}

	/** Returns how many of a queue end in a second; 0 when that cannot be told. */
	double pace(String queue, long since, long now) throws SQLException {
		double[] pace = { 0 };
		this.statements.each((row) -> {
			int ends = row.getInt(1);
			pace[0] = (ends >= FEW_ENDS) ? ends * 1000.0 / Math.max(1, now - row.getLong(2)) : 0;
		}, PACE, queue, since, ENDS);
		return pace[0];
	}

	/** Null when nobody has declared it. */
	@Nullable LimitUse limit(String name, long now) throws SQLException {
		Holders holders = new Holders();
		Long most = this.statements.number(PermitTable.MOST, name);
		if (most != null) {
			holders.read(this.statements, PermitTable.HOLDERS, name);
			return new LimitUse(name, most.intValue(), null, holders.held, holders.waiting, true, null);
		}
		@Nullable TokenBucket[] found = { null };
		this.statements.each(
				(row) -> found[0] = new TokenBucket(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
				RateTable.BUCKET, name);
		TokenBucket stored = found[0];
		if (stored == null) {
			return null;
		}
		holders.read(this.statements, RateTable.HOLDERS, name);
		int held = holders.held.values().stream().mapToInt(Integer::intValue).sum();
		TokenBucket bucket = stored.filled(held, now);
		long millis = bucket.untilNext(held);
		return new LimitUse(name, (int) bucket.count(), bucket.period(), holders.held, holders.waiting,
				bucket.some() > 0, (millis != TokenState.UNKNOWN) ? Long.valueOf(now + millis) : null);
	}

	/** Who has permits or tokens. */
	private static final class Holders {

		private final Map<Long, Integer> held = new HashMap<>();

		private int waiting;

		private void read(Statements statements, String sql, String name) throws SQLException {
			statements.each((row) -> {
				this.held.put(row.getLong(1), row.getInt(2));
				this.waiting += (row.getLong(3) > 0) ? 1 : 0;
			}, sql, name);
		}

	}

}
