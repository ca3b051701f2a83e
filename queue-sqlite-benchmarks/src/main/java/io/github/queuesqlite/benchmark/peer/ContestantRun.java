package io.github.queuesqlite.benchmark.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.benchmark.measure.Cpu;
import io.github.queuesqlite.benchmark.measure.Fsync;
import io.github.queuesqlite.benchmark.measure.Samples;

/** Measures one contestant, in a JVM that does nothing else. */
public final class ContestantRun {

	/** Above what a peer may look away, for what else it does before it begins. */
	private static final Duration GRACE = Duration.ofSeconds(3);

	private static final int FSYNCS = 300;

	private final ContestantKind kind;

	private final Path directory;

	private final Plan plan;

	private final Failures failures = new Failures();

	private final Watch watch = new Watch();

	private ContestantRun(ContestantKind kind, Path directory, Plan plan) {
		this.kind = kind;
		this.directory = directory;
		this.plan = plan;
	}

	/**
	 * Measures and prints lines for {@link ContestantResult}.
	 * @param args kind, existing directory, rounds, window and pace in milliseconds
	 */
	@SuppressWarnings("SystemOut") // the parent reads it
	public static void main(String[] args) throws Exception {
		Plan plan = Plan.of(args[2], args[3], args[4]);
		ContestantRun run = new ContestantRun(ContestantKind.valueOf(args[0]), Path.of(args[1]), plan);
		FailureAppender.install(run.failures);
		Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> run.failures.add("thread ended", failure));
		run.measure();
		System.out.println(ContestantResult.value(ContestantResult.PAUSE, run.watch.longestPauseSeconds()));
		run.failures.counts()
			.forEach((text, count) -> System.out.println(ContestantResult.failure(text, count.longValue())));
		System.out.flush();
		// Whatever threads a peer leaves behind.
		System.exit(0);
	}

	private void measure() throws Exception {
		fsync();
		try (Contestants contestants = this.kind.open(this.directory)) {
			int threads = fastest(contestants);
			print(ContestantResult.THREADS, threads);
			for (int round = -1; round < this.plan.rounds(); round++) {
				with(contestants.next(threads), (round < 0) ? this::enqueueWarmingUp : this::enqueueAndDrain);
			}
			with(contestants.next(threads), this::lives);
			with(contestants.next(threads), this::paced);
		}
		fsync();
	}

	/**
	 * Returns the number of threads with the most whole lives; nothing is counted yet.
	 */
	private int fastest(Contestants contestants) throws Exception {
		List<Integer> candidates = this.kind.threads();
		int fastest = candidates.get(0);
		double most = -1;
		this.failures.close();
		for (int threads : (this.plan.rounds() > 1) ? candidates : candidates.subList(0, 0)) {
			try (Contestant contestant = contestants.next(threads)) {
				double rate = trial(contestant);
				if (rate > most) {
					fastest = threads;
					most = rate;
				}
			}
		}
		return fastest;
	}

	private double trial(Contestant contestant) throws InterruptedException {
		contestant.startWorkers();
		try (Flow flow = new Flow(contestant, this.kind.bulk(), this.failures)) {
			flow.start();
			if (!begun("trial")) {
				return 0;
			}
			TimeUnit.MILLISECONDS.sleep(2 * this.plan.window().toMillis());
			return new Watch().rate(() -> false, this.plan.window().multipliedBy(2));
		}
	}

	/** What closing a contestant complains about is not counted. */
	private void with(Contestant contestant, Part part) throws Exception {
		this.failures.open();
		try (contestant) {
			part.measure(contestant);
			this.failures.close();
		}
	}

	private void fsync() throws IOException {
		print(ContestantResult.FSYNC, Fsync.measure(this.directory.resolve("fsync"), FSYNCS).percentile(50));
	}

	private void enqueueWarmingUp(Contestant contestant) throws InterruptedException {
		new Producers(contestant, this.failures).run(8, this.plan.window());
	}

	private void enqueueAndDrain(Contestant contestant) throws InterruptedException {
		Producers producers = new Producers(contestant, this.failures);
		print(ContestantResult.ENQUEUE_1, producers.run(1, this.plan.window()));
		print(ContestantResult.ENQUEUE_8, producers.run(8, this.plan.window()));
		print(ContestantResult.BULK, producers.runBulk(this.kind.bulk(), this.plan.window()));
		long all = Handled.count() + producers.enqueued();
		contestant.startWorkers();
		if (begun("drain")) {
			print(ContestantResult.DRAIN, this.watch.rate(() -> Handled.count() >= all, this.plan.window()));
		}
	}

	private void lives(Contestant contestant) throws InterruptedException {
		contestant.startWorkers();
		try (Flow flow = new Flow(contestant, this.kind.bulk(), this.failures)) {
			flow.start();
			if (!begun("whole lives")) {
				return;
			}
			TimeUnit.MILLISECONDS.sleep(2 * this.plan.window().toMillis());
			for (int round = 0; round < this.plan.rounds(); round++) {
				long cpu = Cpu.nanos();
				long before = Handled.count();
				print(ContestantResult.LIVES, this.watch.rate(() -> false, this.plan.window()));
				print(ContestantResult.CPU, Cpu.microsPerMessage(cpu, Math.max(1, Handled.count() - before)));
			}
		}
	}

	private boolean begun(String what) throws InterruptedException {
		long before = Handled.count();
		Duration patience = this.kind.poll().plus(GRACE);
		boolean begun = this.watch.until(() -> Handled.count() > before, patience);
		if (!begun) {
			this.failures.add(what, "nothing handled in " + patience.toSeconds() + " s");
		}
		return begun;
	}

	private void paced(Contestant contestant) throws InterruptedException {
		contestant.startWorkers();
		Pace pace = new Pace(contestant, this.failures, this.watch);
		Duration patience = this.kind.poll().plus(GRACE);
		pace.run(this.plan.paced().dividedBy(3), patience);
		// One round of a long poll says it all.
		int rounds = (this.kind.poll().compareTo(this.plan.paced().multipliedBy(2)) > 0) ? 1 : this.plan.rounds();
		for (int round = 0; round < rounds; round++) {
			Samples millis = pace.run(this.plan.paced(), patience);
			print(ContestantResult.PACED_P50, millis.percentile(50));
			print(ContestantResult.PACED_P99, millis.percentile(99));
		}
	}

	@SuppressWarnings("SystemOut") // the parent reads it
	private static void print(String name, double value) {
		System.out.println(ContestantResult.value(name, value));
	}

	/** Something to measure on a new store. */
	@FunctionalInterface
	private interface Part {

		void measure(Contestant contestant) throws Exception;

	}

}
