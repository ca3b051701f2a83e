package io.github.queuesqlite.worker;

import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Runs whose end could not be said or stored, until the watch does it. Adding needs no
 * memory, since that is what most likely lacks.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class BrokenOffRuns {

	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable Run first;

	void add(Run run, Throwable ex) {
		this.lock.lock();
		try {
			if (run.brokenBy == null) {
				run.brokenBy = ex;
				run.nextBrokenOff = this.first;
				this.first = run;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Ends all there are; returns the failure of the one that breaks off again. */
	@Nullable Throwable finish() {
		while (true) {
			Run run;
			@Nullable Throwable ex;
			this.lock.lock();
			try {
				run = this.first;
				ex = (run != null) ? run.brokenBy : null;
				if (run == null || ex == null) {
					return null;
				}
				this.first = run.nextBrokenOff;
				run.nextBrokenOff = null;
				run.brokenBy = null;
			}
			finally {
				this.lock.unlock();
			}
			try {
				run.finish(ex);
			}
			catch (Throwable again) {
				add(run, again);
				return again;
			}
		}
	}

}
