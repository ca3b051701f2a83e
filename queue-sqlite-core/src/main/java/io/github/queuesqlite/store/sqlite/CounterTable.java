package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * Statements on the table {@code counter}. The changes of a transaction add up in memory
 * and are written before its commit.
 */
final class CounterTable {

	static final String ALL = "SELECT queue, task, state, n FROM counter WHERE n <> 0";

	/** Without what is held back: whoever holds it counts instead. */
	static final String LIVE_UNHELD = """
			SELECT queue, task, state, n FROM counter WHERE n > 0 AND state < 40 AND state <> 21""";

	static final String HELD = "SELECT queue, task, state, n FROM counter WHERE n > 0 AND state = 21";

	private static final String LIVE = "SELECT sum(n) FROM counter WHERE queue = ?1 AND state < 40";

	static final String TOTALS = """
			SELECT queue, task, sum(enqueued), sum(completed), sum(retried), sum(died) FROM counter
			GROUP BY queue, task""";

	private static final String ADD = """
			INSERT INTO counter (queue, task, state, n) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (queue, task, state) DO UPDATE SET n = n + excluded.n""";

	private static final String ADD_WITH_TOTALS = """
			INSERT INTO counter (queue, task, state, n, enqueued, completed, retried, died)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
			ON CONFLICT (queue, task, state) DO UPDATE SET n = n + excluded.n,
			    enqueued = enqueued + excluded.enqueued, completed = completed + excluded.completed,
			    retried = retried + excluded.retried, died = died + excluded.died""";

	/** Totals stand in the same array as changes by state, below the least state. */
	private static final int ENQUEUED = 0;

	private static final int COMPLETED = 1;

	private static final int RETRIED = 2;

	private static final int DIED = 3;

	private static final long[] NONE = {};

	private final Statements statements;

	private final Map<Key, long[]> deltas = new HashMap<>();

	/** The key asked for last: the next one is mostly the same. */
	private Key last = new Key("", "");

	private long[] lastDeltas = NONE;

	CounterTable(Statements statements) {
		this.statements = statements;
	}

	void add(String queue, String task, int state, int n) {
		deltas(queue, task)[state] += n;
	}

	void inserted(String queue, String task, int state) {
		long[] deltas = deltas(queue, task);
		deltas[state]++;
		deltas[ENQUEUED]++;
	}

	void move(String queue, String task, int from, int to, int n) {
		long[] deltas = deltas(queue, task);
		deltas[from] -= n;
		deltas[to] += n;
		if (to == StateCode.COMPLETED) {
			deltas[COMPLETED] += n;
		}
		else if (to == StateCode.DEAD) {
			deltas[DIED] += n;
		}
	}

	/** A message has completed, and is not kept. */
	void completedAndGone(String queue, String task, int from) {
		long[] deltas = deltas(queue, task);
		deltas[from]--;
		deltas[COMPLETED]++;
	}

	/** A run has failed, and its message was moved to where it waits for the next one. */
	void retried(String queue, String task) {
		deltas(queue, task)[RETRIED]++;
	}

	private long[] deltas(String queue, String task) {
		if (!this.last.task().equals(task) || !this.last.queue().equals(queue) || this.lastDeltas.length == 0) {
			this.last = new Key(queue, task);
			this.lastDeltas = this.deltas.computeIfAbsent(this.last, (key) -> new long[StateCode.MOST + 1]);
		}
		return this.lastDeltas;
	}

	/** How many messages of a queue have not ended, as of this transaction. */
	long live(String queue) throws SQLException {
		Long stored = this.statements.number(LIVE, queue);
		long live = (stored != null) ? stored : 0;
		for (Map.Entry<Key, long[]> entry : this.deltas.entrySet()) {
			if (entry.getKey().queue().equals(queue)) {
				for (int state = StateCode.SCHEDULED; state < StateCode.COMPLETED; state++) {
					live += entry.getValue()[state];
				}
			}
		}
		return live;
	}

	void flush() throws SQLException {
		for (Map.Entry<Key, long[]> entry : this.deltas.entrySet()) {
			flush(entry.getKey(), entry.getValue());
		}
		forget();
	}

	/** The first row that changes takes the totals too: they cost no statement. */
	private void flush(Key key, long[] deltas) throws SQLException {
		boolean totals = deltas[ENQUEUED] != 0 || deltas[COMPLETED] != 0 || deltas[RETRIED] != 0 || deltas[DIED] != 0;
		for (int state = StateCode.SCHEDULED; state < deltas.length; state++) {
			if (deltas[state] != 0) {
				add(key, state, deltas, totals);
				totals = false;
			}
		}
		if (totals) {
			add(key, StateCode.READY, deltas, true);
		}
	}

	private void add(Key key, int state, long[] deltas, boolean totals) throws SQLException {
		if (totals) {
			this.statements.update(ADD_WITH_TOTALS, key.queue(), key.task(), state, deltas[state], deltas[ENQUEUED],
					deltas[COMPLETED], deltas[RETRIED], deltas[DIED]);
		}
		else {
			this.statements.update(ADD, key.queue(), key.task(), state, deltas[state]);
		}
	}

	void forget() {
		this.deltas.clear();
		this.lastDeltas = NONE;
	}

	private record Key(String queue, String task) {

	}

}
