package io.github.queuesqlite.message;

import java.time.Instant;

/**
 * Why one attempt of a message failed.
 *
 * @param attempt the attempt that failed, 1-based; 0 when the message never ran
 * @param type class name of the throwable, or a word of ours such as {@code Timeout}
 * @param message its text, at most 2,000 characters; empty when it had none
 * @param stack its stack trace, at most 16,000 characters; empty when there is none
 * @param at when it failed, in milliseconds
 * @since 0.1.0
 */
public record Failure(int attempt, String type, String message, String stack, Instant at) {

}
