package io.github.queuesqlite.reliability.points;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.reliability.Effort;

/**
 * Runs in a JVM of its own, in which each connection of the queue is watched, and says
 * what it did and found.
 */
public final class CrashPointsRun {

	private CrashPointsRun() {
	}

	/**
	 * Runs scenarios.
	 * @param args directory, seed, how many scenarios, how many states of each are looked
	 * at
	 */
	@SuppressWarnings("SystemOut") // its starter reads it
	public static void main(String[] args) throws Exception {
		Path directory = Path.of(args[0]);
		RandomGenerator random = new Effort(false, null, null, Long.parseLong(args[1]), directory).random(1);
		CrashPoints points = new CrashPoints(directory, random, Integer.parseInt(args[3]));
		List<Attempt> attempts = new ArrayList<>();
		Scenarios.all()
			.forEach((scenario) -> attempts.add(() -> attempt(points, scenario.name(), () -> points.run(scenario))));
		Scenarios.openings()
			.forEach((opening) -> attempts.add(() -> attempt(points, opening.name(), () -> points.run(opening))));
		while (attempts.size() > Integer.parseInt(args[2])) {
			attempts.remove(random.nextInt(attempts.size()));
		}
		for (Attempt attempt : attempts) {
			attempt.run();
		}
		points.counts().forEach((name, n) -> System.out.println("COUNT " + n + " " + name));
		List<String> broken = points.broken();
		broken.forEach((text) -> System.out.println("BROKEN " + text.replaceAll("\\s+", " ")));
		System.out.println("END");
	}

	@SuppressWarnings("SystemOut") // its starter sees that it goes on
	private static void attempt(CrashPoints points, String name, Attempt attempt) {
		System.out.println("BEGIN " + name);
		try {
			attempt.run();
		}
		catch (Exception | AssertionError ex) {
			points.broken().add("'" + name + "', not stopped at all: " + ex);
		}
	}

	/** Something that may find a promise broken. */
	private interface Attempt {

		void run() throws Exception;

	}

}
