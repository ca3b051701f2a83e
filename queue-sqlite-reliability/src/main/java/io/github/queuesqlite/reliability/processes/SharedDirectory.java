package io.github.queuesqlite.reliability.processes;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Machine;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.history.HistoryChecker;
import io.github.queuesqlite.reliability.history.HistoryLog;
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

	/** So many that the hot process has places left: as above. */
	private static final int SLOW_AT_ONCE = 8;

	/** Besides the one that only calls. */
	private static final int LEAST_WORKERS = 1;

	private static final int MOST_WORKERS = 5;

	private static final int MOST_PAUSE_MILLIS = 1000;

	/** Of the time of a directory: what a process needs until its code is compiled. */
	private static final int WARM_UP_PARTS = 20;

	/** Of the time of a directory: how long its calls are measured in peace. */
	private static final int PEACE_PARTS = 6;

	/** In which what a killed process had is taken over. */
	private static final Duration TAKE_OVER = Duration.ofMillis(1500);

	/** How many processes are killed in peace. */
	private static final int PEACEFUL_KILLS = 2;

	private final WorkloadDirectory directory;

	private final Outcome outcome;

	private final WorkloadSettings settings;

	private final Logs logs;

	private final RandomGenerator random;

	private final List<WorkloadProcess> workers = new ArrayList<>();

	private final Peace peace = new Peace();

	/** On the thread that measures, until it has ended. */
	private final Queue<MachineSample> machineSamples = new ConcurrentLinkedQueue<>();

	private int started;

	SharedDirectory(Effort effort, int number, Outcome outcome) throws IOException {
		this.outcome = outcome;
		this.directory = new WorkloadDirectory(effort, number, outcome);
		this.settings = this.directory.settings().slowAtOnce(SLOW_AT_ONCE);
		this.logs = new Logs(this.directory.path().resolve("logs"),
				"seed %d, directory %d".formatted(effort.seed(), number));
		this.random = effort.random(number);
	}

	void run(Duration time) throws IOException, InterruptedException, SQLException {
		try (WorkloadProcess calm = start(
				this.settings.callsPerSecond(CALM_CALLS).works(false).process(CALM, this.random.nextLong()));
				Machine machine = Machine.measured(this.directory.path().resolve("machine"), Duration.ofMillis(250),
						this::sampleOfMachine)) {
			join();
			calm.awaitOpened();
			long end = System.nanoTime() + time.toNanos();
			beInPeace(time);
			join();
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
		this.machineSamples
			.forEach((sample) -> this.outcome.sample(this.peace.name(sample.what, sample.at, sample.at), sample.value));
		new Latencies(this.directory.history(), this.peace).sample(this.outcome);
		this.directory.deleteWhenSound();
	}

	/** A calm process beside a hot one, and deaths of a third one. */
	private void beInPeace(Duration time) throws IOException, InterruptedException, SQLException {
		Thread.sleep(time.dividedBy(WARM_UP_PARTS).toMillis());
		long from = HistoryLog.now();
		Thread.sleep(time.dividedBy(PEACE_PARTS).toMillis());
		this.peace.between(from, HistoryLog.now());
		for (int i = 0; i < PEACEFUL_KILLS; i++) {
			join();
			Thread.sleep(time.dividedBy(WARM_UP_PARTS).toMillis());
			WorkloadProcess victim = anyWorker();
			this.peace.killed(victim.name());
			victim.killNoted();
			this.outcome.count("kills", 1);
			Thread.sleep(TAKE_OVER.toMillis());
		}
	}

	private void sampleOfMachine(String what, double value) {
		this.machineSamples.add(new MachineSample(HistoryLog.now(), what, value));
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

	private record MachineSample(long at, String what, double value) {
	}

}
