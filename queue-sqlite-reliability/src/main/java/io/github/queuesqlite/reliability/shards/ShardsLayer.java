package io.github.queuesqlite.reliability.shards;

import java.util.Optional;

import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.disk.DiskLibrary;

/** Changes the number of shards of directories that hold messages of all kinds. */
public final class ShardsLayer implements Layer {

	private static final int SHORT_ROUNDS = 1;

	private static final int LONG_ROUNDS = 50;

	@Override
	public String name() {
		return "shards";
	}

	@Override
	public String description() {
		return "`shards` is changed 1, 4, 2, 8, 1 between starts, with live, delayed, keyed, dead, retrying"
				+ " messages and listen data; the process is killed at any write, sync or open of a change and started"
				+ " again: every message, value and pause is as before, keys hold over all shards, everything runs in"
				+ " the end, once";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		Optional<DiskLibrary> library = DiskLibrary.compile(effort.directory());
		outcome.count("changes", 0);
		outcome.count("kills in a change", 0);
		outcome.count("messages", 0);
		int rounds = effort.count(SHORT_ROUNDS, LONG_ROUNDS);
		for (int number = 0; number < rounds && outcome.violations().isEmpty(); number++) {
			new ResizedDirectory(effort, number, library.orElse(null), outcome).run();
		}
	}

}
