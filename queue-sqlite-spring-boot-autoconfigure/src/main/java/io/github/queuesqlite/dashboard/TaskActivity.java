package io.github.queuesqlite.dashboard;

/**
 * What happened to a task in some time.
 *
 * @param enqueued messages that were stored, by any process
 * @param completed messages that completed, in any process
 * @param retried runs that failed and are retried, in any process
 * @param dead messages that ended dead, in any process
 * @param duration how long a run of this process took, on average, in milliseconds; 0
 * when none ended
 */
record TaskActivity(long enqueued, long completed, long retried, long dead, double duration) {

	static final TaskActivity NONE = new TaskActivity(0, 0, 0, 0, 0);

	TaskActivity and(TaskActivity other) {
		return new TaskActivity(this.enqueued + other.enqueued, this.completed + other.completed,
				this.retried + other.retried, this.dead + other.dead, Math.max(this.duration, other.duration));
	}

	TaskActivity taking(double duration) {
		return new TaskActivity(this.enqueued, this.completed, this.retried, this.dead, duration);
	}

	boolean isNothing() {
		return equals(NONE);
	}

}
