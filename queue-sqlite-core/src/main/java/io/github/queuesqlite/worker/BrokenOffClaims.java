package io.github.queuesqlite.worker;

import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Claims whose end could not be said or stored, until the watch does it. Adding needs no
 * memory, since that is what most likely lacks.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class BrokenOffClaims {

	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable Claim first;

	void add(Claim claim, Throwable ex) {
		this.lock.lock();
		try {
			if (claim.brokenBy == null) {
				claim.brokenBy = ex;
				claim.nextBrokenOff = this.first;
				this.first = claim;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Ends all there are; returns the failure of the one that breaks off again. */
	@Nullable Throwable finish() {
		while (true) {
			Claim claim;
			@Nullable Throwable ex;
			this.lock.lock();
			try {
				claim = this.first;
				ex = (claim != null) ? claim.brokenBy : null;
				if (claim == null || ex == null) {
					return null;
				}
				this.first = claim.nextBrokenOff;
				claim.nextBrokenOff = null;
				claim.brokenBy = null;
			}
			finally {
				this.lock.unlock();
			}
			try {
				claim.finish(ex);
			}
			catch (Throwable again) {
				add(claim, again);
				return again;
			}
		}
	}

}
