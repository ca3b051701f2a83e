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
 * Reads what {@link LimitedChild}ren and their parent wrote, line by line, and refuses
 * more runs at once than the limits say. A killed process runs nothing.
 */
final class LimitLog {

	private final Map<String, Integer> limits;

	/** What runs, by limit: the process and the message. */
	private final Map<String, Set<String>> running = new HashMap<>();

	private final Map<String, Integer> most = new HashMap<>();

	private final Set<String> killed = new HashSet<>();

	private final Set<String> ended = new HashSet<>();

	private final Map<String, Integer> endedBy = new HashMap<>();

	private final Path file;

	private int position;

	LimitLog(Path file, Map<String, Integer> limits) {
		this.file = file;
		this.limits = limits;
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
				this.running.values().forEach((runs) -> runs.removeIf((run) -> run.startsWith(words[1] + " ")));
			}
			else if (!this.killed.contains(words[3])) {
				read(words[0], words[1], words[2], words[3], entry);
			}
			if (words[0].equals("end")) {
				this.ended.add(words[1] + " " + words[2]);
			}
		}
	}

	private void read(String word, String task, String number, String process, String entry) {
		String limit = LimitedChild.LOCKED.contains(task) ? "lock" : task;
		Set<String> runs = this.running.computeIfAbsent(limit, (name) -> new HashSet<>());
		String run = process + " " + task + " " + number;
		if (word.equals("start")) {
			runs.add(run);
			assertThat(runs).as(entry).hasSizeLessThanOrEqualTo(this.limits.get(limit));
			this.most.merge(limit, runs.size(), Math::max);
		}
		else {
			assertThat(runs.remove(run)).as(entry).isTrue();
			if (word.equals("end")) {
				this.endedBy.merge(process, 1, Integer::sum);
			}
		}
	}

	/** How many different messages have ended. */
	int ended() {
		return this.ended.size();
	}

	int killed() {
		return this.killed.size();
	}

	/** Most runs at once. */
	int most(String limit) {
		return this.most.getOrDefault(limit, 0);
	}

	/** How many processes have ended some. */
	int workers() {
		return this.endedBy.size();
	}

}
