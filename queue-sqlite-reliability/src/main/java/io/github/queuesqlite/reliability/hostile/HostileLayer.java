package io.github.queuesqlite.reliability.hostile;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.reliability.ChildProcess;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;
import org.jspecify.annotations.Nullable;

/** Hostile handlers: each harms its own message at most. */
public final class HostileLayer implements Layer {

	/** How long a process may say nothing. */
	private static final Duration PATIENCE = Duration.ofMinutes(5);

	@Override
	public String name() {
		return "hostile";
	}

	@Override
	public String description() {
		return "Handlers, payloads and results that do what they must not, beside calm work: the message alone suffers,"
				+ " everything else is completed, and the status names what is stuck";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		int rounds = effort.count(1, 20);
		for (int round = 0; round < rounds; round++) {
			Round each = new Round(effort, outcome, round);
			each.tryTasks();
			each.fillHeap();
			each.exit();
			ClosingHandlers.run(each.directory("closing"), true, outcome);
			ClosingHandlers.run(each.directory("stopping"), false, outcome);
		}
	}

	/** One time through everything. */
	private static final class Round {

		private final Effort effort;

		private final Outcome outcome;

		private final int number;

		private final RandomGenerator random;

		Round(Effort effort, Outcome outcome, int number) {
			this.effort = effort;
			this.outcome = outcome;
			this.number = number;
			this.random = effort.random(number);
		}

		Path directory(String name) {
			return this.effort.directory().resolve(name + "-" + this.number);
		}

		void tryTasks() throws IOException, InterruptedException {
			try (ChildProcess child = start(HostileChild.class, "-Xmx192m", directory("tasks").toString(), seed())) {
				listenUntilClosed(child, "hostile tasks");
			}
		}

		void fillHeap() throws IOException, InterruptedException {
			String times = this.effort.isLong() ? "20" : "4";
			try (ChildProcess child = start(HoardingChild.class, "-Xmx64m", directory("heap").toString(), seed(),
					times)) {
				listenUntilClosed(child, "filled heaps");
			}
		}

		private void listenUntilClosed(ChildProcess child, String counted) throws InterruptedException {
			long until = patience();
			while (child.isAlive() && System.nanoTime() - until < 0) {
				String line = child.nextLine(1);
				if (line != null && line.startsWith("tried ")) {
					this.outcome.count(counted, 1);
					until = patience();
				}
				else if (isClosed(line)) {
					return;
				}
			}
			this.outcome.violation("The process with " + counted + (child.isAlive() ? " hangs" : " died") + where());
		}

		private static long patience() {
			return System.nanoTime() + PATIENCE.toNanos();
		}

		/** Two processes at a time; whoever is ended by its handler is replaced. */
		void exit() throws IOException, InterruptedException {
			List<ChildProcess> children = new ArrayList<>();
			int exits = 0;
			long until = patience();
			try {
				while (exits <= ExitingChild.ATTEMPTS && System.nanoTime() - until < 0) {
					while (children.size() < 2) {
						children.add(startExiting());
					}
					for (ChildProcess child : List.copyOf(children)) {
						if (isClosed(child.nextLine(0))) {
							this.outcome.count("exits", exits);
							return;
						}
						if (!child.isAlive()) {
							exits += (child.waitFor(1) == ExitingChild.EXITED) ? 1 : 0;
							children.remove(child);
						}
					}
					Thread.sleep(10);
				}
				this.outcome.violation("A message with " + ExitingChild.ATTEMPTS + " attempts ended " + exits
						+ " processes and nothing came to its end" + where());
			}
			finally {
				children.forEach(ChildProcess::close);
			}
		}

		private ChildProcess startExiting() throws IOException {
			return start(ExitingChild.class, "-Xmx96m", directory("exit").toString(),
					Boolean.toString(this.random.nextBoolean()));
		}

		private static ChildProcess start(Class<?> main, String heap, String... args) throws IOException {
			return ChildProcess.start(main, Map.of(), List.of(heap), List.of(args));
		}

		private String seed() {
			return Long.toString(this.random.nextLong());
		}

		private String where() {
			return ", round " + this.number + " of seed " + this.effort.seed();
		}

		private boolean isClosed(@Nullable String line) {
			if (line != null && line.startsWith("broken ")) {
				this.outcome.violation(line.substring("broken ".length()) + where());
			}
			return "closed".equals(line);
		}

	}

}
