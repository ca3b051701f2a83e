package io.github.queuesqlite.store;

import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * What an instance has done with the tokens of one rate, and whether it wants further
 * ones. What it had and neither keeps nor gives back is used up.
 *
 * @param rate the name of the rate
 * @param declared the rate unless somebody chose another number; null to leave that as it
 * is
 * @param keep how many of those that it has it has not used, 0 or more
 * @param back how many of those that it has it does not need, 0 or more
 * @param more whether it wants further ones
 */
public record TokenWish(String rate, @Nullable RateLimit declared, int keep, int back, boolean more) {

}
