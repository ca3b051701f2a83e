package io.github.queuesqlite.reliability;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a layer did and found.
 * <p>
 * <b>Threads:</b> any.
 */
public final class Outcome {

	private final Map<String, Long> counts = new LinkedHashMap<>();

	private final Map<String, List<Double>> samples = new LinkedHashMap<>();

	private final Map<String, String> notes = new LinkedHashMap<>();

	private final List<String> violations = new ArrayList<>();

	/**
	 * Counts what was done, for instance {@code kills}, or found.
	 * @param name plural, lower case
	 * @param n 0 to make the name appear
	 */
	public synchronized void count(String name, long n) {
		this.counts.merge(name, n, Long::sum);
	}

	/**
	 * Keeps a measured value, for percentiles over all runs of this version.
	 * @param name what was measured, with its unit, for instance {@code take-over, ms}
	 * @param value rounded to three digits after the point
	 */
	public synchronized void sample(String name, double value) {
		this.samples.computeIfAbsent(name, (key) -> new ArrayList<>()).add(Math.round(value * 1000) / 1000.0);
	}

	/**
	 * Keeps a text for the layer's section of the report.
	 * @param subject what it is about; a later note replaces an earlier one
	 * @param text one line
	 */
	public synchronized void note(String subject, String text) {
		this.notes.put(subject, text);
	}

	/**
	 * A promise was broken.
	 * @param what was expected, what was found, and what is needed to see it again
	 */
	public synchronized void violation(String what) {
		this.violations.add(what);
	}

	synchronized Map<String, Long> counts() {
		return new LinkedHashMap<>(this.counts);
	}

	synchronized Map<String, List<Double>> samples() {
		Map<String, List<Double>> copy = new LinkedHashMap<>();
		this.samples.forEach((name, values) -> copy.put(name, List.copyOf(values)));
		return copy;
	}

	synchronized Map<String, String> notes() {
		return new LinkedHashMap<>(this.notes);
	}

	/**
	 * Returns what was broken so far.
	 * @return in the order it was found
	 */
	public synchronized List<String> violations() {
		return List.copyOf(this.violations);
	}

}
