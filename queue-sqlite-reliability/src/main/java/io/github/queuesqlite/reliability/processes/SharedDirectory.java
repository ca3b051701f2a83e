package io.github.queuesqlite.reliability.processes;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Machine;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.history.HistoryChecker;
import io.github.queuesqlite.reliability.workload.Verification;
import io.github.queuesqlite.reliability.workload.WorkloadDirectory;
import io.github.queuesqlite.reliability.workload.WorkloadProcess;
import io.github.queuesqlite.reliability.workload.WorkloadSettings;

/**
 * One directory and its processes: one that only calls, one that is hot, and others that
 * come and go.
 */
final class SharedDirectory implements AutoCloseable {

	static final String CALM = "calm";

	private static final int CALM_CALLS = 40;

	private static final int HOT_CALLS = 150;

	/**
	 * Of the hot one: some of it is claimed and has not begun when a process is killed.
	 */
	private static final int BURST = 100;

	/**
	 * So few that suspects find free places: how long they wait for one tells nothing.
	 */
	private static final int OTHER_CALLS = 20;

	/** Besides the one that only calls. */
	private static final int LEAST_WORKERS = 1;

	private static final int MOST_WORKERS = 5;

	private static final int MOST_PAUSE_MILLIS = 1000;

	private final WorkloadDirectory directory;

	private final Outcome outcome;

	private final WorkloadSettings settings;

	private final Logs logs;

	private final RandomGenerator random;

	private final List<WorkloadProcess> workers = new ArrayList<>();

	private int started;

	SharedDirectory(Effort effort, int number, Outcome outcome) throws IOException {
		this.outcome = outcome;
		this.directory = new WorkloadDirectory(effort, number, outcome);
		this.settings = this.directory.settings();
		this.logs = new Logs(this.directory.path().resolve("logs"),
				"seed %d, directory %d".formatted(effort.seed(), number));
		this.random = effort.random(number);
	}

	void run(Duration time) throws IOException, InterruptedException, SQLException {
		try (WorkloadProcess calm = start(
				this.settings.callsPerSecond(CALM_CALLS).works(false).process(CALM, this.random.nextLong()));
				Machine machine = Machine.measured(this.directory.path().resolve("machine"), Duration.ofMillis(250),
						this.outcome::sample)) {
			join();
			join();
			calm.awaitOpened();
			long end = System.nanoTime() + time.toNanos();
			// However short the time is: one of each.
			pause();
			kill();
			join();
			pause();
			restart();
			while (System.nanoTime() < end) {
				pause();
				change();
			}
			for (WorkloadProcess worker : this.workers) {
				end(worker);
			}
			end(calm);
		}
		this.logs.search(this.outcome);
		Verification verification = new Verification(this.settings.process("check", 0),
				HistoryChecker.ofHealthyStore());
		this.directory.report(verification.run());
		this.outcome.count("messages", verification.messages());
		new Latencies(this.directory.history()).sample(this.outcome);
		this.directory.deleteWhenSound();
	}

	private void change() throws IOException, InterruptedException, SQLException {
		int kind = this.random.nextInt(3);
		if (this.workers.size() < LEAST_WORKERS + 1 || (kind == 0 && this.workers.size() < MOST_WORKERS)) {
			join();
		}
		else if (kind == 1) {
			kill();
		}
		else {
			restart();
		}
	}

	private void pause() throws InterruptedException {
		Thread.sleep(this.random.nextInt(MOST_PAUSE_MILLIS));
	}

	private void kill() throws IOException, InterruptedException, SQLException {
		anyWorker().killNoted();
		this.outcome.count("kills", 1);
	}

	/** One takes the place of another, which leaves in peace. */
	private void restart() throws IOException, InterruptedException {
		WorkloadProcess leaver = anyWorker();
		join();
		end(leaver);
		this.outcome.count("restarts", 1);
	}

	/** Any but the one that has been there longest, so that there is always one. */
	private WorkloadProcess anyWorker() {
		return this.workers.remove(LEAST_WORKERS + this.random.nextInt(this.workers.size() - LEAST_WORKERS));
	}

	private void join() throws IOException, InterruptedException {
		WorkloadSettings load = (this.started == 0) ? this.settings.callsPerSecond(HOT_CALLS).burst(BURST)
				: this.settings.callsPerSecond(OTHER_CALLS);
		this.started++;
		WorkloadProcess worker = start(load.process("worker-" + this.started, this.random.nextLong()));
		this.workers.add(worker);
		worker.awaitOpened();
		this.outcome.count("joins", 1);
	}

	private WorkloadProcess start(WorkloadSettings settings) throws IOException {
		return this.directory.start(settings, this.logs.arguments(settings.process()));
	}

	private static void end(WorkloadProcess process) throws InterruptedException {
		process.terminate();
		process.awaitEnd();
	}

	@Override
	public void close() throws IOException {
		this.workers.forEach(WorkloadProcess::close);
		this.directory.close();
	}

}
