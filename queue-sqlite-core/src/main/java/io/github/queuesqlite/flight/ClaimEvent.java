package io.github.queuesqlite.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** One claim of a queue in a shard, within a transaction. */
@Name("queue.Claim")
@Label("Claim")
@Category("Queue")
@Description("Messages of a queue are claimed in a shard, within a transaction")
@StackTrace(false)
@Threshold("10 ms")
public final class ClaimEvent extends Event {

	@Label("Shard")
	private int shard;

	@Label("Queue")
	private @Nullable String queue;

	@Label("Wanted")
	@Description("For how many there was room")
	private int wanted;

	@Label("Messages")
	@Description("How many were claimed")
	private int messages;

	ClaimEvent() {
	}

	/**
	 * The claim is over.
	 * @param shard the shard
	 * @param queue the queue
	 * @param wanted for how many there was room
	 * @param messages how many were claimed
	 */
	public void over(int shard, String queue, int wanted, int messages) {
		end();
		if (shouldCommit()) {
			this.shard = shard;
			this.queue = queue;
			this.wanted = wanted;
			this.messages = messages;
			commit();
		}
	}

}
