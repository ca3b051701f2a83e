package io.github.queuesqlite.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.benchmark.measure.ChildJvm;
import io.github.queuesqlite.benchmark.measure.Cpu;
import io.github.queuesqlite.benchmark.measure.Usage;

/** What needs a JVM of its own: little memory, a fresh start, or quiet. */
final class Child {

	private static final Duration PATIENCE = Duration.ofMinutes(15);

	private static final Duration IDLE_AFTER = Duration.ofSeconds(5);

	private Child() {
	}

	/**
	 * Runs one of the jobs {@code fill}, {@code start}, {@code die}, {@code drain},
	 * {@code idle} and {@code bare}, and prints what it found as {@code name=number}
	 * lines.
	 * @param args job, directory, number
	 */
	public static void main(String[] args) throws InterruptedException {
		Path directory = Path.of(args[1]);
		int number = Integer.parseInt(args[2]);
		switch (args[0]) {
			case "fill" -> fill(directory, number);
			case "start" -> start(directory, false, number);
			case "die" -> die(directory, number);
			case "drain" -> start(directory, true, number);
			case "idle" -> idle(directory, Duration.ofMillis(number));
			case "bare" -> doNothing(Duration.ofMillis(number));
			default -> throw new IllegalArgumentException(args[0]);
		}
	}

	private static void fill(Path directory, int messages) {
		try (Load load = Load.open(directory, 2)) {
			load.enqueueAll(messages);
			print("ready", load.operations().length());
		}
		print("heap", Usage.peakHeap());
	}

	private static void start(Path directory, boolean drain, int messages) throws InterruptedException {
		long open = System.nanoTime();
		CountDownLatch first = new CountDownLatch(1);
		try (EmbeddedQueue queue = EmbeddedQueue.builder(directory).build()) {
			queue.tasks().register(Load.TASK, String.class, (payload, context) -> {
				first.countDown();
				return null;
			});
			queue.start();
			first.await();
			print("first", (System.nanoTime() - open) / 1e6);
			print("firstSinceJvm", System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime());
			if (drain) {
				queue.operations().drain(Load.PATIENCE);
				print("drained", Load.rate(messages, open));
				print("left", queue.operations().length());
				print("heap", Usage.peakHeap());
			}
		}
	}

	/** Leaves the files as a kill does: not closed, with what is in their logs. */
	private static void die(Path directory, int messages) throws InterruptedException {
		CountDownLatch some = new CountDownLatch(Math.max(1, messages / 1000));
		EmbeddedQueue queue = EmbeddedQueue.builder(directory).build();
		queue.tasks().register(Load.TASK, String.class, (payload, context) -> {
			some.countDown();
			return null;
		});
		queue.start();
		some.await();
		Runtime.getRuntime().halt(0);
	}

	private static void idle(Path directory, Duration duration) throws InterruptedException {
		try (Load load = Load.open(directory, 2).start()) {
			load.asyncLives(2000);
			doNothing(duration);
		}
	}

	private static void doNothing(Duration duration) throws InterruptedException {
		TimeUnit.NANOSECONDS.sleep(IDLE_AFTER.toNanos());
		long cpu = Cpu.nanos();
		long start = System.nanoTime();
		TimeUnit.NANOSECONDS.sleep(duration.toNanos());
		print("cpuPercent", 100.0 * (Cpu.nanos() - cpu) / (System.nanoTime() - start));
	}

	@SuppressWarnings("SystemOut") // the parent reads it
	private static void print(String name, double value) {
		System.out.println(name + "=" + value);
	}

	/** Runs a job in a new JVM and returns what it printed. */
	static Map<String, Double> run(String job, Path directory, int number, String... jvmArguments)
			throws IOException, InterruptedException {
		ChildJvm.Output output = ChildJvm.run(Child.class, List.of(job, directory.toString(), Integer.toString(number)),
				PATIENCE, jvmArguments);
		if (!output.ended()) {
			throw new IllegalStateException(
					"The job '%s' did not end in %s:%n%s".formatted(job, PATIENCE, output.text()));
		}
		Map<String, Double> values = new HashMap<>();
		output.text().lines().filter((line) -> line.matches("\\w+=[-0-9.E]+")).forEach((line) -> {
			int equals = line.indexOf('=');
			values.put(line.substring(0, equals), Double.valueOf(line.substring(equals + 1)));
		});
		return values;
	}

}
