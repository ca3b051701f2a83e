package io.github.queuesqlite;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads what {@link LimitedChild}ren and their parent wrote, line by line, and refuses
 * more runs at once than the limits say. A killed process runs nothing.
 */
final class LimitLog extends ProcessLog {

	private final Map<String, Integer> limits;

	/** What runs, by limit: the process and the message. */
	private final Map<String, Set<String>> running = new HashMap<>();

	private final Map<String, Integer> most = new HashMap<>();

	private final Set<String> ended = new HashSet<>();

	private final Map<String, Integer> endedBy = new HashMap<>();

	LimitLog(Path file, Map<String, Integer> limits) {
		super(file);
		this.limits = limits;
	}

	@Override
	void killed(String process) {
		this.running.values().forEach((runs) -> runs.removeIf((run) -> run.startsWith(process + " ")));
	}

	@Override
	void read(String word, String name, String number, String process, String entry) {
		if (!killed().contains(process)) {
			readAlive(word, name, number, process, entry);
		}
		if (word.equals("end")) {
			this.ended.add(name + " " + number);
		}
	}

	private void readAlive(String word, String task, String number, String process, String entry) {
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
	@Override
	long ended() {
		return this.ended.size();
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
