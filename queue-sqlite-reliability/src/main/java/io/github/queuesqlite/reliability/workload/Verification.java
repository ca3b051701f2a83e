package io.github.queuesqlite.reliability.workload;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.reliability.history.History;
import io.github.queuesqlite.reliability.history.HistoryChecker;
import io.github.queuesqlite.reliability.history.Integrity;
import io.github.queuesqlite.reliability.history.Order;
import io.github.queuesqlite.reliability.history.Snapshot;

/**
 * Opens a directory that no process uses any more in this process, lets everything come
 * to its end, and checks all that ever happened to it.
 */
public final class Verification {

	/** However slow the machine is; then what has not ended is found so. */
	private static final long PATIENCE_NANOS = Duration.ofSeconds(120).toNanos();

	private static final long LOOK_MILLIS = 10;

	private final WorkloadSettings settings;

	private final HistoryChecker checker;

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
	 * Checks.
	 * @return a text for each violation; empty when all promises were kept
	 */
	public List<String> run() throws IOException, InterruptedException {
		Snapshot snapshot;
		try (WorkloadQueue queue = WorkloadQueue.open(this.settings)) {
			queue.start();
			awaitMessages(queue.queue().operations());
			awaitListener(queue);
			snapshot = Snapshot.of(queue.queue());
			snapshot.note(queue.log());
			this.messages = snapshot.rows().size();
		}
		List<String> violations = new ArrayList<>(Integrity.check(Path.of(this.settings.directory())));
		violations.addAll(this.checker.check(History.read(Path.of(this.settings.history())), snapshot));
		return violations;
	}

	/**
	 * Returns how many messages there were.
	 * @return 0 before {@link #run()}
	 */
	public int messages() {
		return this.messages;
	}

	private static void awaitMessages(QueueOperations operations) throws InterruptedException {
		long end = System.nanoTime() + PATIENCE_NANOS;
		while (isBusy(operations) && System.nanoTime() < end) {
			Thread.sleep(LOOK_MILLIS);
		}
	}

	/**
	 * All states by one query: what changes from one to another is not missed in both.
	 */
	private static boolean isBusy(QueueOperations operations) {
		MessageQuery live = MessageQuery.all()
			.state(MessageState.READY, MessageState.RUNNING, MessageState.SCHEDULED)
			.limit(MessageQuery.MAX_LIMIT);
		List<Message> page = operations.list(live);
		while (!page.isEmpty()) {
			if (page.stream().anyMatch((message) -> message.state() != MessageState.SCHEDULED || !isFar(message))) {
				return true;
			}
			page = operations.list(live.after(page.get(page.size() - 1).id()));
		}
		return false;
	}

	private static boolean isFar(Message message) {
		Order order = message.payload(Order.class);
		return order != null && order.delayMillis() >= Order.FAR && message.expiresAt() == null;
	}

	/** The last change of each key is one that this process makes and must get. */
	private void awaitListener(WorkloadQueue queue) throws InterruptedException {
		Load load = new Load(queue, this.settings);
		long end = System.nanoTime() + PATIENCE_NANOS;
		for (String key : WorkloadQueue.KEYS) {
			Long version = load.put(key, this.settings.process());
			while (version != null && queue.delivered(key) < version && System.nanoTime() < end) {
				Thread.sleep(LOOK_MILLIS);
			}
		}
	}

}
