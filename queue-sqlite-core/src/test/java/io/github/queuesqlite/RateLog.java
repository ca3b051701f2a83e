package io.github.queuesqlite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.queuesqlite.task.RateLimit;

/** Reads when {@link RatedChild}ren began what. */
final class RateLog extends ProcessLog {

	private final List<Long> starts = new ArrayList<>();

	private final Set<String> ended = new HashSet<>();

	private final Set<String> workers = new HashSet<>();

	RateLog(Path file) {
		super(file);
	}

	@Override
	void read(String word, String name, String number, String process, String entry) {
		if (word.equals("start")) {
			this.starts.add(Long.parseLong(entry.split(" ")[4]));
			this.workers.add(process);
		}
		else {
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

	double beyond(RateLimit rate) {
		return beyond(rate, this.starts);
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
