package io.github.queuesqlite.store;

import java.util.concurrent.TimeUnit;

/**
 * When to look at the disk: asking costs microseconds, so not at each commit. A look says
 * how much may be written before the next one, the less the nearer the disk is to its
 * mark; and others write on the disk too, so there is one every 250 ms.
 * <p>
 * <b>Threads:</b> used by whoever has the baton, one at a time.
 */
final class RoomWatch {

	private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	/** What is written goes into the log first and into the file later. */
	private static final int COPIES = 2;

	private final Session session;

	private final Refusal refusal;

	private long budget;

	private long lookAt = System.nanoTime();

	RoomWatch(Session session, Refusal refusal) {
		this.session = session;
		this.refusal = refusal;
	}

	/**
	 * Notes that something is about to be written, after a look where one is due.
	 * @param bytes about how many
	 * @param now of the monotonic clock
	 * @return why what of it is new data must be refused; empty when it need not be
	 */
	String use(long bytes, long now) {
		long needed = COPIES * bytes;
		if (needed > this.budget || now - this.lookAt >= 0) {
			Room room = this.session.room(needed);
			this.budget = room.budget();
			this.lookAt = now + INTERVAL_NANOS;
			this.refusal.disk(room.lasting() ? room.refusal() : "");
			if (!room.refusal().isEmpty()) {
				return room.refusal();
			}
		}
		this.budget = Math.max(0, this.budget - needed);
		return this.refusal.disk();
	}

	/** Returns how long an idle writer may sleep, for the end of a refusal to be seen. */
	long untilWanted(long now) {
		return !this.refusal.isDiskFull() ? Long.MAX_VALUE : Math.max(0, this.lookAt - now);
	}

}
