package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.QueueStats.Pause;
import io.github.queuesqlite.store.Claimer;
import io.github.queuesqlite.store.Pauses;
import io.github.queuesqlite.store.Situation;
import org.jspecify.annotations.Nullable;

/**
 * Statements on the tables {@code queue}, {@code paused_task} and {@code paused_key},
 * which hold what is paused. A pause whose time is over counts no more, whether its row
 * is deleted or not. The pause of all queues is the row of one that no queue can be: so
 * it ends, is read and is moved as that of a queue is.
 */
final class PauseTable {

	/** No queue is called so. */
	static final String ALL = "*";

	private static final String QUEUES = "SELECT name, paused_until FROM queue";

	private static final String TASKS = "SELECT name, paused_until FROM paused_task";

	private static final String KEYS = "SELECT name, paused_until FROM paused_key";

	static final String QUEUE_OR_ALL = "SELECT name, paused_until, paused_at FROM queue WHERE name IN (?1, '*')"
			+ " ORDER BY name <> '*'";

	static final String TASK = "SELECT name, paused_until, paused_at FROM paused_task WHERE name = ?1";

	static final String KEY = "SELECT name, paused_until, paused_at FROM paused_key WHERE name = ?1";

	private static final String PAUSE_KEY = """
			INSERT INTO paused_key (name, paused_at, paused_until) VALUES (?1, ?2, ?3)
			ON CONFLICT (name) DO UPDATE SET paused_until = excluded.paused_until""";

	private static final String ENDED_KEYS = "SELECT name FROM paused_key WHERE paused_until <= ?1";

	private static final String END_KEYS = "DELETE FROM paused_key WHERE paused_until <= ?1";

	private static final String PAUSE_QUEUE = """
			INSERT INTO queue (name, paused_at, paused_until) VALUES (?1, ?2, ?3)
			ON CONFLICT (name) DO UPDATE SET paused_until = excluded.paused_until""";

	private static final String PAUSE_TASK = """
			INSERT INTO paused_task (name, paused_at, paused_until) VALUES (?1, ?2, ?3)
			ON CONFLICT (name) DO UPDATE SET paused_until = excluded.paused_until""";

	private static final String END_QUEUES = "DELETE FROM queue WHERE paused_until <= ?1";

	private static final String END_TASKS = "DELETE FROM paused_task WHERE paused_until <= ?1";

	private static final String NEXT_END = """
			SELECT min(paused_until) FROM (
			    SELECT paused_until FROM queue UNION ALL SELECT paused_until FROM paused_task
			    UNION ALL SELECT paused_until FROM paused_key)""";

	/**
	 * Who may claim from a queue: 1 when nobody may, the queue or all being paused or the
	 * claimer dead; and 1 when some task may be paused.
	 */
	static final String HELD_BACK = """
			SELECT EXISTS (SELECT 1 FROM queue WHERE name IN (?1, '*') AND (paused_until IS NULL OR paused_until > ?3))
			        OR NOT EXISTS (SELECT 1 FROM instance WHERE epoch = ?2 AND dead = 0),
			    EXISTS (SELECT 1 FROM paused_task)""";

	private final Statements statements;

	private final InstantSource clock;

	/** The paused tasks as they were read last. */
	private Map<String, Long> tasks = Map.of();

	/** The paused keys as this transaction has read them; null before. */
	private @Nullable Map<String, Long> keys;

	PauseTable(Statements statements, InstantSource clock) {
		this.statements = statements;
		this.clock = clock;
	}

	void pauseQueue(String queue, long now, long until) throws SQLException {
		this.statements.update(PAUSE_QUEUE, queue, now, stored(until));
	}

	void resumeQueue(String queue) throws SQLException {
		this.statements.update("DELETE FROM queue WHERE name = ?1", queue);
	}

	void pauseTask(String task, long now, long until) throws SQLException {
		this.statements.update(PAUSE_TASK, task, now, stored(until));
		readTasks();
	}

	void resumeTask(String task) throws SQLException {
		this.statements.update("DELETE FROM paused_task WHERE name = ?1", task);
		readTasks();
	}

	void pauseKey(String key, long now, long until) throws SQLException {
		this.statements.update(PAUSE_KEY, key, now, stored(until));
		forgetKeys();
	}

	void resumeKey(String key) throws SQLException {
		this.statements.update("DELETE FROM paused_key WHERE name = ?1", key);
		forgetKeys();
	}

	/** Whether nothing with a key may run. Read once in a transaction. */
	boolean isKeyPaused(String key) throws SQLException {
		Map<String, Long> keys = this.keys;
		if (keys == null) {
			keys = read(this.statements, KEYS, this.clock.millis());
			this.keys = keys;
		}
		return keys.containsKey(key);
	}

	/** A transaction begins: others may have paused keys. */
	void forgetKeys() {
		this.keys = null;
	}

	/** Deletes the pauses of keys whose time is over; returns which. */
	List<String> endKeys(long now) throws SQLException {
		List<String> ended = new ArrayList<>();
		this.statements.each((row) -> ended.add(row.getString(1)), ENDED_KEYS, now);
		if (!ended.isEmpty()) {
			this.statements.update(END_KEYS, now);
			forgetKeys();
		}
		return ended;
	}

	private static @Nullable Long stored(long until) {
		return (until != Pauses.UNTIL_RESUMED) ? until : null;
	}

	/** Deletes the pauses whose time is over; returns how many. */
	int end(long now) throws SQLException {
		int ended = this.statements.update(END_QUEUES, now) + this.statements.update(END_TASKS, now);
		readTasks();
		return ended;
	}

	/** When the next pause ends by itself; the greatest long for never. */
	long nextEnd() throws SQLException {
		Long next = this.statements.number(NEXT_END);
		return (next != null) ? next : Pauses.UNTIL_RESUMED;
	}

	/**
	 * Whether nothing may be claimed from a queue for an epoch: a paused queue gives
	 * nothing, and a dead epoch gets nothing, since nobody would rescue what it claims.
	 * Knows the paused tasks of this transaction from then on.
	 */
	boolean isHeldBack(String queue, long epoch, long now) throws SQLException {
		boolean[] held = { false, false };
		this.statements.each((row) -> {
			held[0] = row.getInt(1) != 0;
			held[1] = row.getInt(2) != 0;
		}, HELD_BACK, queue, epoch, now);
		if (held[1]) {
			readTasks();
		}
		else {
			this.tasks = Map.of();
		}
		return held[0];
	}

	/** Whether a claimer takes a task that is not paused, as far as was read. */
	boolean isClaimable(Set<String> hosted, String task) {
		return Claimer.takes(hosted, task) && !isTask(task);
	}

	private boolean isTask(String task) {
		if (this.tasks.isEmpty()) {
			return false;
		}
		Long until = this.tasks.get(task);
		return until != null && until > this.clock.millis();
	}

	/** What was read is no more sure: the next claim reads it. */
	void forgetTasks() {
		this.tasks = Map.of();
	}

	private void readTasks() throws SQLException {
		this.tasks = read(this.statements, TASKS, Long.MIN_VALUE);
	}

	/**
	 * What is paused, without what is so no more; knows the paused tasks from then on.
	 */
	Pauses all() throws SQLException {
		Pauses all = read(this.statements, this.clock.millis());
		this.tasks = all.tasks();
		return all;
	}

	static Pauses read(Statements statements, long now) throws SQLException {
		Map<String, Long> queues = read(statements, QUEUES, now);
		Long all = queues.remove(ALL);
		return new Pauses(all, queues, read(statements, TASKS, now), read(statements, KEYS, now));
	}

	/**
	 * Reads the pauses that hold for messages of one queue, task and key; null for no
	 * key.
	 */
	static List<Situation.Held> read(Statements statements, String queue, String task, @Nullable String key, long now)
			throws SQLException {
		List<Situation.Held> held = new ArrayList<>();
		add(held, statements, Pause.Kind.QUEUE, QUEUE_OR_ALL, queue, now);
		add(held, statements, Pause.Kind.TASK, TASK, task, now);
		add(held, statements, Pause.Kind.KEY, KEY, key, now);
		return held;
	}

	private static void add(List<Situation.Held> held, Statements statements, Pause.Kind kind, String sql,
			@Nullable String name, long now) throws SQLException {
		statements.each((row) -> {
			Long until = Statements.nullableLong(row, 2);
			if (until == null || until > now) {
				held.add(new Situation.Held(ALL.equals(row.getString(1)) ? Pause.Kind.ALL : kind, row.getString(1),
						row.getLong(3), (until != null) ? until : Pauses.UNTIL_RESUMED));
			}
		}, sql, name);
	}

	private static Map<String, Long> read(Statements statements, String sql, long now) throws SQLException {
		Map<String, Long> pauses = new HashMap<>();
		statements.each((row) -> {
			Long until = Statements.nullableLong(row, 2);
			if (until == null || until > now) {
				pauses.put(row.getString(1), (until != null) ? until : Pauses.UNTIL_RESUMED);
			}
		}, sql);
		return pauses;
	}

	/** Writes what is paused elsewhere, unless it is paused here. */
	static void add(Statements statements, Pauses pauses) throws SQLException {
		Map<String, Long> queues = new HashMap<>(pauses.queues());
		if (pauses.all() != null) {
			queues.put(ALL, pauses.all());
		}
		for (Map.Entry<String, Long> queue : queues.entrySet()) {
			statements.update("INSERT OR IGNORE INTO queue (name, paused_at, paused_until) VALUES (?1, 0, ?2)",
					queue.getKey(), stored(queue.getValue()));
		}
		for (Map.Entry<String, Long> task : pauses.tasks().entrySet()) {
			statements.update("INSERT OR IGNORE INTO paused_task (name, paused_at, paused_until) VALUES (?1, 0, ?2)",
					task.getKey(), stored(task.getValue()));
		}
		for (Map.Entry<String, Long> key : pauses.keys().entrySet()) {
			statements.update("INSERT OR IGNORE INTO paused_key (name, paused_at, paused_until) VALUES (?1, 0, ?2)",
					key.getKey(), stored(key.getValue()));
		}
	}

}
