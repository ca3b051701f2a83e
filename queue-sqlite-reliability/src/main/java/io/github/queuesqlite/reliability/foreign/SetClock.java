package io.github.queuesqlite.reliability.foreign;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.HistoryChecker;
import io.github.queuesqlite.reliability.history.HistoryLog;
import io.github.queuesqlite.reliability.workload.MovedClock;
import io.github.queuesqlite.reliability.workload.Verification;
import io.github.queuesqlite.reliability.workload.WorkloadDirectory;
import io.github.queuesqlite.reliability.workload.WorkloadProcess;
import io.github.queuesqlite.reliability.workload.WorkloadSettings;

/**
 * Two processes on one directory that work, end and are replaced while the wall clock of
 * their machine jumps.
 */
final class SetClock implements AutoCloseable {

	private static final int JUMPS_OF_A_PROCESS = 6;

	private static final int MOST_PAUSE_MILLIS = 250;

	private final WorkloadDirectory directory;

	private final WorkloadSettings settings;

	private final MovedClock clock;

	private final Jumps jumps;

	private final RandomGenerator random;

	private final List<WorkloadProcess> processes = new ArrayList<>();

	private int started;

	SetClock(Effort effort, int number, Outcome outcome) throws IOException {
		this.random = effort.random(number);
		this.directory = new WorkloadDirectory(effort, number, outcome);
		Path file = this.directory.path().resolve("clock");
		this.settings = this.directory.settings().clock(file);
		this.clock = MovedClock.open(file);
		this.jumps = new Jumps(this.clock, this.random, outcome);
	}

	/**
	 * Runs processes.
	 * @param replacements how often one takes the place of another
	 */
	void run(int replacements) throws IOException, InterruptedException {
		start();
		for (int i = 0; i <= replacements; i++) {
			start();
			jump();
			end();
		}
		end();
		set(Jumps.last());
		this.directory
			.report(new Verification(this.settings.process("check", 0), HistoryChecker.ofHealthyStore()).run());
		this.directory.deleteWhenSound();
	}

	private void start() throws IOException, InterruptedException {
		this.started++;
		WorkloadProcess process = this.directory
			.start(this.settings.process("process-" + this.started, this.random.nextLong()));
		this.processes.add(process);
		process.awaitOpened();
	}

	private void jump() throws InterruptedException {
		for (int i = 0; i < JUMPS_OF_A_PROCESS; i++) {
			Thread.sleep(this.random.nextInt(MOST_PAUSE_MILLIS));
			set(this.jumps.next());
		}
	}

	private void set(Duration ahead) {
		long from = HistoryLog.now();
		this.clock.set(ahead);
		this.directory.note(new Event.ClockSet(HistoryLog.now(), from, ahead.toMillis()));
	}

	private void end() throws InterruptedException {
		WorkloadProcess process = this.processes.remove(0);
		if (this.random.nextBoolean()) {
			process.kill();
		}
		else {
			process.terminate();
			process.awaitEnd();
		}
	}

	@Override
	public void close() throws IOException {
		this.processes.forEach(WorkloadProcess::close);
		this.directory.close();
	}

}
