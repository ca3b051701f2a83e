package io.github.queuesqlite.benchmark;

/**
 * What one connection does, in messages a second.
 *
 * @param rows messages in each transaction
 * @param insert only inserting
 * @param claim only claiming
 * @param finish only completing, with pruning
 * @param life all three and pruning in one transaction
 */
record RawRates(int rows, double insert, double claim, double finish, double life) {

}
