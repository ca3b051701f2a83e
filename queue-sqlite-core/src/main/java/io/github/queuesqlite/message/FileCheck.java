package io.github.queuesqlite.message;

import java.time.Duration;
import java.util.List;

/**
 * What a check of one file of the queue has found.
 *
 * @param file its name, such as {@code queue_shard_0.db}
 * @param findings what is wrong, or why it could not be checked; empty for a sound file
 * @param duration how long the check took
 * @param size bytes of the file, without its write-ahead log
 * @since 0.1.0
 */
public record FileCheck(String file, List<String> findings, Duration duration, long size) {

	public FileCheck {
		findings = List.copyOf(findings);
	}

	/**
	 * Returns whether nothing is wrong.
	 * @return false also when the file could not be checked
	 */
	public boolean isSound() {
		return this.findings.isEmpty();
	}

}
