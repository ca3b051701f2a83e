package io.github.queuesqlite.store;

import org.jspecify.annotations.Nullable;

/**
 * What a handler has done already.
 *
 * @param position from 0, in the order it was done
 * @param name what it is called
 * @param codec who wrote the value; null for none
 * @param value null for none
 * @param damaged whether it is not what was written
 */
public record StoredStep(int position, String name, @Nullable String codec, byte @Nullable [] value, boolean damaged) {

}
