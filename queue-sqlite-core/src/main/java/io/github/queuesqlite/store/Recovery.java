package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads a writer out of a fault of the disk. First the probe: a small synced write, after
 * which what can be read is what will stay. Until it succeeds the file is
 * <i>unreadable</i>, then each command is looked up and told the truth. Until new data
 * can be stored for certain the file is <i>unrepaired</i>, and new messages are refused.
 * <p>
 * <b>Threads:</b> used by the writer thread.
 *
 * @param <S> the session
 */
final class Recovery<S extends Session> {

	private static final Logger logger = LoggerFactory.getLogger(Recovery.class);

	private final S session;

	private final Turn<S> turn;

	private final Inbox<S> inbox;

	private final Answers<S> answers;

	private final Refusal refusal;

	private boolean unreadable;

	private boolean unrepaired;

	private String fault = "";

	Recovery(S session, Turn<S> turn, Inbox<S> inbox, Answers<S> answers, Refusal refusal) {
		this.session = session;
		this.turn = turn;
		this.inbox = inbox;
		this.answers = answers;
		this.refusal = refusal;
	}

	/** Returns whether the file is not as it should be. */
	boolean isNeeded() {
		return this.unreadable || this.unrepaired;
	}

	/** Returns whether new data cannot be stored for certain. */
	boolean isUnrepaired() {
		return this.unrepaired;
	}

	/** Ends without success: the file is out of use. */
	void giveUp() {
		this.unrepaired = false;
		this.unreadable = false;
	}

	/** Declares the quarantine when the failure shows the file to be damaged. */
	boolean isDamage(Throwable failure) {
		if (failure instanceof SQLException ex && this.session.classify(ex) == Session.Fault.DAMAGED) {
			this.session.damaged(ex);
			return true;
		}
		return false;
	}

	/** Begins: a transaction failed, and nobody knows whether it is committed. */
	void begin(List<Command<S>> batch, Throwable cause) {
		String fullDisk = (cause instanceof SQLException ex) ? makeRoom(ex) : "";
		if (this.fault.isEmpty() && !fullDisk.isEmpty()) {
			this.fault = fullDisk;
		}
		else if (this.fault.isEmpty()) {
			this.fault = "Cannot write " + this.session.label() + ": " + cause.getMessage()
					+ ". New messages are refused until it can be written again.";
			this.refusal.fault(this.fault, cause);
		}
		settle(batch);
	}

	/** Returns why new data is refused, if the failure is for lack of room. */
	private String makeRoom(SQLException failure) {
		String fullDisk = this.session.makeRoom(failure);
		if (!fullDisk.isEmpty()) {
			logger.debug("No room for a transaction of {}", this.session.label(), failure);
			this.refusal.disk(fullDisk);
		}
		return fullDisk;
	}

	/** Begins: a transaction broke off, for lack of memory most likely. */
	void brokenOff(List<Command<S>> batch, String reason) {
		this.fault = "A transaction of " + this.session.label() + " broke off: " + reason + ".";
		settle(batch);
	}

	/**
	 * Tries to make the file readable again, and refuses what came meanwhile if it is
	 * not.
	 * @return whether it is readable
	 */
	boolean makeReadable() {
		if (!this.unreadable || settle(List.of())) {
			return true;
		}
		Command<S> command;
		while ((command = this.inbox.nextNew()) != null) {
			failedOrKept(command, this.fault);
		}
		return false;
	}

	/** Finds out what is true after a fault, and tells it. */
	private boolean settle(List<Command<S>> batch) {
		String reason = this.fault;
		this.refusal.fault(reason, null);
		this.unrepaired = true;
		int told = 0;
		try {
			this.session.probe();
			this.turn.reconcile(this.session);
			for (; told < batch.size(); told++) {
				settle(batch.get(told), reason);
			}
		}
		catch (SQLException ex) {
			logger.debug("{} cannot be written yet", this.session.label(), ex);
			this.session.rollback();
			makeRoom(ex);
			this.unreadable = true;
			batch.subList(told, batch.size()).forEach((command) -> failedOrKept(command, reason + Answers.UNKNOWN));
			isDamage(ex);
			return false;
		}
		if (this.unreadable) {
			this.unreadable = false;
			logger.info("{} can be written again", this.session.label());
		}
		return true;
	}

	private void settle(Command<S> command, String reason) throws SQLException {
		if (command.isCommitted(this.session)) {
			this.answers.succeeded(command);
		}
		else {
			failedOrKept(command, reason + Answers.NOTHING_STORED);
		}
	}

	private void failedOrKept(Command<S> command, String reason) {
		this.answers.failedOrKept(command, reason, null);
	}

	/**
	 * Makes sure that new data can be stored again.
	 * @return whether it can
	 */
	boolean repair() {
		try {
			this.session.repair();
			this.unrepaired = false;
			this.fault = "";
			this.refusal.repaired();
			return true;
		}
		catch (SQLException ex) {
			if (!isDamage(ex)) {
				makeRoom(ex);
				logger.debug("{} cannot be repaired yet", this.session.label(), ex);
			}
			return false;
		}
	}

}
