package io.github.queuesqlite.message;

import java.util.List;

/**
 * What a check of all files of a queue has found.
 *
 * @param files one for each file: {@code control.db}, the shards in order,
 * {@code listen.db}
 * @since 0.1.0
 */
public record Verification(List<FileCheck> files) {

	public Verification {
		files = List.copyOf(files);
	}

	/**
	 * Returns whether all files were checked and nothing is wrong.
	 * @return false when one has findings
	 */
	public boolean isSound() {
		return this.files.stream().allMatch(FileCheck::isSound);
	}

}
