package io.github.queuesqlite.store.sqlite;

import io.github.queuesqlite.message.MessageState;

/**
 * The numbers that stand for states in the file, with room between them.
 */
final class StateCode {

	static final int SCHEDULED = 10;

	static final int READY = 20;

	/** READY, but kept out of the ready index: it is behind others of its key. */
	static final int HELD = 21;

	/** READY, but kept out of the ready index: a suspect is claimed by itself. */
	static final int SUSPECT = 22;

	static final int RUNNING = 30;

	static final int COMPLETED = 40;

	static final int DEAD = 50;

	static final int CANCELLED = 60;

	static final int EXPIRED = 70;

	/** The greatest of them. */
	static final int MOST = EXPIRED;

	private static final MessageState[] STATES = MessageState.values();

	private StateCode() {
	}

	static int of(MessageState state) {
		return (state.ordinal() + 1) * 10;
	}

	/** Returns the code under which messages in a state are counted. */
	static int counted(int code) {
		return (code == SUSPECT) ? READY : code;
	}

	/** Returns whether the number stands for a state; else the row is damaged. */
	static boolean isKnown(int code) {
		return code >= SCHEDULED && code <= MOST && (code % 10 == 0 || code == HELD || code == SUSPECT);
	}

	static MessageState toState(int code) {
		return STATES[code / 10 - 1];
	}

}
