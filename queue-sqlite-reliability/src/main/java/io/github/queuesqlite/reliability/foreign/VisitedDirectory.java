package io.github.queuesqlite.reliability.foreign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.history.HistoryChecker;
import io.github.queuesqlite.reliability.history.HistoryLog;
import io.github.queuesqlite.reliability.workload.Verification;
import io.github.queuesqlite.reliability.workload.WorkloadDirectory;
import io.github.queuesqlite.reliability.workload.WorkloadProcess;
import io.github.queuesqlite.reliability.workload.WorkloadSettings;

/**
 * A directory whose files others read, write and copy while a process works, and between
 * two: no call may fail, everything must be as if nobody had come.
 */
final class VisitedDirectory implements AutoCloseable {

	private static final int MOST_PAUSE_MILLIS = 100;

	private final WorkloadDirectory directory;

	private final WorkloadSettings settings;

	private final Outcome outcome;

	private final RandomGenerator random;

	private final List<Saved> saved = new ArrayList<>();

	VisitedDirectory(Effort effort, int number, Outcome outcome) throws IOException {
		this.outcome = outcome;
		this.random = effort.random(number);
		this.directory = new WorkloadDirectory(effort, number, outcome);
		this.settings = this.directory.settings();
	}

	private Path files() {
		return Path.of(this.settings.directory(), "default");
	}

	/**
	 * Runs a process, or two one after the other.
	 * @param visits how often somebody comes
	 * @param twice whether there is a second one
	 */
	void run(int visits, boolean twice) throws IOException, InterruptedException {
		try (WorkloadProcess process = start("first")) {
			for (int i = 0; i < visits; i++) {
				Thread.sleep(this.random.nextInt(MOST_PAUSE_MILLIS));
				visit(i);
			}
			process.kill();
		}
		visit(anyHand());
		if (twice) {
			try (WorkloadProcess process = start("second")) {
				visit(anyHand());
				process.terminate();
				process.awaitEnd();
			}
			visit(anyHand());
		}
		this.directory
			.report(new Verification(this.settings.process("check", 0), HistoryChecker.ofHealthyStore()).run());
		for (Saved copy : this.saved) {
			this.directory
				.report(new OpenedCopy(copy.path(), copy.backup(), this.directory.history(), copy.at(), this.outcome)
					.findings());
		}
		this.directory.deleteWhenSound();
	}

	private WorkloadProcess start(String name) throws IOException, InterruptedException {
		WorkloadProcess process = this.directory.start(this.settings.process(name, this.random.nextLong()));
		process.awaitOpened();
		return process;
	}

	/** All kinds in turn, in whatever order. */
	private void visit(int number) throws IOException, InterruptedException {
		int kinds = Hands.values().length + Backups.values().length;
		int kind = number % kinds;
		if (kind < Hands.values().length) {
			visit(Hands.values()[kind]);
		}
		else {
			save(Backups.values()[kind - Hands.values().length]);
		}
	}

	private Hands anyHand() {
		return Hands.values()[this.random.nextInt(Hands.values().length)];
	}

	private void visit(Hands hand) throws IOException, InterruptedException {
		List<Path> files;
		try (Stream<Path> list = Files.list(files())) {
			files = list.filter((path) -> path.toString().endsWith(".db")).sorted().toList();
		}
		hand.act(files.get(this.random.nextInt(files.size())), this.random);
		this.outcome.count(hand.counted(), 1);
	}

	private void save(Backups backup) throws IOException, InterruptedException {
		long at = HistoryLog.now();
		Path target = Files.createDirectories(this.directory.path().resolve("saved-" + this.saved.size()));
		backup.make(files(), target.resolve("queue").resolve("default"));
		this.saved.add(new Saved(target, backup, at));
		this.outcome.count(backup.counted(), 1);
	}

	@Override
	public void close() throws IOException {
		this.directory.close();
	}

	/**
	 * A copy of the directory.
	 *
	 * @param path where; the queue is below
	 * @param backup how it was made
	 * @param at when it was begun
	 */
	private record Saved(Path path, Backups backup, long at) {

	}

}
