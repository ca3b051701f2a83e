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

	private static final String ADD = """
			INSERT INTO counter (queue, task, state, n) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (queue, task, state) DO UPDATE SET n = n + excluded.n""";

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

	void move(String queue, String task, int from, int to, int n) {
		long[] deltas = deltas(queue, task);
		deltas[from] -= n;
		deltas[to] += n;
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
				for (int state = 0; state < StateCode.COMPLETED; state++) {
					live += entry.getValue()[state];
				}
			}
		}
		return live;
	}

	void flush() throws SQLException {
		for (Map.Entry<Key, long[]> entry : this.deltas.entrySet()) {
			long[] byState = entry.getValue();
			for (int state = 0; state < byState.length; state++) {
				if (byState[state] != 0) {
					this.statements.update(ADD, entry.getKey().queue(), entry.getKey().task(), state, byState[state]);
				}
			}
		}
		forget();
	}

	void forget() {
		this.deltas.clear();
		this.lastDeltas = NONE;
	}

	private record Key(String queue, String task) {

	}

}
