package io.github.queuesqlite.task;

import java.util.Comparator;

/**
 * Orders the runs of one message: a later run has a greater token.
 *
 * @param run which claim of the message, from 1; rises at every claim
 * @param epoch which start of a process
 * @since 0.1.0
 */
public record FencingToken(long run, long epoch) implements Comparable<FencingToken> {

	private static final Comparator<FencingToken> ORDER = Comparator.comparingLong(FencingToken::run)
		.thenComparingLong(FencingToken::epoch);

	@Override
	public int compareTo(FencingToken other) {
		return ORDER.compare(this, other);
	}

}
