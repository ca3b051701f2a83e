package io.github.queuesqlite.benchmark;

/** One subject of the report. */
@FunctionalInterface
interface Section {

	/** Measures and adds to the report. */
	void measure(Bench bench) throws Exception;

}
