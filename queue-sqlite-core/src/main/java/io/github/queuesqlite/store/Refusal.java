package io.github.queuesqlite.store;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why one file takes no new data: a fault, a disk that is full, a write-ahead log that is
 * too long. What is in the file goes on: ends of runs, claims, deletions. The begin of
 * each reason is logged once, and the end when there is none any more.
 * <p>
 * <b>Threads:</b> changed by the writer thread, read by any.
 */
final class Refusal {

	private static final Logger logger = LoggerFactory.getLogger(Refusal.class);

	private final String label;

	private volatile String text = "";

	private String fault = "";

	private String disk = "";

	private String log = "";

	Refusal(String label) {
		this.label = label;
	}

	/** Returns why new data is refused; empty when it is taken. */
	String text() {
		return this.text;
	}

	/** Notes that nobody knows whether new data can be stored. */
	void fault(String reason, @Nullable Throwable cause) {
		if (this.fault.isEmpty() && cause != null) {
			logger.error("{}", reason, cause);
		}
		this.fault = reason;
		changed();
	}

	/** Notes that new data can be stored again. */
	void repaired() {
		this.fault = "";
		changed();
	}

	/** Notes whether the disk is too full for new data, and why; empty when not. */
	void disk(String reason) {
		if (this.disk.isEmpty() && !reason.isEmpty()) {
			logger.error("{}", reason);
		}
		this.disk = reason;
		changed();
	}

	boolean isDiskFull() {
		return !this.disk.isEmpty();
	}

	String disk() {
		return this.disk;
	}

	/** Notes whether the log is too long for new data, and why; empty when not. */
	void log(String reason) {
		if (this.log.isEmpty() && !reason.isEmpty()) {
			logger.warn("{}", reason);
		}
		this.log = reason;
		changed();
	}

	/** Returns whether the log must be kept as short as can be, whatever it costs. */
	boolean needsShortLog() {
		return !this.log.isEmpty() || isDiskFull();
	}

	private void changed() {
		String before = this.text;
		this.text = !this.fault.isEmpty() ? this.fault : (!this.disk.isEmpty() ? this.disk : this.log);
		if (!before.isEmpty() && this.text.isEmpty()) {
			logger.info("{} takes new messages again", this.label);
		}
	}

}
