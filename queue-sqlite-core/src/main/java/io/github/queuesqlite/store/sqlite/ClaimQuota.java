package io.github.queuesqlite.store.sqlite;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.store.Quota;
import io.github.queuesqlite.store.StoredMessage;

/** What one claim takes of a quota; what it has not used goes back at its end. */
final class ClaimQuota implements AutoCloseable {

	private final Quota quota;

	private final Map<String, Integer> unused = new HashMap<>(0);

	ClaimQuota(Quota quota) {
		this.quota = quota;
	}

	/** Returns how many messages of a task may be claimed. */
	int take(String task, int max) {
		if (this.quota == Quota.UNLIMITED) {
			return max;
		}
		int taken = this.quota.take(task, max);
		this.unused.merge(task, taken, Integer::sum);
		return taken;
	}

	/** The messages are their claimer's, with what was taken for them. */
	List<StoredMessage> used(List<StoredMessage> messages) {
		for (StoredMessage message : messages) {
			this.unused.computeIfPresent(message.task(), (task, n) -> n - 1);
		}
		return messages;
	}

	@Override
	public void close() {
		this.unused.forEach((task, n) -> {
			if (n > 0) {
				this.quota.giveBack(task, n);
			}
		});
	}

}
