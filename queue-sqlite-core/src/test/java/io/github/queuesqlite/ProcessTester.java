package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.awaitility.Awaitility.await;

/** As its base, with other processes on the same directory. */
abstract class ProcessTester extends QueueTester {

	private final List<Process> children = new ArrayList<>();

	private Path log;

	@BeforeEach
	void createLog() throws IOException {
		this.log = Files.createFile(this.directory.resolve("runs.log"));
	}

	/** Starts a process that runs the tasks, see {@link WorkChild}. */
	Process startWorker(String... tasks) throws IOException {
		return start(WorkChild.class, tasks);
	}

	/** Starts a process that gets the directory, the log, and more arguments. */
	Process start(Class<?> main, String... arguments) throws IOException {
		List<Object> all = new ArrayList<>(List.of(this.directory, this.log));
		all.addAll(List.of(arguments));
		Process child = ChildJvm.of(main, all.toArray())
			.redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("child-" + System.nanoTime() + ".out").toFile())
			.start();
		this.children.add(child);
		return child;
	}

	/** Ends a process as kill -9 does. */
	static void kill(Process child) throws InterruptedException {
		child.destroyForcibly().waitFor();
	}

	/** Where the processes write. */
	Path log() {
		return this.log;
	}

	/** What was run so far: a line each for the start and the end of a run. */
	List<String> runs() throws IOException {
		return Files.readAllLines(this.log);
	}

	/** What was run so far, only the lines with the word. */
	List<String> runs(String word) throws IOException {
		return runs().stream().filter((line) -> line.startsWith(word + " ")).toList();
	}

	void awaitRuns(String word, int count) {
		await().atMost(LONG).until(() -> runs(word).size() >= count);
	}

	/** Says something in the log of the processes. */
	void say(String word, String what) throws IOException {
		try (FileChannel channel = FileChannel.open(this.log, StandardOpenOption.APPEND)) {
			WorkChild.say(channel, word, what);
		}
	}

	@AfterEach
	void endChildren() {
		this.children.forEach(Process::destroyForcibly);
	}

}
