package io.github.queuesqlite.sample;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * An import of a folder. The same folder is the same import.
 *
 * @param id name of the folder and a hash of its path
 * @param folder absolute
 * @param photos ids of its photos; copies of one picture count once
 * @param at when it was scanned last
 */
record PhotoImport(String id, Path folder, List<String> photos, Instant at) {

	/**
	 * What the task is told.
	 *
	 * @param id as above
	 * @param folder as above
	 */
	record ImportFolder(String id, Path folder) {

	}

	/**
	 * How far it is: the value that listeners get.
	 *
	 * @param importId the import
	 * @param folder its folder
	 * @param total how many photos it has
	 * @param done how many are processed
	 * @param failed how many have ended otherwise
	 */
	record Progress(String importId, String folder, int total, int done, int failed) {

		int percent() {
			return (this.total == 0) ? 100 : (int) (100L * (this.done + this.failed) / this.total);
		}

	}

}
