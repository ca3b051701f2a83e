package io.github.queuesqlite.reliability.history;

import java.util.ArrayList;
import java.util.List;

/**
 * What a wall clock that was set again and again may have shown: nanoseconds of the
 * monotonic clock, moved as the wall clock was.
 */
final class ClockTrace {

	private final List<Span> spans = new ArrayList<>(List.of(new Span(0, Long.MIN_VALUE, Long.MAX_VALUE)));

	/** In the order of time. */
	void set(Event.ClockSet set) {
		Span before = this.spans.remove(this.spans.size() - 1);
		this.spans.add(new Span(before.ahead, before.from, set.at()));
		this.spans.add(new Span(set.aheadMillis() * 1_000_000, set.from(), Long.MAX_VALUE));
	}

	boolean isMoved() {
		return this.spans.size() > 1;
	}

	/** The least that it can have shown between two moments. */
	long least(long from, long to) {
		return this.spans.stream()
			.filter((span) -> span.from <= to && span.to >= from)
			.mapToLong((span) -> Math.max(span.from, from) + span.ahead)
			.min()
			.orElse(from);
	}

	/** The most that it can have shown between two moments. */
	long most(long from, long to) {
		return this.spans.stream()
			.filter((span) -> span.from <= to && span.to >= from)
			.mapToLong((span) -> Math.min(span.to, to) + span.ahead)
			.max()
			.orElse(to);
	}

	/** How far it was ahead, in nanoseconds, and when. */
	private record Span(long ahead, long from, long to) {

	}

}
