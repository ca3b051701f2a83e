package io.github.queuesqlite.dashboard;

/**
 * What happened to a task, or all of them, in this process in some time.
 *
 * @param enqueued messages that were stored
 * @param completed runs that completed their message
 * @param retried runs that failed and are retried
 * @param dead messages that ended dead
 * @param duration how long a run took, on average, in milliseconds; 0 when none ended
 */
record TaskActivity(long enqueued, long completed, long retried, long dead, double duration) {

	boolean isNothing() {
		return this.enqueued == 0 && this.completed == 0 && this.retried == 0 && this.dead == 0;
	}

}
