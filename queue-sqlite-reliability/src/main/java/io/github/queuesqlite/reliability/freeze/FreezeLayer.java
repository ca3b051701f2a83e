package io.github.queuesqlite.reliability.freeze;

import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;

/**
 * Freezes one of two processes until the other has taken its work, then lets it go on.
 */
public final class FreezeLayer implements Layer {

	private static final int SHORT_FREEZES = 2;

	private static final int LONG_FREEZES = 200;

	private static final int FREEZES_OF_ONE_DIRECTORY = 10;

	@Override
	public String name() {
		return "freeze";
	}

	@Override
	public String description() {
		return "SIGSTOP of one of two processes for longer than its lease, in the midst of runs, take-over by the other,"
				+ " SIGCONT; collections of its heap for as long: what the frozen one reports late is refused and counted,"
				+ " it starts nothing that is no longer its own, never two valid owners. One that is frozen inside a"
				+ " transaction makes the others wait, then fail, and nothing worse";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		outcome.count("freezes", 0);
		outcome.count("brief freezes", 0);
		outcome.count("freezes inside a transaction", 0);
		outcome.count("calls refused beside a frozen transaction", 0);
		outcome.count("long collections", 0);
		outcome.count("runs taken over", 0);
		outcome.count("late ends refused", 0);
		int left = effort.count(SHORT_FREEZES, LONG_FREEZES);
		for (int number = 0; left > 0 && outcome.violations().isEmpty(); number++) {
			int freezes = Math.min(left, FREEZES_OF_ONE_DIRECTORY);
			try (FrozenPair pair = new FrozenPair(effort, number, outcome)) {
				pair.run(freezes);
			}
			left -= freezes;
		}
	}

}
