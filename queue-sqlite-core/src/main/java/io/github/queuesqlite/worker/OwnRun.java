package io.github.queuesqlite.worker;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What this process does with a message that it has claimed.
 *
 * @param begun whether a handler has begun, or somebody has received it
 * @param deadline when its time is over; null when it does not run
 * @param maxAttempts how many attempts it gives it
 */
public record OwnRun(boolean begun, @Nullable Instant deadline, int maxAttempts) {

}
