package io.github.queuesqlite.reliability;

import java.util.Map;

/** One way to try to break the queue. */
public interface Layer {

	/**
	 * Returns the name, as it is given on the command line and kept in the ledger.
	 * @return lower case letters and {@code -}
	 */
	String name();

	/**
	 * Returns what is done and what must hold, for the report.
	 * @return one sentence
	 */
	String description();

	/**
	 * Returns what more the report says of it.
	 * @param notes what its runs of this version noted, by subject
	 * @return a section in Markdown; empty for none
	 */
	default String details(Map<String, String> notes) {
		return "";
	}

	/**
	 * Tries to break the queue and checks.
	 * @param effort how often, where, with which random numbers
	 * @param outcome gets counts, samples and violations
	 * @throws Exception if the layer itself failed: neither held nor broken
	 */
	void run(Effort effort, Outcome outcome) throws Exception;

}
