package io.github.queuesqlite.reliability.foreign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.workload.MovedClock;

/**
 * Messages of one queue that are handed in while the clock jumps, and run one at a time:
 * in their order, also over restarts.
 */
final class OrderedRuns {

	private static final String TASK = "ordered";

	private static final int MESSAGES_OF_A_LIFE = 40;

	private static final int LIVES = 3;

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private OrderedRuns() {
	}

	static void run(Path directory, RandomGenerator random, Outcome outcome) throws IOException {
		MovedClock clock = MovedClock.open(Files.createDirectory(directory).resolve("clock"));
		Jumps jumps = new Jumps(clock, random, outcome);
		List<Integer> expected = new ArrayList<>();
		List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
		for (int life = 0; life < LIVES; life++) {
			try (EmbeddedQueue queue = EmbeddedQueue.builder(directory).shards(1).concurrency(1).clock(clock).build()) {
				queue.tasks().register(TASK, Integer.class, (number, context) -> {
					ran.add(number);
					return null;
				});
				for (int i = 0; i < MESSAGES_OF_A_LIFE; i++) {
					if (random.nextInt(4) == 0) {
						clock.set(jumps.next());
					}
					queue.operations().enqueue(TASK, expected.size());
					expected.add(expected.size());
				}
				// What the first lives hand in is run in the last.
				if (life > 0) {
					queue.start();
				}
				if (life == LIVES - 1) {
					queue.operations().drain(PATIENCE);
				}
			}
		}
		outcome.count("messages run in order", ran.size());
		if (!ran.equals(expected)) {
			outcome.violation("Expected that messages run in the order they were handed in, found " + ran);
		}
	}

}
