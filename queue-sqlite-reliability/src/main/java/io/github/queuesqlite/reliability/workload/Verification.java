package io.github.queuesqlite.reliability.workload;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.github.queuesqlite.reliability.history.History;
import io.github.queuesqlite.reliability.history.HistoryChecker;
import io.github.queuesqlite.reliability.history.Integrity;
import io.github.queuesqlite.reliability.history.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * Opens a directory that no process uses any more in this process, lets everything come
 * to its end, and checks all that ever happened to it.
 */
public final class Verification {

	/** However slow the machine is; then what has not ended is found so. */
	private static final Duration PATIENCE = Duration.ofSeconds(120);

	private static final long LOOK_MILLIS = 10;

	private final WorkloadSettings settings;

	private final HistoryChecker checker;

	/** What is in these does not count; null where no shard may be lost. */
	private @Nullable Set<Integer> lost;

	private int messages;

	/**
	 * Prepares a check.
	 * @param settings directory, history and the name of this process's history; what
	 * else they say about load does not count
	 * @param checker what must hold
	 */
	public Verification(WorkloadSettings settings, HistoryChecker checker) {
		this.settings = settings.callsPerSecond(0);
		this.checker = checker;
	}

	/**
	 * Allows for shards that lost messages and said so.
	 * @param shards which; those that are quarantined are added
	 * @return this
	 */
	public Verification forgiving(Set<Integer> shards) {
		this.lost = new TreeSet<>(shards);
		return this;
	}

	/**
	 * Returns the shards whose messages did not count.
	 * @return none unless some were allowed for
	 */
	public Set<Integer> lost() {
		return (this.lost != null) ? Set.copyOf(this.lost) : Set.of();
	}

	/**
	 * Checks.
	 * @return a text for each violation; empty when all promises were kept
	 */
	public List<String> run() throws IOException, InterruptedException {
		Snapshot snapshot;
		try (WorkloadQueue queue = WorkloadQueue.open(this.settings)) {
			queue.start();
			queue.awaitRest(PATIENCE);
			awaitListener(queue);
			snapshot = Snapshot.of(queue.queue());
			snapshot.note(queue.log());
			this.messages = snapshot.rows().size();
			noteQuarantined(queue);
		}
		List<String> violations = new ArrayList<>(Integrity.check(Path.of(this.settings.directory()), lost()));
		History history = History.read(Path.of(this.settings.history())).without(lost());
		violations.addAll(this.checker.check(history, snapshot.without(lost())));
		return violations;
	}

	private void noteQuarantined(WorkloadQueue queue) {
		Set<Integer> lost = this.lost;
		if (lost != null) {
			lost.addAll(queue.quarantined());
		}
	}

	/**
	 * Returns how many messages there were.
	 * @return 0 before {@link #run()}
	 */
	public int messages() {
		return this.messages;
	}

	/** The last change of each key is one that this process makes and must get. */
	private void awaitListener(WorkloadQueue queue) throws InterruptedException {
		Load load = new Load(queue, this.settings);
		long end = System.nanoTime() + PATIENCE.toNanos();
		for (String key : WorkloadQueue.KEYS) {
			Long version = load.put(key, this.settings.process());
			while (version != null && queue.delivered(key) < version && System.nanoTime() < end) {
				Thread.sleep(LOOK_MILLIS);
			}
		}
	}

}
