package io.github.queuesqlite.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** One call of a handler, from its beginning until its thread is back. */
@Name("queue.Run")
@Label("Run")
@Category("Queue")
@Description("A thread is in the handler of a message, or of a batch of them")
@StackTrace(false)
@Threshold("20 ms")
public final class RunEvent extends Event {

	@Label("Queue")
	private @Nullable String queue;

	@Label("Task")
	private @Nullable String task;

	@Label("Message")
	@Description("The id of the message, of the first one of a batch")
	private @Nullable String message;

	@Label("Attempt")
	@Description("1 for the first one")
	private int attempt;

	RunEvent() {
	}

	/**
	 * The thread is back.
	 * @param queue the queue
	 * @param task the task
	 * @param message the id of the message, of the first one of a batch
	 * @param attempt 1 for the first one
	 */
	public void over(String queue, String task, String message, int attempt) {
		end();
		if (shouldCommit()) {
			this.queue = queue;
			this.task = task;
			this.message = message;
			this.attempt = attempt;
			commit();
		}
	}

}
