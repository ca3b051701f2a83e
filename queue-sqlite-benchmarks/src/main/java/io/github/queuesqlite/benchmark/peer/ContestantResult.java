package io.github.queuesqlite.benchmark.peer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.queuesqlite.benchmark.measure.Samples;

/**
 * What one contestant did.
 *
 * @param kind who
 * @param values each round's value by name
 * @param failures how often what went wrong
 */
public record ContestantResult(ContestantKind kind, Map<String, List<Double>> values, Map<String, Long> failures) {

	/** Messages a second put in by one thread. */
	public static final String ENQUEUE_1 = "enqueue1";

	/** Messages a second put in by eight threads. */
	public static final String ENQUEUE_8 = "enqueue8";

	/** Messages a second put in by one thread, many at a time. */
	public static final String BULK = "bulk";

	/** Messages a second handled of those that waited. */
	public static final String DRAIN = "drain";

	/** Messages a second put in and handled at once. */
	public static final String LIVES = "lives";

	/** Microseconds of this process's CPU for each of them. */
	public static final String CPU = "cpuMicros";

	/** Milliseconds from the call to the handler at 300/s. */
	public static final String PACED_P50 = "pacedP50";

	/** As above, of the slowest hundredth. */
	public static final String PACED_P99 = "pacedP99";

	/** Longest time without a message handled, in seconds. */
	public static final String PAUSE = "pauseSeconds";

	/** Milliseconds of an fsync, before and after. */
	public static final String FSYNC = "fsyncMillis";

	/** Threads that handle messages. */
	public static final String THREADS = "threads";

	private static final String VALUE = "value";

	private static final String FAILURE = "failure";

	static String value(String name, double value) {
		return VALUE + "\t" + name + "\t" + value;
	}

	static String failure(String text, long count) {
		return FAILURE + "\t" + text.replace('\t', ' ').replace('\n', ' ') + "\t" + count;
	}

	static ContestantResult parse(ContestantKind kind, String output) {
		Map<String, List<Double>> values = new LinkedHashMap<>();
		Map<String, Long> failures = new TreeMap<>();
		output.lines().map((line) -> line.split("\t", -1)).filter((parts) -> parts.length == 3).forEach((parts) -> {
			if (parts[0].equals(VALUE)) {
				values.computeIfAbsent(parts[1], (name) -> new ArrayList<>()).add(Double.valueOf(parts[2]));
			}
			else if (parts[0].equals(FAILURE)) {
				failures.put(parts[1], Long.valueOf(parts[2]));
			}
		});
		return new ContestantResult(kind, values, failures);
	}

	/**
	 * Returns the middle of the rounds.
	 * @param name one of the constants
	 * @return NaN where it could not be measured
	 */
	public double median(String name) {
		List<Double> found = this.values.getOrDefault(name, List.of());
		return found.isEmpty() ? Double.NaN : Samples.median(found);
	}

}
