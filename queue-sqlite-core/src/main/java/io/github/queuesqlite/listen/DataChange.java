package io.github.queuesqlite.listen;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * One change of listen data.
 *
 * @param key the key
 * @param oldValue null when there was none, or when it is not known: the value is
 * replayed, stands for changes that were pruned, or the old one cannot be read as the
 * type
 * @param newValue null when it was removed
 * @param version of the key, from 1, rising with every change
 * @param at when it was committed, wall clock
 * @param <T> the type of the values
 * @since 0.1.0
 */
public record DataChange<T>(String key, @Nullable T oldValue, @Nullable T newValue, long version, Instant at) {

}
