package io.github.queuesqlite.reliability.shards;

import java.time.Duration;
import java.util.Set;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;

/**
 * What a message is to do: its payload.
 *
 * @param tag its own name, never used twice
 * @param kind how it goes
 */
record Work(String tag, Kind kind) {

	static final String TASK = "work";

	/** The queue whose messages wait while it is paused. */
	static final String PAUSED = "paused";

	/** Later than any change. */
	static final Duration LATER = Duration.ofHours(1);

	NewMessage message() {
		NewMessage message = NewMessage.to(TASK)
			.payload(this)
			.queue(this.kind.isQuick() ? "default" : PAUSED)
			.tags(this.tag)
			.source("shards");
		return switch (this.kind) {
			case LATER -> message.delay(LATER);
			case EXPIRES -> message.delay(LATER.multipliedBy(9)).timeToLive(LATER);
			default -> message;
		};
	}

	/** How often it has run when everything has. */
	int runs() {
		return switch (this.kind) {
			case FAILS_ONCE -> 2;
			case EXPIRES, CANCELLED -> 0;
			default -> 1;
		};
	}

	MessageState end() {
		return switch (this.kind) {
			case DIES -> MessageState.DEAD;
			case EXPIRES -> MessageState.EXPIRED;
			case CANCELLED -> MessageState.CANCELLED;
			default -> MessageState.COMPLETED;
		};
	}

	/** How a message goes. */
	enum Kind {

		/** Ready in a queue that is paused. */
		WAITS,

		/** Due later. */
		LATER,

		/** Expires before it is due. */
		EXPIRES,

		/** Completes at once. */
		COMPLETES,

		/** Fails and waits for its retry, then completes. */
		FAILS_ONCE,

		/** Fails for good. */
		DIES,

		/** Is cancelled at once. */
		CANCELLED;

		/** Whether it runs as soon as there are workers. */
		boolean isQuick() {
			return Set.of(COMPLETES, FAILS_ONCE, DIES).contains(this);
		}

	}

}
