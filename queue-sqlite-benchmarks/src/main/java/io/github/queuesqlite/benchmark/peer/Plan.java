package io.github.queuesqlite.benchmark.peer;

import java.time.Duration;
import java.util.List;

/**
 * How long each contestant is measured: by time, so that a slow one takes no longer.
 *
 * @param rounds how often each figure is taken
 * @param window how long each rate is measured
 * @param paced how long messages come at a pace
 */
public record Plan(int rounds, Duration window, Duration paced) {

	List<String> arguments() {
		return List.of(Integer.toString(this.rounds), Long.toString(this.window.toMillis()),
				Long.toString(this.paced.toMillis()));
	}

	static Plan of(String rounds, String windowMillis, String pacedMillis) {
		return new Plan(Integer.parseInt(rounds), Duration.ofMillis(Long.parseLong(windowMillis)),
				Duration.ofMillis(Long.parseLong(pacedMillis)));
	}

}
