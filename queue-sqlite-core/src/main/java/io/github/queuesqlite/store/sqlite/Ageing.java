package io.github.queuesqlite.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.store.ClaimOrder;
import org.jspecify.annotations.Nullable;

/**
 * Lets a message start at last that others go before for ever, since their priority is
 * higher or they are newer: of so many that are claimed one is the message that waits
 * longest, once it has waited as long as its queue says. Looks no sooner than one can
 * have.
 */
final class Ageing {

	/** Of so many one is chosen by its age. */
	static final int ONE_IN = 8;

	private final Statements statements;

	private final ClaimOrder order;

	private final Map<String, Turn> turns = new HashMap<>(0);

	Ageing(Statements statements, ClaimOrder order) {
		this.statements = statements;
		this.order = order;
	}

	boolean isOn(String queue) {
		return this.order.ageingMillis(queue) != 0;
	}

	/**
	 * Returns the message that is next for its age.
	 * @param tasks those that may be claimed
	 * @param now epoch milliseconds
	 * @return null when it is not the turn of one, or none has waited long enough
	 */
	@Nullable Waiting next(String queue, List<String> tasks, long now) throws SQLException {
		Turn turn = this.turns.computeIfAbsent(queue, (key) -> new Turn());
		// A clock that steps back must not put the look off.
		if (turn.claimed < ONE_IN - 1 || (now < turn.lookAt && now >= turn.lookedAt)) {
			return null;
		}
		Waiting oldest = null;
		for (String task : tasks) {
			Waiting waiting = oldest(queue, task);
			if (waiting != null && (oldest == null || waiting.isOlderThan(oldest))) {
				oldest = waiting;
			}
		}
		long most = this.order.ageingMillis(queue);
		turn.lookedAt = now;
		turn.lookAt = (oldest != null) ? oldest.since() + most : now + most;
		return (turn.lookAt <= now) ? oldest : null;
	}

	/** So many were claimed, none of them for its age. */
	void claimed(String queue, int n) {
		Turn turn = this.turns.get(queue);
		if (turn != null) {
			turn.claimed = Math.min(ONE_IN, turn.claimed + n);
		}
	}

	/** One was claimed for its age. */
	void chosen(String queue) {
		Turn turn = this.turns.get(queue);
		if (turn != null) {
			turn.claimed = 0;
		}
	}

	private @Nullable Waiting oldest(String queue, String task) throws SQLException {
		Waiting[] oldest = { null };
		this.statements.each((row) -> {
			oldest[0] = older(oldest[0], row, 1, task);
			oldest[0] = older(oldest[0], row, 3, task);
		}, MessageTable.OLDEST_OF_TASK, queue, task);
		return oldest[0];
	}

	private static @Nullable Waiting older(@Nullable Waiting known, ResultSet row, int column, String task)
			throws SQLException {
		Long id = Statements.nullableLong(row, column);
		if (id == null) {
			return known;
		}
		Waiting waiting = new Waiting(id, task, row.getLong(column + 1));
		return (known == null || waiting.isOlderThan(known)) ? waiting : known;
	}

	/** Whose turn it is in a queue. */
	private static final class Turn {

		/** How many were claimed since one was for its age: at first enough. */
		private int claimed = ONE_IN;

		private long lookedAt;

		private long lookAt;

	}

	/**
	 * A message that waits longest of its task.
	 *
	 * @param id the message
	 * @param task its task
	 * @param seq its order number, negative where the newest is next and it came back
	 */
	record Waiting(long id, String task, long seq) {

		boolean isOlderThan(Waiting other) {
			return Math.abs(this.seq) < Math.abs(other.seq);
		}

		/** When it became ready, epoch milliseconds. */
		long since() {
			return ClaimOrder.millis(this.seq);
		}

	}

}
