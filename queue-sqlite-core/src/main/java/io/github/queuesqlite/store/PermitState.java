package io.github.queuesqlite.store;

/**
 * What an instance has of the permits of one limit.
 *
 * @param most how many permits there are
 * @param held how many it has
 * @param free how many nobody has; less than 0 when the limit was lowered
 * @param waits whether it wants more than it got
 * @param othersWait whether others want some
 * @param claimants how many have or want some, itself included
 */
public record PermitState(int most, int held, int free, boolean waits, boolean othersWait, int claimants) {

}
