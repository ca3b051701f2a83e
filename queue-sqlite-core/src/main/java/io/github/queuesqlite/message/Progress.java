package io.github.queuesqlite.message;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * How far the handler of a message says it is.
 *
 * @param fraction 0 to 1
 * @param text at most 500 characters; null when it said none
 * @param at when it said so, in milliseconds
 * @since 0.1.0
 */
public record Progress(double fraction, @Nullable String text, Instant at) {

}
