package io.github.queuesqlite.store;

import java.sql.SQLException;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;
import org.jspecify.annotations.Nullable;

/**
 * Something handed to a writer. Executed in a transaction (again, after a rollback), then
 * told once how it ended.
 *
 * @param <S> the session
 */
abstract class Command<S> {

	/** Whether its writer has told it, or keeps it elsewhere. Writer thread only. */
	private boolean handled;

	private boolean committed;

	/** Begins anew: a writer has taken it. */
	final void taken() {
		this.handled = false;
		this.committed = false;
	}

	/** Its transaction is committed; it is still to be told. */
	final void committed() {
		this.committed = true;
	}

	final boolean isCommitted() {
		return this.committed;
	}

	/** There is nothing more to do for it now. */
	final void handled() {
		this.handled = true;
	}

	final boolean isHandled() {
		return this.handled;
	}

	/** How many rows it counts for in a batch. */
	int rows() {
		return 1;
	}

	/** About how many bytes it carries. */
	long bytes() {
		return 0;
	}

	/** Whether its commit must be fsynced where the durability says so. */
	boolean synced() {
		return false;
	}

	/** When its commit is fsynced. */
	Sync sync() {
		return synced() ? Sync.AS_SET : Sync.NEVER;
	}

	/** Whether it is refused where there is no room for new data. */
	boolean addsData() {
		return false;
	}

	/**
	 * Whether it is kept and tried again after a fault instead of being failed: the end
	 * of a run must not be forgotten.
	 */
	boolean isKept() {
		return false;
	}

	/** Whether the thread that hands it in does nothing but wait for it. */
	boolean isAwaited() {
		return false;
	}

	/** Does it, when no turn does it together with others. */
	abstract void execute(S session) throws SQLException;

	/**
	 * Finds out, in a readable file, whether it was committed although its transaction
	 * failed.
	 * @return whether {@link #succeeded()} is the truth
	 */
	boolean isCommitted(S session) throws SQLException {
		return false;
	}

	/** It is committed. */
	abstract void succeeded();

	/** It is not committed, or nobody knows. */
	abstract void failed(QueueException failure);

	/**
	 * Returns the message to name when the outcome is unknown.
	 * @return null when it is not about one message
	 */
	@Nullable Long messageId() {
		return null;
	}

	/** Returns the message to name, null for none. */
	final @Nullable MessageId message() {
		Long id = messageId();
		return (id != null) ? new MessageId(id) : null;
	}

}
