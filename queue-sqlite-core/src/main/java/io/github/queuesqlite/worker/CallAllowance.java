package io.github.queuesqlite.worker;

/**
 * What was taken for one call of a handler: permits until it has returned, and tokens,
 * which its beginning uses up.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class CallAllowance {

	private final Limits limits;

	private final String queue;

	private final String task;

	/** Whether it is still there. Guarded by this. */
	private boolean taken = true;

	/** Guarded by this. */
	private boolean begun;

	CallAllowance(Limits limits, String queue, String task) {
		this.limits = limits;
		this.queue = queue;
		this.task = task;
	}

	/** The handler is called now. */
	void begin() {
		synchronized (this) {
			this.begun = true;
		}
		this.limits.begun(this.queue, this.task);
	}

	/** The handler has returned, or never will be called. */
	void giveBack() {
		boolean begun;
		synchronized (this) {
			if (!this.taken) {
				return;
			}
			this.taken = false;
			begun = this.begun;
		}
		if (begun) {
			this.limits.ended(this.queue, this.task);
		}
		else {
			this.limits.giveBack(this.queue, this.task, 1);
		}
	}

}
