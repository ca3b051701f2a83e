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

	/** Returns how many messages of a task one permit is for. */
	int messagesPerPermit(String task) {
		return this.quota.messagesPerPermit(task);
	}

	/** Returns how many permits are left when some messages are claimed. */
	int left(int max, List<StoredMessage> claimed) {
		if (this.quota == Quota.UNLIMITED) {
			return max - claimed.size();
		}
		return max - this.quota.permits(claimed).values().stream().mapToInt(Integer::intValue).sum();
	}

	/** The messages are their claimer's, with what was taken for them. */
	List<StoredMessage> used(List<StoredMessage> messages) {
		if (!this.unused.isEmpty()) {
			this.quota.permits(messages)
				.forEach((task, used) -> this.unused.computeIfPresent(task, (key, n) -> n - used));
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
