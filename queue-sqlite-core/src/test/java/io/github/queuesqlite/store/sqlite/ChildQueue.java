package io.github.queuesqlite.store.sqlite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.StoredMessage;

/**
 * A queue in another JVM. Says on its standard output what was acknowledged to it, one
 * word and its values a line.
 */
final class ChildQueue implements AutoCloseable {

	private final Process process;

	private final BufferedReader output;

	private ChildQueue(Process process) {
		this.process = process;
		this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
	}

	static ChildQueue start(String mode, Path directory, int shards) throws IOException {
		String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
		return new ChildQueue(new ProcessBuilder(java, "-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
				"--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"), "-cp",
				System.getProperty("java.class.path"), ChildQueue.class.getName(), mode, directory.toString(),
				Integer.toString(shards))
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start());
	}

	/** Reads lines until one starts with the word or the output ends. */
	List<String> readUntil(String word) throws IOException {
		List<String> lines = new ArrayList<>();
		String line;
		while ((line = this.output.readLine()) != null) {
			lines.add(line);
			if (line.startsWith(word)) {
				break;
			}
		}
		return lines;
	}

	List<String> readLines(int count) throws IOException {
		List<String> lines = new ArrayList<>();
		String line;
		while (lines.size() < count && (line = this.output.readLine()) != null) {
			lines.add(line);
		}
		return lines;
	}

	/** Ends the process as kill -9 does and returns what it had said until then. */
	List<String> kill() throws IOException, InterruptedException {
		// Not through Process, which would close the output before it is read.
		this.process.toHandle().destroyForcibly();
		this.process.waitFor(2, TimeUnit.MINUTES);
		return readUntil("never");
	}

	int waitFor() throws InterruptedException {
		return this.process.waitFor(2, TimeUnit.MINUTES) ? this.process.exitValue() : -1;
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	/** The values of all lines with the word. */
	static List<Long> values(List<String> lines, String word) {
		// The kill may have cut the last line off.
		return lines.stream()
			.filter((line) -> line.startsWith(word + " ") && line.endsWith("."))
			.map((line) -> Long.valueOf(line.substring(word.length() + 1, line.length() - 1)))
			.toList();
	}

	public static void main(String[] arguments) throws Exception {
		Path directory = Path.of(arguments[1]);
		try (TestStore queue = TestStore.open(directory, Integer.valueOf(arguments[2]))) {
			say("epoch", queue.instance.epoch());
			switch (arguments[0]) {
				case "insert" -> insert(queue, 60);
				case "own" -> own(queue);
				case "work" -> work(queue);
				default -> throw new IllegalArgumentException(arguments[0]);
			}
		}
		say("closed", 0);
	}

	private static synchronized void say(String word, long value) {
		System.out.println(word + " " + value + ".");
	}

	private static void insert(TestStore queue, int count) {
		for (int i = 0; i < count; i++) {
			say("inserted", queue.insert(50));
		}
	}

	/** Claims all there is, starts every second run, and stands still. */
	private static void own(TestStore queue) throws InterruptedException {
		List<StoredMessage> claimed = queue.claim(100);
		for (int i = 0; i < claimed.size(); i++) {
			if (i % 2 == 0) {
				queue.instance.started(claimed.get(i).runKey());
				say("started", claimed.get(i).id());
			}
			else {
				say("claimed", claimed.get(i).id());
			}
		}
		say("ready", 0);
		Thread.sleep(600_000);
	}

	/** Inserts, claims and settles on several threads until it is killed. */
	private static void work(TestStore queue) throws InterruptedException {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		for (int thread = 0; thread < 4; thread++) {
			int number = thread;
			threads.submit(() -> {
				try {
					workForever(queue, number);
				}
				catch (RuntimeException ex) {
					ex.printStackTrace();
					say("failed", 0);
				}
			});
		}
		threads.shutdown();
		threads.awaitTermination(10, TimeUnit.MINUTES);
	}

	private static void workForever(TestStore queue, int thread) {
		for (int i = 0;; i++) {
			Keys keys = new Keys(TestStore.TASK, (i % 3 == 0) ? "k-" + thread + "-" + i : null,
					(i % 5 == 0) ? "u-" + thread + "-" + i : null);
			say("inserted", queue.insert(keys, 100)[0]);
			for (StoredMessage message : queue.claim((i % 4 == 0) ? 3 : 0)) {
				int note = queue.instance.started(message.runKey());
				if (i % 8 == 0 && queue.complete(message) == SettleResult.APPLIED) {
					queue.instance.settled(note);
					say("completed", message.id());
				}
			}
		}
	}

}
