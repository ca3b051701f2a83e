package io.github.queuesqlite.reliability.history;

import java.util.ArrayList;
import java.util.List;

/** Finds what a history shows of broken promises. */
public final class HistoryChecker {

	private static final List<Rule> RULES = List.of(new NothingLostRule(), new OneCompletionRule(), new OneOwnerRule(),
			new AttemptsRule(), new LifeRule(), new UniqueKeyRule(), new IdempotencyKeyRule(), new OrderingRule(),
			new ListenRule(), new CounterRule());

	private final List<Rule> rules;

	private HistoryChecker(List<Rule> rules) {
		this.rules = rules;
	}

	/**
	 * Returns a checker of all promises.
	 * @return the checker
	 */
	public static HistoryChecker ofPromises() {
		return new HistoryChecker(RULES);
	}

	/**
	 * Returns a checker for a store that nothing but the end of its processes was done
	 * to: also no call may fail.
	 * @return the checker
	 */
	public static HistoryChecker ofHealthyStore() {
		List<Rule> rules = new ArrayList<>(RULES);
		rules.add(new NoErrorRule());
		return new HistoryChecker(rules);
	}

	/**
	 * Returns what a handler of a run must return, so that its completion can be told
	 * from others.
	 * @param run of the fencing token
	 * @param epoch of the fencing token
	 * @return the token as text
	 */
	public static String token(long run, long epoch) {
		return run + "/" + epoch;
	}

	/**
	 * Checks.
	 * @param history what all processes did
	 * @param snapshot what the queue held when nothing more happened
	 * @return a text for each violation; empty when all promises were kept
	 */
	public List<String> check(History history, Snapshot snapshot) {
		Facts facts = new Facts(history);
		List<String> violations = new ArrayList<>();
		for (Rule rule : this.rules) {
			rule.check(facts, snapshot, violations::add);
		}
		return violations;
	}

}
