package io.github.queuesqlite;

import java.util.List;

import io.github.queuesqlite.message.DuplicateMessageException;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueFullException;
import io.github.queuesqlite.store.Completion;
import io.github.queuesqlite.store.InsertResult;
import io.github.queuesqlite.store.StoreInstance;
import org.jspecify.annotations.Nullable;

/** One message on its way into the store. */
abstract class Handing implements Completion<InsertResult> {

	private final StoreAccess access;

	private final Draft draft;

	private int phase;

	private long id;

	/** Of what is stored with it. */
	private long[] linkIds = {};

	private @Nullable Waiter waiter;

	/** Whether its outcome is known. The store may tell it twice for lack of memory. */
	private boolean told;

	Handing(StoreAccess access, Draft draft) {
		this.access = access;
		this.draft = draft;
	}

	/**
	 * Hands the message in. Blocks only while the inbox is full.
	 * @param waiter registered before the row can be seen; null for none
	 * @throws QueueException if it is not accepted
	 */
	void start(@Nullable Waiter waiter) {
		this.phase = this.access.inFlight().enter();
		boolean handedIn = false;
		try {
			StoreInstance instance = this.access.instance().get();
			this.id = this.draft.assignId(this.access.store(), instance);
			this.linkIds = this.draft.assignLinks(this.access, this.id);
			this.waiter = waiter;
			long waitedFor = waitedFor();
			if (waiter != null) {
				this.access.waiters().handingIn(waitedFor);
				this.access.waiters().register(waitedFor, waiter);
			}
			this.access.store()
				.insert(instance, List
					.of(this.draft.withIds(this.id, this.linkIds, (message) -> waiter != null && message == waitedFor)),
						this);
			handedIn = true;
		}
		finally {
			if (!handedIn) {
				forgetWaiter();
				this.access.inFlight().exit(this.phase);
			}
		}
	}

	private void forgetWaiter() {
		if (this.waiter != null) {
			this.access.waiters().remove(waitedFor(), this.waiter);
			this.access.waiters().handedIn(waitedFor(), 0);
		}
	}

	/** Whose end its waiter waits for: the last link's. */
	long waitedFor() {
		return this.draft.lastId(this.id, this.linkIds);
	}

	/** Whether its waiter is not told that the queue is full: it is handed in again. */
	boolean forgetsWaiterWhenFull() {
		return false;
	}

	MessageId messageId() {
		return new MessageId(this.id);
	}

	StoreAccess access() {
		return this.access;
	}

	@Override
	public final void succeeded(InsertResult result) {
		QueueException failure = result.failed().get(0);
		long existing = (failure != null) ? 0 : result.existing()[0];
		if (failure == null) {
			failure = duplicate(this.draft, existing);
		}
		if (failure == null && existing == 0) {
			this.draft.record(this.access.recorder());
		}
		outcome(existing, failure);
	}

	@Override
	public final void failed(QueueException failure) {
		outcome(0, failure);
	}

	private void outcome(long existing, @Nullable QueueException failure) {
		if (failure instanceof QueueFullException && forgetsWaiterWhenFull()) {
			forgetWaiter();
		}
		else {
			tellWaiters(this.access, this.id, existing, failure);
			if (waitedFor() != this.id) {
				tellWaiters(this.access, waitedFor(), existing, failure);
			}
		}
		if (!this.told) {
			this.told = true;
			this.access.inFlight().exit(this.phase);
		}
		if (failure != null) {
			notStored(failure);
		}
		else {
			stored((existing != 0) ? new MessageId(existing) : messageId());
		}
	}

	/**
	 * The message is stored, or another one has its key.
	 * @param id of the message that is stored
	 */
	abstract void stored(MessageId id);

	/**
	 * The message is not stored, or nobody knows.
	 * @param failure why
	 */
	abstract void notStored(QueueException failure);

	/**
	 * Tells waiters what became of a message.
	 * @param access the registry and the executor for look-ups, which block
	 * @param id the message
	 * @param existing the message that has its key; 0 for none
	 * @param failure why it is not stored; null when it is
	 */
	static void tellWaiters(StoreAccess access, long id, long existing, @Nullable QueueException failure) {
		Waiters waiters = access.waiters();
		if (!waiters.isHandingIn(id)) {
			return;
		}
		if (failure != null) {
			waiters.notHandedIn(id, failure);
			return;
		}
		waiters.handedIn(id, existing);
		if (existing != 0) {
			access.completions().execute(() -> waiters.lookUp(existing));
		}
	}

	/**
	 * Returns what the sender asked to be told about a taken key.
	 * @param draft the message
	 * @param existing the message that has its key; 0 for none
	 * @return null for nothing
	 */
	static @Nullable DuplicateMessageException duplicate(Draft draft, long existing) {
		if (existing == 0 || draft.onDuplicate() != OnDuplicate.THROW) {
			return null;
		}
		StringBuilder keys = new StringBuilder();
		if (draft.keys().idempotencyKey() != null) {
			keys.append("idempotency key '").append(Names.oneLine(draft.keys().idempotencyKey())).append('\'');
		}
		if (draft.keys().uniqueKey() != null) {
			keys.append(keys.isEmpty() ? "" : " or ")
				.append("unique key '")
				.append(Names.oneLine(draft.keys().uniqueKey()))
				.append('\'');
		}
		MessageId existingId = new MessageId(existing);
		return new DuplicateMessageException("Message " + existingId + " has the " + keys + " of a message for task '"
				+ draft.keys().task() + "'; nothing was stored", existingId);
	}

}
