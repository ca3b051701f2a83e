package io.github.queuesqlite.event;

import java.util.Arrays;

import org.slf4j.Logger;

/**
 * The latest failure of something that goes on all the same: logged once, and shown until
 * it works again. Part of the engine, not of its API.
 * <p>
 * Noting a failure never throws and needs no memory, since that may be what lacks: a
 * thread that must survive may rely on it.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
public final class FailureNote {

	/** Made in time: resolving a constant needs memory too. */
	private static final String UNSAID = String.join(" ", "failed", "and", "could", "not", "say", "why");

	private final Logger logger;

	private final String text;

	private final Object[] arguments;

	private volatile String failure = "";

	/**
	 * Creates a note of no failure.
	 * @param logger gets the first of a row of failures, as an error
	 * @param text of that log entry
	 * @param arguments for the text
	 */
	public FailureNote(Logger logger, String text, Object... arguments) {
		this.logger = logger;
		this.text = text;
		this.arguments = arguments.clone();
	}

	/**
	 * Notes a failure.
	 * @param failure what was thrown
	 */
	public void note(Throwable failure) {
		boolean first = this.failure.isEmpty();
		this.failure = UNSAID;
		try {
			this.failure = failure.toString();
			if (first) {
				Object[] all = Arrays.copyOf(this.arguments, this.arguments.length + 1);
				all[this.arguments.length] = failure;
				this.logger.error(this.text, all);
			}
		}
		catch (Throwable ex) {
			// Shown all the same, which is what matters.
			this.failure = UNSAID;
		}
	}

	/**
	 * It works.
	 * @return whether it had failed before
	 */
	public boolean clear() {
		if (this.failure.isEmpty()) {
			return false;
		}
		this.failure = "";
		return true;
	}

	/**
	 * Returns the latest failure.
	 * @return empty when it works
	 */
	public String text() {
		return this.failure;
	}

}
