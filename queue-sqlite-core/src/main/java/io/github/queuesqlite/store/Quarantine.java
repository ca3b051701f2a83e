package io.github.queuesqlite.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.ShardQuarantinedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether one file is out of use until a person has seen to it. Once declared it stays so
 * as long as the file is open here; that is logged once.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
public final class Quarantine {

	private static final Logger logger = LoggerFactory.getLogger(Quarantine.class);

	private final int shard;

	private final String label;

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	private volatile String reason = "";

	/**
	 * Creates the state of a file that is in use.
	 * @param shard the shard; -1 for none
	 * @param label what the file is called, for people
	 */
	public Quarantine(int shard, String label) {
		this.shard = shard;
		this.label = label;
	}

	/**
	 * Takes the file out of use. No effect when it is.
	 * @param why what was found and what to do, as sentences
	 */
	public void declare(String why) {
		synchronized (this) {
			if (isDeclared()) {
				return;
			}
			this.reason = capitalized(this.label) + " is quarantined: " + why;
		}
		logger.error("{}", this.reason);
		this.listeners.forEach(Runnable::run);
	}

	private static String capitalized(String text) {
		return Character.toUpperCase(text.charAt(0)) + text.substring(1);
	}

	/**
	 * Adds what is to be done when it is declared.
	 * @param listener called on whatever thread; must be quick
	 */
	public void onDeclared(Runnable listener) {
		this.listeners.add(listener);
	}

	/**
	 * Returns whether the file is out of use.
	 * @return true for ever once true
	 */
	public boolean isDeclared() {
		return !this.reason.isEmpty();
	}

	/**
	 * Returns why the file is out of use.
	 * @return empty while it is in use
	 */
	public String reason() {
		return this.reason;
	}

	/**
	 * Returns what to tell who asks for something of the file.
	 * @param messageId the message it is about; null for none
	 * @return to be thrown
	 */
	public ShardQuarantinedException refusal(@Nullable MessageId messageId) {
		return refusal("", messageId);
	}

	/**
	 * Returns what to tell who asked for something of the file.
	 * @param outcome a sentence on what became of it, after a space; may be empty
	 * @param messageId the message it is about; null for none
	 * @return to be thrown
	 */
	ShardQuarantinedException refusal(String outcome, @Nullable MessageId messageId) {
		return new ShardQuarantinedException(this.reason + outcome, this.shard, messageId);
	}

	/**
	 * Refuses to go on once it is declared.
	 * @throws ShardQuarantinedException when it is
	 */
	public void refuse() {
		if (isDeclared()) {
			throw refusal(null);
		}
	}

}
