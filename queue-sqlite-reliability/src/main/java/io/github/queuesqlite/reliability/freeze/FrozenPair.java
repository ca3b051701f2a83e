package io.github.queuesqlite.reliability.freeze;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.History;
import io.github.queuesqlite.reliability.history.HistoryChecker;
import io.github.queuesqlite.reliability.history.HistoryLog;
import io.github.queuesqlite.reliability.workload.Kernel;
import io.github.queuesqlite.reliability.workload.Verification;
import io.github.queuesqlite.reliability.workload.WorkloadDirectory;
import io.github.queuesqlite.reliability.workload.WorkloadProcess;
import io.github.queuesqlite.reliability.workload.WorkloadQueue;
import io.github.queuesqlite.reliability.workload.WorkloadSettings;
import org.jspecify.annotations.Nullable;

/**
 * Two processes on one directory that stand still in turn; one also collects its heap for
 * longer than its lease. In every other directory with many freezes the first one is
 * inside a transaction.
 */
final class FrozenPair implements AutoCloseable {

	private static final Duration LEASE = Duration.ofSeconds(2);

	/** In each build a freeze inside a transaction would take too long. */
	private static final int FREEZES_WORTH_A_LOCK = 10;

	/** As long again as others wait for the lock before they give up. */
	private static final Duration HELD = Duration.ofSeconds(20);

	/** However slow the machine is. */
	private static final long PATIENCE_NANOS = Duration.ofSeconds(120).toNanos();

	private static final long LOOK_MILLIS = 50;

	private static final int MOST_WORKING_MILLIS = 500;

	private static final int MOST_MILLIS_BEFORE_A_TRANSACTION = 20;

	/** More than run at once, so that some are claimed and wait. */
	private static final int BURST = 60;

	/** So many claims that some of them wait. */
	private static final int MANY = 2 * WorkloadQueue.CONCURRENCY;

	/** So often it is thawed at once because nothing that it has claimed waits. */
	private static final int TRIES_FOR_MANY = 3;

	private static final long MOST_NANOS_UNTIL_MANY = Duration.ofSeconds(2).toNanos();

	private final int number;

	private final WorkloadDirectory directory;

	private final Outcome outcome;

	private final WorkloadSettings settings;

	private final RandomGenerator random;

	/** When a lock was held by a process that stood still; never to begin with. */
	private long lockedFrom = Long.MAX_VALUE;

	private long lockedTo;

	FrozenPair(Effort effort, int number, Outcome outcome) throws IOException {
		this.number = number;
		this.outcome = outcome;
		this.directory = new WorkloadDirectory(effort, number, outcome);
		this.settings = this.directory.settings().lease(LEASE).callsPerSecond(100).burst(BURST);
		this.random = effort.random(number);
	}

	void run(int freezes) throws IOException, InterruptedException, SQLException {
		try (WorkloadProcess one = start("one");
				WorkloadProcess two = start("two", "-Xmx400m", "-Dcollections.millis=" + 3 * LEASE.toMillis() / 2)) {
			one.awaitOpened();
			two.awaitOpened();
			for (int i = 0; i < freezes; i++) {
				WorkloadProcess process = (i % 2 == 0) ? one : two;
				freezeBriefly(process);
				if (i == 0 && this.number % 2 == 0 && freezes >= FREEZES_WORTH_A_LOCK) {
					freezeInTransaction(process);
				}
				else {
					freezeInRuns(process);
				}
			}
			one.terminate();
			two.terminate();
			one.awaitEnd();
			two.awaitEnd();
		}
		check();
	}

	private WorkloadProcess start(String name, String... jvmArguments) throws IOException {
		return this.directory.start(this.settings.process(name, this.random.nextLong()), jvmArguments);
	}

	private void check() throws IOException, InterruptedException {
		this.directory.report(new Verification(this.settings.process("check", 0), HistoryChecker.ofPromises()).run());
		History history = this.directory.history();
		Refusals refusals = new Refusals(history, this.lockedFrom, this.lockedTo);
		this.outcome.count("calls refused beside a frozen transaction", refusals.expected());
		this.directory.report(refusals.violations());
		this.outcome.count("long collections",
				history.entries().stream().filter((entry) -> entry.event() instanceof Event.Collected).count());
		LateEnds late = new LateEnds(history);
		this.outcome.count("late ends refused", late.refused());
		this.directory.report(late.uncounted());
		this.directory.deleteWhenSound();
	}

	/** Much shorter than its lease: the check finds it when something is taken over. */
	private void freezeBriefly(WorkloadProcess process) throws IOException, InterruptedException {
		Thread.sleep(this.random.nextInt(MOST_WORKING_MILLIS));
		process.freeze();
		Thread.sleep(LEASE.toMillis() / 5);
		process.thaw();
		this.outcome.count("brief freezes", 1);
	}

	/**
	 * Longer than its lease, with runs that the other can take; if possible when what it
	 * has claimed waits, and must not begin when it goes on.
	 */
	private void freezeInRuns(WorkloadProcess process) throws IOException, InterruptedException, SQLException {
		long giveUp = HistoryLog.now() + PATIENCE_NANOS;
		for (int tries = 0; HistoryLog.now() < giveUp; tries++) {
			Thread.sleep(this.random.nextInt(MOST_WORKING_MILLIS));
			int least = (tries < TRIES_FOR_MANY) ? MANY : 1;
			awaitOwned(process, least);
			FrozenRuns runs = frozen(process, (owned, holdsLock) -> !holdsLock && owned.size() >= least);
			if (runs != null && runs.isEmpty()) {
				process.thaw();
			}
			else if (runs != null) {
				this.outcome.count("messages that were claimed and had not begun", runs.waiting());
				awaitTakeOver(process, runs);
				return;
			}
		}
		throw new IllegalStateException("Process " + process.name() + " was never caught in the midst of a run");
	}

	private static void awaitOwned(WorkloadProcess process, int least)
			throws IOException, InterruptedException, SQLException {
		long end = HistoryLog.now() + MOST_NANOS_UNTIL_MANY;
		while (process.owned().size() < least && HistoryLog.now() < end) {
			Thread.sleep(1);
		}
	}

	private void awaitTakeOver(WorkloadProcess process, FrozenRuns runs) throws IOException, InterruptedException {
		long frozenAt = HistoryLog.now();
		FrozenRuns.Fate fate = runs.fate(this.directory.history());
		while (fate == FrozenRuns.Fate.OPEN && HistoryLog.now() - frozenAt < PATIENCE_NANOS) {
			Thread.sleep(LOOK_MILLIS);
			fate = runs.fate(this.directory.history());
		}
		Thread.sleep(this.random.nextInt(MOST_WORKING_MILLIS));
		this.outcome.count("freezes", 1);
		if (fate == FrozenRuns.Fate.OPEN) {
			this.directory.report(List
				.of("Expected that a run of the frozen process is taken over, found none of %s".formatted(runs)));
		}
		else if (fate == FrozenRuns.Fate.TAKEN) {
			this.outcome.count("runs taken over", runs.taken(this.directory.history()));
			this.outcome.sample("take-over from a frozen process, ms",
					(runs.takenAt(this.directory.history()) - frozenAt) / 1e6);
		}
		process.thaw();
	}

	/**
	 * So long that the other gives up waiting. Then both must go on: the next freeze
	 * waits for a take-over.
	 */
	private void freezeInTransaction(WorkloadProcess process) throws IOException, InterruptedException, SQLException {
		long giveUp = HistoryLog.now() + PATIENCE_NANOS;
		while (HistoryLog.now() < giveUp) {
			Thread.sleep(this.random.nextInt(MOST_MILLIS_BEFORE_A_TRANSACTION));
			if (frozen(process, (owned, holdsLock) -> holdsLock) != null) {
				this.lockedFrom = HistoryLog.now();
				Thread.sleep(HELD.toMillis());
				this.lockedTo = HistoryLog.now();
				process.thaw();
				this.outcome.count("freezes inside a transaction", 1);
				return;
			}
		}
		throw new IllegalStateException("Process " + process.name() + " was never caught inside a transaction");
	}

	/**
	 * Freezes it; lets it go on and returns null when that was not where it is wanted.
	 */
	private @Nullable FrozenRuns frozen(WorkloadProcess process, BiPredicate<List<Event.Claim>, Boolean> isWanted)
			throws IOException, InterruptedException, SQLException {
		process.freeze();
		Kernel.awaitStopped(process.child().pid(), PATIENCE_NANOS);
		List<Event.Claim> owned = process.owned();
		if (isWanted.test(owned, Kernel.holdsWriteLock(process.child().pid()))) {
			return new FrozenRuns(process.name(), this.directory.history(), owned);
		}
		process.thaw();
		return null;
	}

	@Override
	public void close() throws IOException {
		this.directory.close();
	}

}
