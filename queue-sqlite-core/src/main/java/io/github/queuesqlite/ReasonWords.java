package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;

import io.github.queuesqlite.Explanation.Reason;
import io.github.queuesqlite.Explanation.ReasonKind;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.QueueStats.Pause;
import io.github.queuesqlite.message.TimeWords;
import io.github.queuesqlite.store.Pauses;
import io.github.queuesqlite.store.Situation;
import io.github.queuesqlite.store.Situation.Held;
import io.github.queuesqlite.store.Situation.Other;
import io.github.queuesqlite.store.Wait;
import org.jspecify.annotations.Nullable;

/** Says for people what keeps a message, as of one moment. */
final class ReasonWords {

	/** Longer names and errors are cut. */
	private static final int MOST_CHARACTERS = 200;

	private final long now;

	ReasonWords(long now) {
		this.now = now;
	}

	/** Text of others, on one line and not too long. */
	static String safe(String text) {
		return Names.oneLine(Names.shortened(text, MOST_CHARACTERS));
	}

	static String quoted(String name) {
		return "'" + safe(name) + "'";
	}

	/** {@code in 3 min 12 s (2026-…)}. */
	String ahead(long millis) {
		return ((millis > this.now) ? "in " + TimeWords.of(Duration.ofMillis(millis - this.now)) : "now")
				+ time(millis);
	}

	/** {@code 3 min 12 s ago (2026-…)}. */
	String ago(long millis) {
		return TimeWords.of(Duration.ofMillis(Math.max(0, this.now - millis))) + " ago" + time(millis);
	}

	private static String time(long millis) {
		return " (" + Instant.ofEpochMilli(millis) + ")";
	}

	/** {@code message 06…, RUNNING since 2026-…}. */
	String other(Other other) {
		String message = "message " + new MessageId(other.id()) + " of task " + quoted(other.task()) + ", "
				+ other.state();
		return switch (other.state()) {
			case RUNNING ->
				(other.startedAt() != null) ? message + " since " + Instant.ofEpochMilli(other.startedAt()) : message;
			case SCHEDULED ->
				(other.runAt() < Wait.NOT_DUE) ? message + " for " + Instant.ofEpochMilli(other.runAt()) : message;
			default -> message;
		};
	}

	static String counted(int n, String singular, String plural) {
		return (n > Situation.MOST_COUNTED) ? "more than 10,000 " + plural : n + " " + ((n == 1) ? singular : plural);
	}

	/**
	 * Says what is paused, since when, and by whom if that is known.
	 * @param subject what it is, and "is" or "are"
	 */
	Reason paused(Held held, String subject, @Nullable String actor) {
		boolean all = held.kind() == Pause.Kind.ALL;
		boolean ends = held.until() != Pauses.UNTIL_RESUMED;
		String since = (held.since() > 0) ? " since " + Instant.ofEpochMilli(held.since()) : "";
		String by = (actor != null) ? ", by " + quoted(actor) + "," : "";
		String end = ends ? (all ? " and go on " : " and goes on ") + ahead(held.until())
				: " until somebody resumes " + (all ? "them" : "it");
		return new Reason(kind(held.kind()), subject + " paused" + since + by + end, all ? null : held.name(), null,
				ends ? Instant.ofEpochMilli(held.until()) : null, null, null);
	}

	private static ReasonKind kind(Pause.Kind kind) {
		return switch (kind) {
			case ALL -> ReasonKind.ALL_PAUSED;
			case QUEUE -> ReasonKind.QUEUE_PAUSED;
			case TASK -> ReasonKind.TASK_PAUSED;
			case KEY -> ReasonKind.KEY_PAUSED;
		};
	}

	static Reason plain(ReasonKind kind, String text) {
		return new Reason(kind, text, null, null, null, null, null);
	}

	static Reason named(ReasonKind kind, String text, String name) {
		return new Reason(kind, text, name, null, null, null, null);
	}

	static Reason until(ReasonKind kind, String text, @Nullable String name, @Nullable Long until) {
		return new Reason(kind, text, name, null, (until != null) ? Instant.ofEpochMilli(until) : null, null, null);
	}

	static Reason held(ReasonKind kind, String text, @Nullable String name, @Nullable Other by, @Nullable Integer count,
			@Nullable Integer most) {
		return new Reason(kind, text, name, (by != null) ? new MessageId(by.id()) : null, null, count, most);
	}

}
