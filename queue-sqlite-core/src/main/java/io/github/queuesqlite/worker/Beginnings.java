package io.github.queuesqlite.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.queuesqlite.store.RunKey;

/**
 * Tells the store which messages have begun whose task has a rate for each concurrency
 * key: until it knows, they leave no room for another one. Of those that end at once the
 * end says so.
 * <p>
 * <b>Threads:</b> safe for use by several threads; {@link #tell} by one.
 */
final class Beginnings {

	private final WorkerEnvironment environment;

	private final Queue<Beginning> untold = new ConcurrentLinkedQueue<>();

	/** The tasks with such a rate. */
	private volatile Set<String> tasks = Set.of();

	Beginnings(WorkerEnvironment environment) {
		this.environment = environment;
	}

	void declare(Set<String> tasks) {
		this.tasks = Set.copyOf(tasks);
	}

	boolean isNone() {
		return this.tasks.isEmpty();
	}

	/**
	 * The handler of a message is called now; returns whether nobody looks by himself.
	 */
	boolean begun(Claim claim, long now) {
		if (!this.tasks.contains(claim.row().task()) || claim.row().attributes() == null
				|| claim.message().concurrencyKey() == null) {
			return false;
		}
		Beginning beginning = new Beginning(claim, now);
		this.untold.add(beginning);
		return this.untold.peek() == beginning;
	}

	/** Tells what began a while ago; returns in how many nanoseconds to look again. */
	long tell(long now) {
		this.untold.removeIf((beginning) -> !beginning.claim().isRunning());
		List<Beginning> due = new ArrayList<>();
		long next = Long.MAX_VALUE;
		for (Beginning beginning : this.untold) {
			long left = beginning.at() + Rate.PACE_NANOS - now;
			if (left <= 0) {
				due.add(beginning);
			}
			else {
				next = Math.min(next, left);
			}
		}
		if (!due.isEmpty()) {
			List<RunKey> runs = due.stream().map((beginning) -> beginning.claim().key()).toList();
			this.environment.store().begun(runs);
			this.untold.removeAll(due);
		}
		// One that came meanwhile has woken nobody.
		return this.untold.isEmpty() ? Long.MAX_VALUE : Math.min(next, Rate.PACE_NANOS);
	}

	/** The call of a handler for a message. */
	private record Beginning(Claim claim, long at) {

	}

}
