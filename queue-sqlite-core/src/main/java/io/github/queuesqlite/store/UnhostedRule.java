package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.function.BiPredicate;

/**
 * When messages of a task expire that no instance hosts.
 *
 * @param after how long that must have been so, without a break, 1 s or longer
 * @param hosted what this process hosts, by queue and task: the store may not know yet
 */
public record UnhostedRule(Duration after, BiPredicate<String, String> hosted) {

	private static final long LEAST_GAP_MILLIS = 30_000;

	private static final long MOST_YOUTH_MILLIS = 600_000;

	/**
	 * Returns for how long nobody may have looked for it to count as being without a
	 * break.
	 * @return milliseconds
	 */
	public long gapMillis() {
		return Math.max(this.after.toMillis() / 4, LEAST_GAP_MILLIS);
	}

	/**
	 * Returns how long an instance that has not said what it hosts may host anything: it
	 * is about to say so.
	 * @return milliseconds from its start
	 */
	public long youthMillis() {
		return Math.min(this.after.toMillis(), MOST_YOUTH_MILLIS);
	}

}
