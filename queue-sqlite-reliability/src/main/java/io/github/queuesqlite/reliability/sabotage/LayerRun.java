package io.github.queuesqlite.reliability.sabotage;

import java.nio.file.Files;
import java.nio.file.Path;

import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;

/** Runs a layer of the campaign in a JVM of its own; ends as {@link TestRun} does. */
public final class LayerRun {

	private LayerRun() {
	}

	/**
	 * Runs a layer long.
	 * @param args its class, a directory, a seed
	 */
	@SuppressWarnings("SystemOut") // its starter reads it
	public static void main(String[] args) throws Exception {
		Layer layer = (Layer) Class.forName(args[0]).getConstructor().newInstance();
		Path directory = Files.createTempDirectory(Path.of(args[1]), layer.name());
		Outcome outcome = new Outcome();
		layer.run(new Effort(true, null, null, Long.parseLong(args[2]), directory), outcome);
		outcome.violations().forEach((violation) -> System.out.println("FAILED " + violation));
		System.out.println("RAN " + layer.name());
		System.out.flush();
		Runtime.getRuntime().halt(outcome.violations().isEmpty() ? TestRun.PASSED : TestRun.FAILED);
	}

}
