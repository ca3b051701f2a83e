package io.github.queuesqlite.reliability.ioerrors;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

import io.github.queuesqlite.reliability.Directories;
import io.github.queuesqlite.reliability.disk.FaultControl;
import org.jspecify.annotations.Nullable;

/**
 * The process whose calls fail: runs scenario after scenario and says on its standard
 * output what it came to.
 */
final class FaultMain {

	/** From here on, not every n is tried. */
	private static final int ALL_UP_TO = 200;

	private static final long DEADLINE_SECONDS = 400;

	private final Path root;

	private final FaultControl control;

	private final Path template;

	private final PrintStream out;

	private FaultMain(Path root, FaultControl control, PrintStream out) {
		this.root = root;
		this.control = control;
		this.template = root.resolve("template");
		this.out = out;
	}

	/**
	 * Makes each call of one kind fail in turn in one scenario, or some calls of all
	 * scenarios.
	 * @param args the directory, the file of the control, the seed, and the names of
	 * scenario and call or how many faults are sampled
	 */
	@SuppressWarnings("SystemOut") // its parent reads it
	public static void main(String[] args) throws Exception {
		FaultMain main = new FaultMain(Path.of(args[0]), new FaultControl(Path.of(args[1])), System.out);
		FaultRun.prepare(main.template);
		RandomGenerator random = RandomGeneratorFactory.of("SplittableRandom").create(Long.parseLong(args[2]));
		if (args.length == 4) {
			main.sample(random, Integer.parseInt(args[3]));
		}
		else {
			int faults = main.all(Scenario.valueOf(args[3]), FaultControl.Call.valueOf(args[4]), random);
			main.out.println("all " + faults);
		}
		main.out.println("end");
		Runtime.getRuntime().halt(0);
	}

	private void sample(RandomGenerator random, int samples) throws Exception {
		for (int i = 0; i < samples; i++) {
			Scenario scenario = Scenario.values()[i % Scenario.values().length];
			FaultControl.Call call = FaultControl.Call.values()[random.nextInt(2)];
			run(scenario, new FaultControl.Fault(call, FaultControl.Error.values()[random.nextInt(3)],
					random.nextBoolean(), random.nextInt(1, 8)));
		}
	}

	/** Returns how many faults there were. */
	private int all(Scenario scenario, FaultControl.Call call, RandomGenerator random) throws Exception {
		int faults = 0;
		for (FaultControl.Error error : FaultControl.Error.values()) {
			if (error == FaultControl.Error.HALF && call != FaultControl.Call.WRITE) {
				continue;
			}
			for (boolean lasting : List.of(false, true)) {
				long nth = 1;
				while (run(scenario, new FaultControl.Fault(call, error, lasting, nth))) {
					faults++;
					nth += (nth < ALL_UP_TO) ? 1 : random.nextInt(1, 50);
				}
			}
		}
		return faults;
	}

	/** Returns whether the call was reached. */
	private boolean run(Scenario scenario, FaultControl.Fault fault) throws Exception {
		this.out.println("run " + scenario + ": " + fault);
		Path directory = this.root.resolve("queue");
		copy(directory, scenario.isNew());
		FaultRun run = new FaultRun(directory, scenario);
		AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
		Thread thread = new Thread(() -> {
			try {
				run(run, scenario, fault);
			}
			catch (Throwable ex) {
				failure.set(ex);
			}
		}, "fault-run");
		thread.start();
		thread.join(TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
		if (thread.isAlive()) {
			this.control.disarm();
			found(scenario, fault, "hangs: " + stacks());
			this.out.println("end");
			Runtime.getRuntime().halt(0);
		}
		Throwable thrown = failure.get();
		if (thrown != null) {
			found(scenario, fault, "failed: " + thrown + " at " + List.of(thrown.getStackTrace()).subList(0, 3));
		}
		long failed = this.control.failed();
		run.found().forEach((what) -> found(scenario, fault, what));
		this.out.println("ran " + (failed > 0) + " " + run.isRefused());
		Directories.delete(directory);
		return failed > 0 && run.found().isEmpty() && thrown == null;
	}

	private void run(FaultRun run, Scenario scenario, FaultControl.Fault fault) throws IOException {
		this.control.match(scenario.match());
		run.begin();
		this.control.arm(fault);
		try {
			scenario.run(run);
			run.checkOthersGoOn();
		}
		finally {
			this.control.disarm();
		}
		run.checkService();
		run.checkFiles();
	}

	private void copy(Path directory, boolean isNew) throws IOException {
		if (isNew) {
			return;
		}
		try (Stream<Path> files = Files.walk(this.template)) {
			for (Path file : files.toList()) {
				Files.copy(file, directory.resolve(this.template.relativize(file).toString()));
			}
		}
	}

	private void found(Scenario scenario, FaultControl.Fault fault, String what) {
		this.out.println("found " + scenario + ", " + fault + ": " + what.replace('\n', ' '));
	}

	private static String stacks() {
		StringBuilder text = new StringBuilder();
		for (Map.Entry<Thread, StackTraceElement[]> entry : Thread.getAllStackTraces().entrySet()) {
			if (entry.getKey().getName().startsWith("queue") || entry.getKey().getName().equals("fault-run")) {
				text.append(entry.getKey().getName()).append(": ").append(List.of(entry.getValue())).append("; ");
			}
		}
		return text.toString();
	}

}
