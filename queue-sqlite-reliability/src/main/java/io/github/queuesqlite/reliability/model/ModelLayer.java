package io.github.queuesqlite.reliability.model;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;
import org.jspecify.annotations.Nullable;

/** Does random things to queues and compares each answer with a model. */
public final class ModelLayer implements Layer {

	private static final int SHORT_COMMANDS = 600;

	private static final int LONG_COMMANDS = 200_000;

	private static final int COMMANDS_OF_ONE_QUEUE = 300;

	private static final int MOST_SHARDS = 4;

	/** For what comes by itself, however slow the machine is. */
	private static final Duration PATIENCE = Duration.ofSeconds(60);

	/** While a sequence is shrunk, most of what does not come never does. */
	private static final Duration SHRINKING_PATIENCE = Duration.ofSeconds(2);

	private static final long SHRINKING_NANOS = Duration.ofMinutes(2).toNanos();

	@Override
	public String name() {
		return "model";
	}

	@Override
	public String description() {
		return "Random commands (every enqueue, runs that complete, fail, retry and die, cancel, delete, retry, purge,"
				+ " reschedule, clock steps both ways, expiry, pruning, listen data, restarts with other numbers of"
				+ " shards, death of the process) to a queue and to a model in memory: every answer and all that can be"
				+ " seen agree after each";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		outcome.count("commands", 0);
		outcome.count("queues", 0);
		int left = effort.count(SHORT_COMMANDS, LONG_COMMANDS);
		for (int number = 0; left > 0 && outcome.violations().isEmpty(); number++) {
			RandomGenerator random = effort.random(number);
			int shards = 1 + random.nextInt(MOST_SHARDS);
			List<Long> commands = random.longs(Math.min(left, COMMANDS_OF_ONE_QUEUE)).boxed().toList();
			Path directory = effort.directory().resolve("queue-" + number);
			Failure failure = run(directory, shards, commands, PATIENCE);
			if (failure != null) {
				outcome.violation("%s (seed %d, queue %d of %d shards)"
					.formatted(shrunk(directory, shards, commands, failure), effort.seed(), number, shards));
			}
			left -= commands.size();
			outcome.count("commands", commands.size());
			outcome.count("queues", 1);
		}
	}

	private static @Nullable Failure run(Path directory, int shards, List<Long> commands, Duration patience)
			throws Exception {
		try (Life life = new Life(directory, shards, patience)) {
			try {
				for (long command : commands) {
					life.step(command);
				}
				life.finish();
				return null;
			}
			catch (Mismatch | QueueException ex) {
				return new Failure(String.valueOf(ex), List.copyOf(life.history()));
			}
		}
	}

	/** The shortest sequence that was found to fail. */
	private static String shrunk(Path directory, int shards, List<Long> commands, Failure failure) {
		List<Failure> failures = new ArrayList<>(List.of(failure));
		long end = System.nanoTime() + SHRINKING_NANOS;
		List<Long> shortest = Shrinker.shrink(commands, (fewer) -> {
			try {
				Failure again = run(directory, shards, fewer, SHRINKING_PATIENCE);
				if (again != null) {
					failures.add(again);
				}
				return again != null;
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}, () -> System.nanoTime() < end);
		Failure last = failures.get(failures.size() - 1);
		return "%s; %d of %d commands suffice: %s; at first: %s".formatted(last.what(), shortest.size(),
				commands.size(), last.history(), failure.what());
	}

	/**
	 * A sequence that failed.
	 *
	 * @param what did not agree
	 * @param history what was done
	 */
	private record Failure(String what, List<String> history) {

	}

}
