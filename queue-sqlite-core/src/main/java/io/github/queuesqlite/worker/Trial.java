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

	private final Claim suspect;

	private final boolean alone;

	private final long since;

	private final long nanos;

	/** Since when it may start; 0 while it waits for others. */
	private volatile long clearedAt;

	/** When it was seen to have started; 0 before. */
	private long startedAt;

	Trial(Claim suspect, long now, long nanos) {
		this.suspect = suspect;
		this.alone = suspect.deaths() >= DEATHS_TO_BE_ALONE;
		this.since = now;
		this.nanos = nanos;
		this.clearedAt = this.alone ? 0 : Math.max(1, now);
	}

	boolean isAlone() {
		return this.alone;
	}

	boolean mayStart(Claim claim) {
		return !this.alone || (claim == this.suspect && this.clearedAt != 0);
	}

	boolean isKept(Claim claim, long now) {
		return claim == this.suspect && (this.clearedAt == 0 || now - this.clearedAt < Lane.UNSTARTED_NANOS);
	}

	boolean hasStarted() {
		return this.startedAt != 0 || this.suspect.hasStarted();
	}

	boolean isOver(long now) {
		return this.suspect.isOver() || (this.startedAt != 0 && now - this.startedAt >= this.nanos);
	}

	/** How long all others could not start. */
	long stoodStill(long now) {
		return this.alone ? now - this.since : 0;
	}

	void look(long now, Collection<? extends Holder> holders) {
		if (!this.suspect.isNew()) {
			this.startedAt = (this.startedAt != 0) ? this.startedAt : Math.max(1, now);
		}
		else if (this.clearedAt == 0 && (this.suspect.isCancelRequested() || now - this.since >= this.nanos
				|| holders.stream().allMatch(Holder::isQuiet))) {
			clear(this.suspect, now);
			this.suspect.holder().wakeForSuspect();
		}
	}

	/** The suspect need not wait for others any longer. */
	void clear(Claim claim, long now) {
		if (claim == this.suspect && this.clearedAt == 0) {
			this.clearedAt = Math.max(1, now);
			logger.warn("Message {} of task '{}' runs alone: its process died in {} runs in a row", claim.id(),
					claim.row().task(), claim.deaths());
		}
	}

}
