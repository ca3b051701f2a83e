package io.github.queuesqlite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.task.RateLimit;

/** Reads when {@link RatedChild}ren began what. */
final class RateLog extends ProcessLog {

	/** By task or key. */
	private final Map<String, List<Long>> starts = new HashMap<>();

	private final Set<String> ended = new HashSet<>();

	private final Set<String> workers = new HashSet<>();

	RateLog(Path file) {
		super(file);
	}

	@Override
	void read(String word, String name, String number, String process, String entry) {
		if (word.equals("start")) {
			this.starts.computeIfAbsent(name, (key) -> new ArrayList<>()).add(Long.parseLong(entry.split(" ")[4]));
			this.workers.add(process);
		}
		else if (word.equals("end")) {
			this.ended.add(number);
		}
	}

	@Override
	long ended() {
		return this.ended.size();
	}

	int workers() {
		return this.workers.size();
	}

	/** Of all tasks or keys. */
	double beyond(RateLimit rate) {
		return this.starts.values().stream().mapToDouble((starts) -> beyond(rate, starts)).max().orElse(0);
	}

	/** Of all spans of time, how many more began than the rate gives for it. */
	static double beyond(RateLimit rate, List<Long> starts) {
		double perToken = (double) rate.period().toNanos() / rate.count();
		double least = Double.MAX_VALUE;
		double most = 0;
		int number = 0;
		for (long start : starts.stream().sorted().toList()) {
			double beyond = number++ - start / perToken;
			least = Math.min(least, beyond);
			most = Math.max(most, beyond - least + 1);
		}
		return most;
	}

}
