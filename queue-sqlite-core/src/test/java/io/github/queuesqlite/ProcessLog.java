package io.github.queuesqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads what processes and their parent wrote, line by line: each start and end of a run,
 * and who was killed.
 */
abstract class ProcessLog {

	private final Path file;

	private final Set<String> killed = new HashSet<>();

	private int position;

	private String latest = "";

	ProcessLog(Path file) {
		this.file = file;
	}

	/** Reads the lines that were added since the last call. */
	final void read() throws IOException {
		String content = Files.readString(this.file);
		int end = content.lastIndexOf('\n') + 1;
		List<String> added = content.substring(this.position, end).lines().toList();
		this.position = end;
		for (String entry : added) {
			String[] words = entry.split(" ");
			if (words[0].equals("kill")) {
				this.killed.add(words[1]);
				killed(words[1]);
			}
			else if (!words[0].equals("ready")) {
				// Who is ready has not worked so far.
				this.latest = words[3];
				read(words[0], words[1], words[2], words[3], entry);
			}
		}
	}

	/** A process was killed. */
	void killed(String process) {
	}

	/** A run started, failed or ended. */
	abstract void read(String word, String name, String number, String process, String entry);

	/** How many messages have ended. */
	abstract long ended();

	/** The process that wrote the latest line, empty before there is one. */
	final String latest() {
		return this.latest;
	}

	final Set<String> killed() {
		return this.killed;
	}

}
