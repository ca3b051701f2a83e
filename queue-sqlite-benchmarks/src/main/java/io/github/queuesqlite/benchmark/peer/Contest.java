package io.github.queuesqlite.benchmark.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.benchmark.measure.ChildJvm;

/** Measures contestants, one after the other. */
public final class Contest {

	private static final String HEAP = "-Xmx1g";

	private Contest() {
	}

	/**
	 * Measures one contestant in a JVM of its own.
	 * @param kind who
	 * @param directory where its files are made; may be missing, is not deleted
	 * @param plan how long
	 * @return what it did; one that does not come to an end is ended, and counted as a
	 * failure
	 */
	public static ContestantResult run(ContestantKind kind, Path directory, Plan plan)
			throws IOException, InterruptedException {
		Files.createDirectories(directory);
		List<String> arguments = new ArrayList<>(List.of(kind.name(), directory.toString()));
		arguments.addAll(plan.arguments());
		Duration patience = patience(kind, plan);
		ChildJvm.Output output = ChildJvm.run(ContestantRun.class, arguments, patience, HEAP);
		ContestantResult result = ContestantResult.parse(kind, output.text());
		if (!output.ended()) {
			result.failures().put("did not end in " + patience.toSeconds() + " s", 1L);
		}
		return result;
	}

	/** Twice what it takes if all that can be waited for is waited for. */
	private static Duration patience(ContestantKind kind, Plan plan) {
		Duration round = plan.window().multipliedBy(6).plus(plan.paced()).plus(kind.poll().multipliedBy(2));
		return round.plusSeconds(10).multipliedBy(2L * (plan.rounds() + 2));
	}

}
