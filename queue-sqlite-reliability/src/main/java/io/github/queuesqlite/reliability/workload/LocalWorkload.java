package io.github.queuesqlite.reliability.workload;

import java.io.IOException;

/** A queue under mixed load in this JVM. */
public final class LocalWorkload implements AutoCloseable {

	private final WorkloadQueue queue;

	private final Load load;

	private LocalWorkload(WorkloadQueue queue, Load load) {
		this.queue = queue;
		this.load = load;
	}

	/**
	 * Opens a queue and begins.
	 * @param settings what it does
	 * @return working
	 */
	public static LocalWorkload start(WorkloadSettings settings) throws IOException {
		WorkloadQueue queue = WorkloadQueue.open(settings);
		queue.start();
		Load load = new Load(queue, settings);
		load.start();
		return new LocalWorkload(queue, load);
	}

	/** Ends its calls, then closes the queue. */
	@Override
	public void close() {
		try {
			this.load.stop();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.queue.close();
	}

}
