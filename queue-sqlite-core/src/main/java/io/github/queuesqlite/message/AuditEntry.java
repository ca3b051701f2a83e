package io.github.queuesqlite.message;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Something that a person did to the queue, or wanted to.
 *
 * @param at when, in milliseconds
 * @param actor who; null when nobody knows
 * @param action what: {@code retry}, {@code pause} …
 * @param target on what: {@code messages/06…}, {@code queues/mail} …
 * @param outcome what became of it
 * @param detail how many, or why not; null for nothing to say
 * @since 0.1.0
 */
public record AuditEntry(Instant at, @Nullable String actor, String action, String target, Outcome outcome,
		@Nullable String detail) {

	/** How long each text may be; what is longer is cut. */
	public static final int MAX_LENGTH = 500;

	public AuditEntry {
		actor = (actor != null) ? cut(actor) : null;
		action = cut(action);
		target = cut(target);
		detail = (detail != null) ? cut(detail) : null;
	}

	private static String cut(String text) {
		return (text.length() > MAX_LENGTH) ? Names.beginning(text, MAX_LENGTH - 1) + "…" : text;
	}

	/** What became of it. */
	public enum Outcome {

		/** It was done. */
		DONE,

		/** It was not done, since it cannot be asked for, or no more. */
		REFUSED,

		/** Whether it was done is not known. */
		FAILED

	}

}
