package io.github.queuesqlite.worker;

import java.util.Collection;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The run of a suspect that is kept apart: until it is over, but no longer than a time
 * from its start. One that runs alone first waits until no other handler runs, no longer
 * than that time either.
 * <p>
 * <b>Threads:</b> looked after by the watch, asked by any thread.
 */
final class Trial {

	private static final Logger logger = LoggerFactory.getLogger(Trial.class);

	/** One death has many who may be to blame; two in a row are hardly chance. */
	private static final int DEATHS_TO_BE_ALONE = 2;

	private final Run suspect;

	private final boolean alone;

	private final long since;

	private final long nanos;

	/** Since when it may start; 0 while it waits for others. */
	private volatile long clearedAt;

	/** When it was seen to have started; 0 before. */
	private long startedAt;

	Trial(Run suspect, long now, long nanos) {
		this.suspect = suspect;
		this.alone = suspect.deaths() >= DEATHS_TO_BE_ALONE;
		this.since = now;
		this.nanos = nanos;
		this.clearedAt = this.alone ? 0 : Math.max(1, now);
	}

	boolean isAlone() {
		return this.alone;
	}

	boolean mayStart(Run run) {
		return !this.alone || (run == this.suspect && this.clearedAt != 0);
	}

	boolean isKept(Run run, long now) {
		return run == this.suspect && (this.clearedAt == 0 || now - this.clearedAt < Lane.UNSTARTED_NANOS);
	}

	boolean hasStarted() {
		return this.startedAt != 0;
	}

	boolean isOver(long now) {
		return this.suspect.lane().isOver(this.suspect) || (hasStarted() && now - this.startedAt >= this.nanos);
	}

	/** How long all others could not start. */
	long stoodStill(long now) {
		return this.alone ? now - this.since : 0;
	}

	void look(long now, Collection<Lane> lanes) {
		if (!this.suspect.isNew()) {
			this.startedAt = hasStarted() ? this.startedAt : Math.max(1, now);
		}
		else if (this.clearedAt == 0 && (this.suspect.isCancelRequested() || now - this.since >= this.nanos
				|| lanes.stream().allMatch(Lane::isQuiet))) {
			this.clearedAt = Math.max(1, now);
			logger.warn("Message {} of task '{}' runs alone: its process died in {} runs in a row", this.suspect.id(),
					this.suspect.row().task(), this.suspect.deaths());
			this.suspect.lane().wakeForSuspect();
		}
	}

}
