package io.github.queuesqlite.store;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A limit or a rate of tasks, locks or queues, and who has what of it.
 *
 * @param name its name
 * @param most how many there are
 * @param period in how many milliseconds, of a rate; null for a limit
 * @param held how many permits each epoch has, of a rate how many tokens
 * @param waiting how many instances want more and got none
 * @param token of a rate, whether there is one that nobody has
 * @param nextToken when there is one, epoch milliseconds; null while that depends on who
 * has some
 */
public record LimitUse(String name, int most, @Nullable Long period, Map<Long, Integer> held, int waiting,
		boolean token, @Nullable Long nextToken) {

	public LimitUse {
		held = Map.copyOf(held);
	}

	/**
	 * Returns how many all instances have.
	 * @return 0 or more
	 */
	public int allHeld() {
		return this.held.values().stream().mapToInt(Integer::intValue).sum();
	}

}
