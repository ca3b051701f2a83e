package io.github.queuesqlite.task;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by a batch handler when it failed for some of its messages: each of them ends as
 * if its failure had been thrown for it alone, and those that are not named complete.
 *
 * @since 0.1.0
 */
public class BatchFailedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient Map<Integer, Throwable> failures;

	private final transient @Nullable List<?> results;

	/**
	 * Creates an exception; the messages that did not fail have no result.
	 * @param failures why, by the index of the message in its batch, from 0; one or more.
	 * {@link PermanentTaskException} and {@link RetryTaskException} mean what they do
	 * when thrown
	 * @throws IllegalArgumentException if there is none, or an index is negative
	 */
	public BatchFailedException(Map<Integer, ? extends Throwable> failures) {
		this(failures, null);
	}

	/**
	 * Creates an exception.
	 * @param failures as above
	 * @param results a result for each message of the batch, in their order; what stands
	 * there for those that failed does not count. Null for none
	 * @throws IllegalArgumentException if there is no failure, or an index is negative
	 */
	public BatchFailedException(Map<Integer, ? extends Throwable> failures, @Nullable List<?> results) {
		super(text(failures), first(failures));
		this.failures = Map.copyOf(failures);
		this.results = results;
	}

	private static String text(Map<Integer, ? extends Throwable> failures) {
		if (failures.isEmpty()) {
			throw new IllegalArgumentException("'failures' must name at least one message of the batch");
		}
		TreeMap<Integer, Throwable> sorted = new TreeMap<>(failures);
		if (sorted.firstKey() < 0) {
			throw new IllegalArgumentException("'failures' must have indexes of 0 or more, had " + sorted.firstKey());
		}
		return sorted.size() + " messages of a batch failed, the first at index " + sorted.firstKey() + ": "
				+ sorted.firstEntry().getValue();
	}

	private static Throwable first(Map<Integer, ? extends Throwable> failures) {
		return new TreeMap<Integer, Throwable>(failures).firstEntry().getValue();
	}

	/**
	 * Returns what failed.
	 * @return failures by index in the batch
	 */
	public Map<Integer, Throwable> failures() {
		return this.failures;
	}

	/**
	 * Returns the results of the messages that did not fail.
	 * @return by index in the batch; null for none
	 */
	public @Nullable List<?> results() {
		return this.results;
	}

}
