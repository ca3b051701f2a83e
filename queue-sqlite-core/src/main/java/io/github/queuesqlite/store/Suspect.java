package io.github.queuesqlite.store;

/**
 * A claimed message whose process died while it ran last: the message may be what killed
 * it.
 *
 * @param message a RUNNING message
 * @param deaths how many runs in a row ended so, 1 or more
 */
public record Suspect(StoredMessage message, int deaths) {

}
