package io.github.queuesqlite.reliability.workload;

import java.io.IOException;
import java.time.Duration;

import io.github.queuesqlite.reliability.history.HistoryLog;

/**
 * A process under mixed load. Runs until it is killed, or closes its queue when it is
 * asked to end; ends with its parent.
 */
final class WorkloadMain {

	static final String BEGAN = "began";

	static final String OPENED = "opened";

	private static final int PULSES_PER_LEASE = 20;

	/** With a longer lease nobody is taken for dead who is alive. */
	private static final long LONG_LEASE_MILLIS = Duration.ofSeconds(10).toMillis();

	private WorkloadMain() {
	}

	@SuppressWarnings("SystemOut") // how the parent is told
	public static void main(String[] args) throws IOException {
		System.out.println(BEGAN + " " + HistoryLog.now());
		daemon(WorkloadMain::endWithParent);
		WorkloadSettings settings = WorkloadSettings.parse(args[0]);
		WorkloadQueue queue = WorkloadQueue.open(settings);
		Runtime.getRuntime().addShutdownHook(new Thread(queue::close, "close"));
		if (settings.leaseMillis() < LONG_LEASE_MILLIS) {
			daemon(() -> pulse(queue, settings.leaseMillis() / PULSES_PER_LEASE));
		}
		if (settings.works()) {
			queue.start();
		}
		Long collections = Long.getLong(Collections.PROPERTY);
		if (collections != null) {
			daemon(new Collections(collections, settings.seed(), queue.log()));
		}
		System.out.println(OPENED);
		new Load(queue, settings).start();
		if (!settings.works()) {
			// Running workers keep the process up.
			park();
		}
	}

	private static void daemon(Runnable work) {
		Thread thread = new Thread(work);
		thread.setDaemon(true);
		thread.start();
	}

	private static void endWithParent() {
		try {
			while (System.in.read() >= 0) {
				// Nothing is said, but the end.
			}
		}
		catch (IOException ex) {
			// The parent is gone.
		}
		Runtime.getRuntime().halt(1);
	}

	private static void pulse(WorkloadQueue queue, long millis) {
		try {
			while (true) {
				queue.log().pulse();
				Thread.sleep(millis);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void park() {
		try {
			Thread.sleep(Long.MAX_VALUE);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
