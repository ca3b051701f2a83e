package io.github.queuesqlite.reliability.kill;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.reliability.Directories;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.History;
import io.github.queuesqlite.reliability.history.HistoryChecker;
import io.github.queuesqlite.reliability.history.HistoryLog;
import io.github.queuesqlite.reliability.history.Integrity;
import io.github.queuesqlite.reliability.workload.Verification;
import io.github.queuesqlite.reliability.workload.WorkloadDirectory;
import io.github.queuesqlite.reliability.workload.WorkloadProcess;
import io.github.queuesqlite.reliability.workload.WorkloadSettings;

/** One directory whose processes are killed one after the other. */
final class KilledDirectory implements AutoCloseable {

	private static final int KILLS_BETWEEN_CHECKS = 25;

	/** The first starts find no files, or those that a killed one began to create. */
	private static final int FIRST_STARTS = 3;

	private static final int MOST_CREATING_MILLIS = 1500;

	private static final int MOST_STARTING_MILLIS = 800;

	private static final int MOST_WORKING_MILLIS = 1000;

	private static final int MOST_CLOSING_MILLIS = 200;

	private final WorkloadDirectory directory;

	private final Outcome outcome;

	private final WorkloadSettings settings;

	private final RandomGenerator random;

	/** When the main method of each process began, by name. */
	private final Map<String, Long> begun = new HashMap<>();

	/** How many had been handed in by the latest check. */
	private int messages;

	KilledDirectory(Effort effort, int number, Outcome outcome) throws IOException {
		this.outcome = outcome;
		this.directory = new WorkloadDirectory(effort, number, outcome);
		this.settings = this.directory.settings();
		this.random = effort.random(number);
	}

	void run(int kills) throws IOException, InterruptedException {
		for (int kill = 1; kill <= kills && this.outcome.violations().isEmpty(); kill++) {
			kill(kill);
			if (kill % KILLS_BETWEEN_CHECKS == 0 || kill == kills) {
				check("check-" + kill);
			}
		}
		sampleRestarts();
		this.directory.deleteWhenSound();
	}

	private void kill(int kill) throws IOException, InterruptedException {
		String name = "process-" + kill;
		long spawned = HistoryLog.now();
		try (WorkloadProcess process = this.directory.start(this.settings.process(name, this.random.nextLong()))) {
			long begun = process.awaitBegun();
			this.outcome.sample("start of the JVM, ms", (begun - spawned) / 1e6);
			this.begun.put(name, begun);
			awaitMoment(process, kill);
			process.kill();
		}
		this.outcome.count("kills", 1);
		Path copy = this.directory.path().resolve("copy");
		this.directory.report(Integrity.checkCopy(Path.of(this.settings.directory()), copy));
		Directories.delete(copy);
	}

	private void awaitMoment(WorkloadProcess process, int kill) throws InterruptedException {
		int kind = this.random.nextInt(10);
		if (kill <= FIRST_STARTS) {
			Thread.sleep(this.random.nextInt(MOST_CREATING_MILLIS));
		}
		else if (kind == 0) {
			Thread.sleep(this.random.nextInt(MOST_STARTING_MILLIS));
		}
		else {
			process.awaitOpened();
			Thread.sleep(this.random.nextInt(MOST_WORKING_MILLIS));
			if (kind == 1) {
				process.terminate();
				Thread.sleep(this.random.nextInt(MOST_CLOSING_MILLIS));
			}
		}
	}

	private void check(String name) throws IOException, InterruptedException {
		Verification verification = new Verification(this.settings.process(name, 0), HistoryChecker.ofHealthyStore());
		this.directory.report(verification.run());
		this.outcome.count("checks", 1);
		this.outcome.count("messages", verification.messages() - this.messages);
		this.messages = verification.messages();
	}

	/** From the main method of a restarted process to the first handler it runs. */
	private void sampleRestarts() throws IOException {
		List<String> seen = new ArrayList<>();
		for (History.Entry entry : this.directory.history().entries()) {
			Long begun = this.begun.get(entry.process());
			if (entry.event() instanceof Event.Started started && begun != null && !seen.contains(entry.process())) {
				seen.add(entry.process());
				this.outcome.sample("restart to first handler, ms", (started.at() - begun) / 1e6);
			}
		}
	}

	@Override
	public void close() throws IOException {
		this.directory.close();
	}

}
