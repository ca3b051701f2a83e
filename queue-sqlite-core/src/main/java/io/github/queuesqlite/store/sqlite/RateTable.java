package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.store.TokenState;
import io.github.queuesqlite.store.TokenWish;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * Statements on the tables {@code rate} and {@code token}: how many handlers may begin in
 * how long, and how many each instance may begin.
 * <p>
 * Tokens are given in one transaction of the shard that is the home of the rate. Those
 * that were given and not used leave no room for new ones: so there are never more
 * together than the burst, however many instances there are. Those of a dead instance are
 * lost.
 */
final class RateTable {

	/** How soon a dead instance asks again, under a new epoch. */
	private static final long DEAD_MILLIS = 50;

	// What was chosen was chosen for the period that was. The bucket of another one is
	// empty, so that no change gives anything.
	private static final String DECLARE = """
			INSERT INTO rate (name, declared, period, parts, at) VALUES (?1, ?2, ?3, ?4, ?5)
			ON CONFLICT (name) DO UPDATE SET
				declared = excluded.declared, period = excluded.period,
				chosen = CASE WHEN period = excluded.period THEN chosen END,
				parts = CASE WHEN period = excluded.period THEN parts ELSE 0 END,
				at = CASE WHEN period = excluded.period THEN at ELSE excluded.at END
			WHERE declared <> excluded.declared OR period <> excluded.period""";

	static final String BUCKET = """
			SELECT coalesce(chosen, declared), period, parts, at FROM rate WHERE name = ?1""";

	private static final String FILL = "UPDATE rate SET parts = ?2, at = ?3 WHERE name = ?1";

	private static final String CHANGE = "UPDATE rate SET chosen = ?2 WHERE name = ?1";

	static final String HOLDERS = "SELECT epoch, held, waits FROM token WHERE name = ?1";

	private static final String PUT = """
			INSERT INTO token (name, epoch, held, waits) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (name, epoch) DO UPDATE SET held = excluded.held, waits = excluded.waits""";

	private static final String REMOVE = "DELETE FROM token WHERE name = ?1 AND epoch = ?2";

	private static final String HELD = "SELECT name FROM token WHERE epoch = ?1";

	private final Statements statements;

	/** Tells those who wait. */
	private final PermitTable changes;

	RateTable(Statements statements, PermitTable changes) {
		this.statements = statements;
		this.changes = changes;
	}

	/**
	 * Takes note of what an instance has done, and gives it what it wants of what is
	 * there.
	 */
	TokenState settle(long epoch, TokenWish wish, boolean alive, long now) throws SQLException {
		String name = wish.rate();
		declare(name, wish.declared(), now);
		TokenBucket stored = bucket(name);
		if (stored == null) {
			return new TokenState(0, 0, TokenState.UNKNOWN);
		}
		Holders holders = holders(name, epoch);
		int kept = alive ? Math.min(holders.own, wish.keep()) : 0;
		int back = Math.min(holders.own - kept, wish.back());
		TokenBucket bucket = stored.filled(holders.own + holders.others, now).with(back, kept + holders.others);
		int granted = (alive && wish.more()) ? bucket.some() : 0;
		bucket = bucket.without(granted);
		this.statements.update(FILL, name, bucket.parts(), bucket.at());
		put(name, epoch, kept + granted, alive && wish.more() && granted == 0);
		if (holders.othersWait && kept < holders.own) {
			this.changes.changed();
		}
		return new TokenState(kept + granted, granted,
				alive ? bucket.untilNext(kept + granted + holders.others) : DEAD_MILLIS);
	}

	private void declare(String name, @Nullable RateLimit declared, long now) throws SQLException {
		if (declared != null) {
			long period = declared.period().toMillis();
			this.statements.update(DECLARE, name, declared.count(), period, TokenBucket.most(declared.count(), period),
					now);
		}
	}

	private @Nullable TokenBucket bucket(String name) throws SQLException {
		@Nullable TokenBucket[] bucket = { null };
		this.statements.each(
				(row) -> bucket[0] = new TokenBucket(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
				BUCKET, name);
		return bucket[0];
	}

	private Holders holders(String name, long epoch) throws SQLException {
		Holders holders = new Holders();
		this.statements.each((row) -> {
			if (row.getLong(1) == epoch) {
				holders.own = row.getInt(2);
			}
			else {
				holders.others += row.getInt(2);
				holders.othersWait |= row.getInt(3) != 0;
			}
		}, HOLDERS, name);
		return holders;
	}

	private void put(String name, long epoch, int held, boolean waits) throws SQLException {
		if (held == 0 && !waits) {
			this.statements.update(REMOVE, name, epoch);
		}
		else {
			this.statements.update(PUT, name, epoch, held, waits);
		}
	}

	/** Changes a rate, if there is one; null for what is declared. */
	boolean change(String name, @Nullable Integer count) throws SQLException {
		if (this.statements.update(CHANGE, name, count) == 0) {
			return false;
		}
		this.changes.changed();
		return true;
	}

	/** An instance is dead. Only from now on there is room for what it had. */
	void removeOf(long epoch, long now) throws SQLException {
		List<String> names = new ArrayList<>();
		this.statements.each((row) -> names.add(row.getString(1)), HELD, epoch);
		for (String name : names) {
			settle(epoch, new TokenWish(name, null, 0, 0, false), false, now);
		}
	}

	/** Who has tokens. */
	private static final class Holders {

		private int own;

		private int others;

		private boolean othersWait;

	}

}
