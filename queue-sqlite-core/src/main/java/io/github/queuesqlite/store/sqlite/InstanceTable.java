package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.time.Duration;

/**
 * Statements on the table {@code instance}: every start of a process on the directory,
 * its sign of life and its death.
 */
final class InstanceTable {

	private static final String JOIN = """
			INSERT INTO instance (epoch, name, slot, started_at, beat_at) VALUES (?1, ?2, ?3, ?4, ?4)""";

	/**
	 * Who still owns messages is not forgotten, nor is the latest epoch: the next one
	 * must be greater also when no other file remembers.
	 */
	private static final String FORGET_DEAD = """
			DELETE FROM instance
			WHERE dead = 1
			    AND (beat_at < ?1 OR epoch NOT IN (SELECT epoch FROM instance ORDER BY epoch DESC LIMIT 100))
			    AND epoch < (SELECT max(epoch) FROM instance)
			    AND epoch NOT IN (SELECT owner FROM message WHERE state = 30)""";

	private static final long DEAD_KEPT_MILLIS = Duration.ofDays(1).toMillis();

	private static final String MAX_EPOCH = "SELECT max(epoch) FROM instance";

	/**
	 * By number, not one more: a file that could not be written for a time must not stay
	 * behind the others.
	 */
	private static final String BEAT = """
			UPDATE instance SET beat = max(beat + 1, ?2), beat_at = ?3 WHERE epoch = ?1 AND dead = 0""";

	private static final String HOST = "UPDATE instance SET hosting = ?2 WHERE epoch = ?1";

	private static final String DECLARE_DEAD = "UPDATE instance SET dead = 1 WHERE epoch = ?1";

	private static final String DECLARE_DEAD_SINCE = """
			UPDATE instance SET dead = 1 WHERE epoch = ?1 AND (dead = 1 OR beat <= ?2)""";

	private static final String IS_ALIVE = "SELECT epoch FROM instance WHERE epoch = ?1 AND dead = 0";

	private final Statements statements;

	InstanceTable(Statements statements) {
		this.statements = statements;
	}

	void join(long epoch, String name, int slot, long now) throws SQLException {
		this.statements.update(JOIN, epoch, name, slot, now);
		this.statements.update(FORGET_DEAD, now - DEAD_KEPT_MILLIS);
	}

	long maxEpoch() throws SQLException {
		Long epoch = this.statements.number(MAX_EPOCH);
		return (epoch != null) ? epoch : 0;
	}

	/** False when the epoch is dead. */
	boolean beat(long epoch, long number, long now) throws SQLException {
		return this.statements.update(BEAT, epoch, number, now) == 1;
	}

	/** Notes what an instance takes. */
	void host(long epoch, String hosting) throws SQLException {
		this.statements.update(HOST, epoch, hosting);
	}

	boolean isAlive(long epoch) throws SQLException {
		return this.statements.number(IS_ALIVE, epoch) != null;
	}

	void declareDead(long epoch) throws SQLException {
		this.statements.update(DECLARE_DEAD, epoch);
	}

	/** False when it has given a later sign of life. */
	boolean declareDead(long epoch, long latestBeat) throws SQLException {
		return this.statements.update(DECLARE_DEAD_SINCE, epoch, latestBeat) == 1;
	}

}
