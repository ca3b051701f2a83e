package io.github.queuesqlite.store;

import io.github.queuesqlite.event.FailureNote;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who handed in a command how it went, once each, and gives back their
 * places. Ends of runs are never told of a failure: they are kept and tried again.
 * <p>
 * <b>Threads:</b> used by the writer thread; {@link #failed} by any.
 *
 * @param <S> the session
 */
final class Answers<S> {

	private static final Logger logger = LoggerFactory.getLogger(Answers.class);

	static final String NOTHING_STORED = " Nothing of this was stored.";

	static final String UNKNOWN = " The outcome is unknown: look for the message by its id before you try again.";

	private final Inbox<S> inbox;

	private final String label;

	private final FailureNote failing;

	Answers(Inbox<S> inbox, String label, FailureNote failing) {
		this.inbox = inbox;
		this.label = label;
		this.failing = failing;
	}

	/** What a command is told whose data is not taken. */
	static StoreUnavailableException refusal(String reason, Command<?> command) {
		return new StoreUnavailableException(reason + NOTHING_STORED, command.message(), null);
	}

	void succeeded(Command<S> command) {
		if (command.isHandled()) {
			return;
		}
		command.handled();
		this.inbox.givePlacesBack(command);
		try {
			command.succeeded();
		}
		catch (RuntimeException ex) {
			logger.error("A completion of {} failed", this.label, ex);
		}
		catch (Error ex) {
			this.failing.note(ex);
			failed(command, new QueueException(
					this.label + " could not tell the outcome: look for the message by its id", command.message(), ex));
		}
	}

	void failed(Command<S> command, QueueException failure) {
		if (!command.isHandled()) {
			command.handled();
			this.inbox.givePlacesBack(command);
		}
		try {
			command.failed(failure);
		}
		catch (RuntimeException | Error ex) {
			logger.error("A completion of {} failed", this.label, ex);
		}
	}

	void failedOrKept(Command<S> command, String reason, @Nullable Throwable cause) {
		if (command.isKept()) {
			keep(command);
		}
		else {
			failed(command, new StoreUnavailableException(reason, command.message(), cause));
		}
	}

	/** An end of a run is not failed: it is tried again. */
	void keep(Command<S> command) {
		this.inbox.keep(command);
		command.handled();
	}

}
