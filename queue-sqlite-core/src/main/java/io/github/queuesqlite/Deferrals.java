package io.github.queuesqlite;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuesqlite.message.MessageId;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What enqueues inside Spring transactions put off until after the commit, by
 * transaction.
 */
final class Deferrals {

	private final boolean enabled;

	private final StoreAccess access;

	private final Map<Long, Deferral> byId = new ConcurrentHashMap<>();

	Deferrals(boolean enabled, StoreAccess access) {
		this.enabled = enabled;
		this.access = access;
	}

	/**
	 * Returns where an enqueue of this thread goes.
	 * @return null for straight into the store
	 */
	@Nullable Deferral current() {
		if (!this.enabled || !TransactionSynchronizationManager.isSynchronizationActive()
				|| !TransactionSynchronizationManager.isActualTransactionActive()) {
			return null;
		}
		Deferral deferral = (Deferral) TransactionSynchronizationManager.getResource(this);
		if (deferral == null) {
			deferral = new Deferral(this, this.access);
			TransactionSynchronizationManager.registerSynchronization(deferral);
			TransactionSynchronizationManager.bindResource(this, deferral);
		}
		return deferral.isOpen() ? deferral : null;
	}

	void add(long id, Deferral deferral) {
		this.byId.put(id, deferral);
	}

	void remove(long id) {
		this.byId.remove(id);
	}

	/**
	 * Refuses to wait for what a transaction of this thread put off.
	 * @param id the message
	 * @throws IllegalStateException if it is such a message
	 */
	void refuseWaiting(MessageId id) {
		Deferral deferral = this.byId.get(id.value());
		if (deferral != null) {
			deferral.refuseWaiting(id);
		}
	}

}
