package io.github.queuesqlite.store;

import org.jspecify.annotations.Nullable;

/**
 * What an instance wants of the permits of one limit.
 *
 * @param limit the name of the limit
 * @param declared how many permits there are unless somebody chose another number, 1 or
 * more; null to leave that as it is
 * @param keep how many of those that it has it keeps, 0 or more
 * @param more whether it wants further ones
 */
public record PermitWish(String limit, @Nullable Integer declared, int keep, boolean more) {

}
