package io.github.queuesqlite.reliability.sabotage;

import io.github.queuesqlite.reliability.PlantedChange;

/**
 * A bug: one place of the core changed for the worse.
 *
 * @param change what is wrong and where
 * @param rule what it breaks
 * @param test the test that must fail
 */
record PlantedBug(PlantedChange change, String rule, TestName test) {

	String name() {
		return this.change.name();
	}

}
