package io.github.queuesqlite.message;

/**
 * What happened to the messages of one queue and task since the files were made or their
 * number was changed, whichever process did it, and whether they are still kept. The
 * numbers only rise: the difference of two readings is what happened between them.
 *
 * @param queue the queue
 * @param task the task
 * @param enqueued messages that were stored
 * @param completed messages that completed
 * @param retried runs that failed and were to be retried
 * @param dead messages that ended dead
 * @since 0.1.0
 */
public record TaskTotals(String queue, String task, long enqueued, long completed, long retried, long dead) {

}
