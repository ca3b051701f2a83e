package io.github.queuesqlite.reliability.model;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.SideBySide;
import org.jspecify.annotations.Nullable;

/** Does random things to queues and compares each answer with a model. */
public final class ModelLayer implements Layer {

	private static final int SHORT_COMMANDS = 300;

	private static final int LONG_COMMANDS = 200_000;

	private static final int COMMANDS_OF_ONE_QUEUE = 300;

	private static final int QUEUES_AT_ONCE = 4;

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
		int commands = effort.count(SHORT_COMMANDS, LONG_COMMANDS);
		int queues = (commands + COMMANDS_OF_ONE_QUEUE - 1) / COMMANDS_OF_ONE_QUEUE;
		AtomicInteger next = new AtomicInteger();
		// A queue mostly waits, for its disk and its services.
		SideBySide.run(QUEUES_AT_ONCE, Collections.nCopies(QUEUES_AT_ONCE, () -> {
			int number;
			while ((number = next.getAndIncrement()) < queues && outcome.violations().isEmpty()) {
				run(effort, number, Math.min(COMMANDS_OF_ONE_QUEUE, commands - number * COMMANDS_OF_ONE_QUEUE),
						outcome);
			}
			return null;
		}));
	}

	private static void run(Effort effort, int number, int count, Outcome outcome) throws Exception {
		RandomGenerator random = effort.random(number);
		int shards = 1 + random.nextInt(MOST_SHARDS);
		List<Long> commands = random.longs(count).boxed().toList();
		Path directory = effort.directory().resolve("queue-" + number);
		Failure failure = run(directory, shards, commands, PATIENCE);
		if (failure != null) {
			outcome.violation("%s (seed %d, queue %d of %d shards)"
				.formatted(shrunk(directory, shards, commands, failure), effort.seed(), number, shards));
		}
		outcome.count("commands", count);
		outcome.count("queues", 1);
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
			catch (RuntimeException ex) {
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
