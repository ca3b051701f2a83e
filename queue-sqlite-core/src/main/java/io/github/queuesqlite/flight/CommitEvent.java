package io.github.queuesqlite.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** One transaction of a shard, from its begin to the end of its commit. */
@Name("queue.Commit")
@Label("Commit")
@Category("Queue")
@Description("A transaction of a shard, with its commit")
@StackTrace(false)
@Threshold("10 ms")
public final class CommitEvent extends Event {

	@Label("Shard")
	@Description("-1 for listen data")
	private int shard;

	@Label("Rows")
	private int rows;

	@Label("Synced")
	@Description("Whether the commit waited for the disk")
	private boolean synced;

	@Label("Committed")
	@Description("Whether it was committed; else it failed, or nobody knows")
	private boolean committed;

	CommitEvent() {
	}

	/**
	 * The transaction is over.
	 * @param shard the shard; -1 for listen data
	 * @param rows how many rows it carried
	 * @param synced whether it waited for the disk
	 * @param committed whether it is committed
	 */
	public void over(int shard, int rows, boolean synced, boolean committed) {
		end();
		if (shouldCommit()) {
			this.shard = shard;
			this.rows = rows;
			this.synced = synced;
			this.committed = committed;
			commit();
		}
	}

}
