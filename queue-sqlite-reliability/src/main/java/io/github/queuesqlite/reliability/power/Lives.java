package io.github.queuesqlite.reliability.power;

import java.time.Duration;

/**
 * When the recorded processes lived. What a killed one had not synced, the next one syncs
 * soon after it opened the files.
 */
final class Lives {

	private long latest = -1;

	private long killedAt = -1;

	private long openedAt = -1;

	/** Anything happened. */
	void passed(long nanos) {
		this.latest = nanos;
	}

	/** A process began. */
	void begun() {
		this.killedAt = this.latest;
		this.openedAt = -1;
	}

	/** The process opened the queue, for the first time or again. */
	void opened(long nanos) {
		this.openedAt = (this.openedAt < 0) ? nanos : this.openedAt;
	}

	/**
	 * Returns when something must have been accepted to be there after a cut.
	 * @param cutAt when the power goes
	 * @param mayLose how long before what is accepted may be lost
	 * @return what was accepted later may be lost
	 */
	long mustStayBefore(long cutAt, Duration mayLose) {
		boolean synced = this.openedAt >= 0 && cutAt - this.openedAt >= mayLose.toNanos();
		long from = (this.killedAt >= 0 && !synced) ? this.killedAt : cutAt;
		return from - mayLose.toNanos();
	}

}
