package io.github.queuesqlite.message;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A state that a message came into.
 *
 * @param state the state; RUNNING from the claim on
 * @param at when it was committed, in milliseconds
 * @param attempt how many attempts were counted then
 * @param process host and process id of who claimed it, or had it until then; null for
 * nobody, and when nobody remembers
 * @since 0.1.0
 */
public record StateChange(MessageState state, Instant at, int attempt, @Nullable String process) {

}
