package io.github.queuesqlite.reliability.foreign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.foreign.Tampering.Target;
import io.github.queuesqlite.reliability.history.Answer;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.HistoryChecker;
import io.github.queuesqlite.reliability.history.HistoryLog;
import io.github.queuesqlite.reliability.workload.Verification;
import io.github.queuesqlite.reliability.workload.WorkloadDirectory;
import io.github.queuesqlite.reliability.workload.WorkloadProcess;
import io.github.queuesqlite.reliability.workload.WorkloadSettings;
import io.github.queuesqlite.store.IdLayout;
import org.jspecify.annotations.Nullable;

/**
 * A directory whose files somebody deletes, moves, cuts or replaces while a process
 * works: nothing is lost, or the shard is taken out of use by name and the other one goes
 * on.
 */
final class TamperedDirectory implements AutoCloseable {

	private static final int LEAST_WORKING_MILLIS = 100;

	private static final int MOST_WORKING_MILLIS = 600;

	/** However slow the machine is. */
	private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

	private static final long LOOK_MILLIS = 5;

	/** A process looks at its log every 20 ms. */
	private static final long SOME_LOOKS_NANOS = Duration.ofMillis(100).toNanos();

	private final Tampering tampering;

	private final boolean hasShell;

	private final WorkloadDirectory directory;

	private final WorkloadSettings settings;

	private final Target target;

	private final Outcome outcome;

	private final RandomGenerator random;

	TamperedDirectory(Tampering tampering, boolean hasShell, Effort effort, int number, Outcome outcome)
			throws IOException {
		this.tampering = tampering;
		this.hasShell = hasShell;
		this.outcome = outcome;
		this.random = effort.random(number);
		this.directory = new WorkloadDirectory(effort, number, outcome);
		this.settings = this.directory.settings();
		this.target = new Target(Path.of(this.settings.directory(), "default"), this.random.nextInt(2));
	}

	void run() throws IOException, InterruptedException {
		this.outcome.count(this.tampering.counted(), 1);
		try (WorkloadProcess process = start("first")) {
			work();
			this.target.keepOlder();
			work();
			startLogOver();
			long tampered = HistoryLog.now();
			this.directory.note(new Event.Tampering(tampered));
			this.tampering.act(this.target, this.random);
			comeToo();
			work();
			awaitNotice(tampered);
			end(process);
		}
		boolean noticed = Files.exists(this.target.note());
		this.tampering.mend(this.target);
		check(noticed);
		this.directory.deleteWhenSound();
	}

	private WorkloadProcess start(String name) throws IOException, InterruptedException {
		WorkloadProcess process = this.directory.start(this.settings.process(name, this.random.nextLong()));
		process.awaitOpened();
		return process;
	}

	private void work() throws InterruptedException {
		Thread.sleep(this.random.nextInt(LEAST_WORKING_MILLIS, MOST_WORKING_MILLIS));
	}

	/** So that what was kept is of another log, and of a file of before. */
	private void startLogOver() throws IOException, InterruptedException {
		if (this.hasShell && this.random.nextInt(4) > 0) {
			Shell.run(this.target.file(), "PRAGMA wal_checkpoint(TRUNCATE)");
			work();
		}
	}

	/** Others open what they find. */
	private void comeToo() throws IOException, InterruptedException {
		if (this.hasShell && this.tampering == Tampering.DELETE_SHARED_MEMORY) {
			Hands hand = this.random.nextBoolean() ? Hands.WRITE : Hands.VISIT;
			hand.act(this.target.file(), this.random);
		}
		if (this.tampering == Tampering.DELETE_LOCKS || this.tampering == Tampering.DELETE_SHARED_MEMORY) {
			try (WorkloadProcess second = start("second")) {
				work();
				end(second);
			}
		}
	}

	/**
	 * Who is killed before he comes to look cannot notice: he works on for a while with
	 * what he finds.
	 */
	private void awaitNotice(long tampered) throws IOException, InterruptedException {
		if (this.tampering.isHarmless() && !this.tampering.isNoticed()) {
			return;
		}
		long start = System.nanoTime();
		while (Files.notExists(this.target.note()) && (this.tampering.isNoticed() || !worksOn(tampered))) {
			if (System.nanoTime() - start > PATIENCE_NANOS) {
				report(List
					.of("Expected that it is noticed, or that the process works on, found no quarantine of shard "
							+ this.target.shard()));
				return;
			}
			Thread.sleep(LOOK_MILLIS);
		}
	}

	private boolean worksOn(long tampered) throws IOException {
		return this.directory.history()
			.entries()
			.stream()
			.anyMatch((entry) -> entry.event() instanceof Event.Answered answered
					&& answered.at() - tampered > SOME_LOOKS_NANOS
					&& answered.answers().stream().map(Answer::id).anyMatch(this::isOfTarget));
	}

	private boolean isOfTarget(@Nullable MessageId id) {
		return id != null && IdLayout.shard(id.value()) == this.target.shard();
	}

	private void end(WorkloadProcess process) throws InterruptedException {
		if (this.random.nextBoolean()) {
			process.kill();
		}
		else {
			process.terminate();
			process.awaitEnd();
		}
	}

	private void check(boolean noticed) throws IOException, InterruptedException {
		HistoryChecker checker = (this.tampering == Tampering.DELETE_LOCKS) ? HistoryChecker.ofLocklessStore()
				: HistoryChecker.ofPromises();
		Verification verification = new Verification(this.settings.process("check", 0), checker);
		if (!this.tampering.isHarmless()) {
			verification.forgiving(noticed ? Set.of(this.target.shard()) : Set.of());
		}
		try {
			report(verification.run());
		}
		catch (QueueException ex) {
			report(List.of("Expected that the other shard goes on, found " + ex));
		}
		if (noticed || !verification.lost().isEmpty()) {
			this.outcome.count("shards taken out of use by name", 1);
		}
		if (verification.lost().stream().anyMatch((shard) -> shard != this.target.shard())) {
			report(List.of("Expected only shard " + this.target.shard() + " out of use, found " + verification.lost()));
		}
	}

	private void report(List<String> violations) {
		this.directory.report(violations.stream().map((text) -> this.tampering.counted() + ": " + text).toList());
	}

	@Override
	public void close() throws IOException {
		this.directory.close();
	}

}
