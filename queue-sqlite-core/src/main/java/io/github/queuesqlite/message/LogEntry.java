package io.github.queuesqlite.message;

import java.time.Instant;

/**
 * What the handler of a message said.
 *
 * @param attempt in which attempt, 1-based
 * @param at when, in milliseconds
 * @param text at most 2,000 characters
 * @since 0.1.0
 */
public record LogEntry(int attempt, Instant at, String text) {

}
