package io.github.queuesqlite.event;

import java.time.Duration;

/**
 * Is told what happens, for meters. Calls about messages come after the commit that made
 * them true and before anybody who waits for the message is released.
 * <p>
 * <b>Threads:</b> called by writer and worker threads at once; must be quick, must not
 * block or throw.
 *
 * @since 0.1.0
 */
public interface QueueRecorder {

	/** Records nothing. */
	QueueRecorder NONE = new QueueRecorder() {
	};

	/**
	 * Messages were stored.
	 * @param queue their queue
	 * @param task their task
	 * @param messages how many
	 */
	default void enqueued(String queue, String task, int messages) {
	}

	/**
	 * A run began.
	 * @param queue its queue
	 * @param task its task
	 * @param wait from the time it was due to the start of its handler
	 */
	default void started(String queue, String task, Duration wait) {
	}

	/**
	 * A run ended and its outcome is stored; or a group without callback, of task
	 * {@code queue:group}, which nobody runs.
	 * @param queue its queue
	 * @param task its task
	 * @param outcome what became of it
	 * @param duration how long the handler ran
	 */
	default void finished(String queue, String task, RunOutcome outcome, Duration duration) {
	}

	/**
	 * Messages expired.
	 * @param queue their queue
	 * @param task their task
	 * @param messages how many
	 */
	default void expired(String queue, String task, int messages) {
	}

	/**
	 * Messages were cancelled since their queue was full and newer ones needed the room.
	 * @param queue their queue
	 * @param task their task
	 * @param messages how many
	 */
	default void dropped(String queue, String task, int messages) {
	}

	/**
	 * Messages ended DEAD without a run of this process: rescued from a dead process.
	 * @param queue their queue
	 * @param task their task
	 * @param messages how many
	 */
	default void diedUnrun(String queue, String task, int messages) {
	}

	/**
	 * A schedule has fired. Called with zeros when this process hears of a schedule.
	 * @param schedule its name
	 * @param messages how many messages its slots gave
	 * @param skipped how many slots were left out since a message had not ended
	 * @param missed how many slots were left out, or were represented by another one,
	 * since nobody ran when they came
	 */
	default void fired(String schedule, int messages, int skipped, long missed) {
	}

	/**
	 * A batch was committed.
	 * @param shard the shard
	 * @param duration from begin to the end of the commit
	 * @param rows how many rows it carried
	 */
	default void committed(int shard, Duration duration, int rows) {
	}

}
