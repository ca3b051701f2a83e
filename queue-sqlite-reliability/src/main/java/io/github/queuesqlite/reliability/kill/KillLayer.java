package io.github.queuesqlite.reliability.kill;

import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;

/** Kills a process under mixed load at a random moment, restarts it on what it left. */
public final class KillLayer implements Layer {

	private static final int SHORT_KILLS = 8;

	private static final int LONG_KILLS = 2000;

	/** Then a new directory, so that checks stay quick and creation is killed too. */
	private static final int KILLS_OF_ONE_DIRECTORY = 50;

	@Override
	public String name() {
		return "kill";
	}

	@Override
	public String description() {
		return "SIGKILL of a process under mixed load at a random moment (while it creates its files, starts, works or"
				+ " closes), restart, check: nothing accepted is lost, no second completion, `integrity_check` ok after each";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		outcome.count("kills", 0);
		outcome.count("checks", 0);
		outcome.count("messages", 0);
		int left = effort.count(SHORT_KILLS, LONG_KILLS);
		for (int number = 0; left > 0 && outcome.violations().isEmpty(); number++) {
			int kills = Math.min(left, KILLS_OF_ONE_DIRECTORY);
			try (KilledDirectory directory = new KilledDirectory(effort, number, outcome)) {
				directory.run(kills);
			}
			left -= kills;
		}
	}

}
