package io.github.queuesqlite.store.sqlite;

import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.store.Retention;

/**
 * Which ended messages are old enough to be deleted.
 *
 * @param hold the hold they have
 * @param state their state
 * @param before ended at or before, epoch milliseconds
 */
record PruneRule(int hold, int state, long before) {

	/** How long a message that somebody waits for is kept at least. */
	static final long WAITER_MILLIS = 60_000;

	private static final int HELD_BY_WAITER = 2;

	static List<PruneRule> of(Retention retention, long now) {
		List<PruneRule> rules = new ArrayList<>();
		add(rules, StateCode.COMPLETED, now - retention.completed().toMillis(), now);
		add(rules, StateCode.DEAD, now - retention.dead().toMillis(), now);
		add(rules, StateCode.CANCELLED, now - retention.cancelled().toMillis(), now);
		add(rules, StateCode.EXPIRED, now - retention.expired().toMillis(), now);
		return rules;
	}

	private static void add(List<PruneRule> rules, int state, long before, long now) {
		for (int hold = 0; hold < HELD_BY_WAITER; hold++) {
			rules.add(new PruneRule(hold, state, before));
		}
		rules.add(new PruneRule(HELD_BY_WAITER, state, Math.min(before, now - WAITER_MILLIS)));
	}

}
