package io.github.queuesqlite.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.benchmark.Figure.Goal;
import io.github.queuesqlite.benchmark.peer.ContestantKind;
import io.github.queuesqlite.benchmark.peer.ContestantKind.Settings;
import io.github.queuesqlite.benchmark.peer.ContestantResult;

/** The queue's figures divided by those of each peer. */
final class PeerRatios {

	private final Map<ContestantKind, ContestantResult> results;

	private final List<Figure> figures = new ArrayList<>();

	private PeerRatios(Map<ContestantKind, ContestantResult> results) {
		this.results = results;
	}

	static List<Figure> of(Map<ContestantKind, ContestantResult> results) {
		PeerRatios ratios = new PeerRatios(results);
		for (ContestantKind kind : results.keySet()) {
			if (kind != ContestantKind.QUEUE) {
				ratios.compare(kind);
			}
		}
		return ratios.figures;
	}

	private void compare(ContestantKind peer) {
		if (peer.settings() == Settings.BEST) {
			add("whole life", ContestantResult.LIVES, "/s", peer, Goal.atLeast(40));
		}
		if (peer.settings() == Settings.DEFAULT) {
			add("call to handler at 300/s, p50", ContestantResult.PACED_P50, " ms", peer, Goal.atMost(0.001));
		}
		else if (peer != ContestantKind.JOBRUNR_BEST) {
			add("call to handler at 300/s, p50", ContestantResult.PACED_P50, " ms", peer, Goal.atMost(2 / 3.0));
		}
	}

	private void add(String what, String value, String unit, ContestantKind peer, Goal goal) {
		double own = value(ContestantKind.QUEUE, value);
		double its = value(peer, value);
		if (own > 0 && its > 0) {
			this.figures.add(Figure.of(PeersSection.NAME,
					"%s: times that of %s".formatted(what, PeersSection.name(peer)), "", List.of(own / its), goal,
					"%s%s beside %s%s".formatted(Figure.number(own), unit, Figure.number(its), unit)));
		}
	}

	/** NaN where there is none, which is greater than nothing. */
	private double value(ContestantKind kind, String name) {
		ContestantResult result = this.results.get(kind);
		return (result != null) ? result.median(name) : Double.NaN;
	}

}
