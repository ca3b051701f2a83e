package io.github.queuesqlite.store.sqlite;

import java.util.HashMap;
import java.util.Map;

import io.github.queuesqlite.store.Claimer;

/**
 * How much of one claim is used up: a permit for each message, or for each batch of a
 * task. A batch that is not full takes what comes later of its task, also when there is
 * no permit left.
 */
final class ClaimSize {

	private final ClaimQuota quota;

	private final int most;

	private int permits;

	private int messages;

	/** For how many messages there is room in the last batch of each task. */
	private final Map<String, Integer> room = new HashMap<>(0);

	private int roomInAll;

	ClaimSize(ClaimQuota quota, int most) {
		this.quota = quota;
		this.most = most;
	}

	boolean isFull() {
		return (this.permits >= this.most && this.roomInAll == 0)
				|| this.messages >= Math.max(this.most, Claimer.MOST_MESSAGES);
	}

	/** Takes a message in if there is room for it. */
	boolean isRoomFor(String task) {
		int room = this.room.getOrDefault(task, 0);
		if (room == 0) {
			if (this.permits >= this.most) {
				return false;
			}
			this.permits++;
			room = this.quota.messagesPerPermit(task);
			this.roomInAll += room;
		}
		this.messages++;
		this.roomInAll--;
		if (room > 1 || this.room.containsKey(task)) {
			this.room.put(task, room - 1);
		}
		return true;
	}

}
