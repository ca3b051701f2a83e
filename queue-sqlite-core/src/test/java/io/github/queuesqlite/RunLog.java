package io.github.queuesqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads what {@link OrderedChild}ren and their parent wrote, line by line, and refuses
 * what is against the order: two runs of a key at a time, a message before the one in
 * front of it has ended, a message that runs again after its end. Only a killed process
 * may have left a run without end, or an end that was not stored.
 */
final class RunLog {

	private final Map<String, Line> lines = new HashMap<>();

	private final Set<String> killed = new HashSet<>();

	private final Path file;

	private int position;

	private long ended;

	RunLog(Path file) {
		this.file = file;
	}

	/** Reads the lines that were added since the last call. */
	void read() throws IOException {
		String content = Files.readString(this.file);
		int end = content.lastIndexOf('\n') + 1;
		List<String> added = content.substring(this.position, end).lines().toList();
		this.position = end;
		for (String entry : added) {
			String[] words = entry.split(" ");
			if (words[0].equals("kill")) {
				this.killed.add(words[1]);
			}
			else {
				Line line = this.lines.computeIfAbsent(words[1], (key) -> new Line());
				line.read(words[0], Integer.parseInt(words[2]), words[3], entry);
			}
		}
	}

	/** How many messages have ended. */
	long ended() {
		return this.ended;
	}

	int killed() {
		return this.killed.size();
	}

	private final class Line {

		/** The latest message that was started, and who ran it last. */
		private int number = -1;

		private String runner = "";

		private boolean running;

		private boolean done = true;

		void read(String word, int number, String process, String entry) {
			if (word.equals("start")) {
				start(number, process, entry);
			}
			else if (number == this.number && process.equals(this.runner)) {
				this.running = false;
				if (word.equals("end") && !this.done) {
					this.done = true;
					RunLog.this.ended++;
				}
			}
			else {
				assertThat(RunLog.this.killed).as(entry).contains(process);
			}
		}

		private void start(int number, String process, String entry) {
			boolean died = RunLog.this.killed.contains(this.runner);
			assertThat(this.running && !died).as("%s while %s runs %s", entry, this.runner, this.number).isFalse();
			if (number == this.number) {
				assertThat(this.done && !died).as("%s, which had ended", entry).isFalse();
				RunLog.this.ended -= this.done ? 1 : 0;
			}
			else {
				assertThat(number).as(entry).isEqualTo(this.number + 1);
				assertThat(this.done).as("%s before the end of %s", entry, this.number).isTrue();
			}
			this.done = false;
			this.number = number;
			this.runner = process;
			this.running = true;
		}

	}

}
