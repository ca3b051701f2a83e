package io.github.queuesqlite.worker;

import io.github.queuesqlite.store.Quota;

/**
 * What the messages of one lane may take of the limits and rates.
 *
 * @param limits all of them
 * @param queue the queue of the lane
 */
record LaneQuota(Limits limits, String queue) implements Quota {

	@Override
	public int messagesPerPermit(String task) {
		return this.limits.messagesPerPermit(task);
	}

	@Override
	public int take(String task, int max) {
		return this.limits.take(this.queue, task, max);
	}

	@Override
	public void giveBack(String task, int n) {
		this.limits.giveBack(this.queue, task, n);
	}

}
