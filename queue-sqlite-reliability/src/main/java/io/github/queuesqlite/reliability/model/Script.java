package io.github.queuesqlite.reliability.model;

/**
 * What the handler of a message is to do: its payload.
 *
 * @param tag its own name
 * @param failures how many attempts fail
 * @param permanent whether the first failure is the last
 */
record Script(String tag, int failures, boolean permanent) {

}
