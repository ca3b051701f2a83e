package io.github.queuesqlite.store;

/**
 * Names one run of one message: the fence that every statement about it carries.
 *
 * @param shard where the row is
 * @param id the message
 * @param epoch the owner
 * @param run the claim
 * @param queue the message's queue
 * @param task the message's task
 */
public record RunKey(int shard, long id, long epoch, long run, String queue, String task) {

	/**
	 * Returns whether both name the same run.
	 * @param other may lack the queue and the task
	 * @return true when message, owner and claim are the same
	 */
	public boolean isSameRun(RunKey other) {
		return this.id == other.id && this.epoch == other.epoch && this.run == other.run;
	}

}
