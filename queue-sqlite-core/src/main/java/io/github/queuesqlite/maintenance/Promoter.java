package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreListener;

/**
 * Makes due messages READY and those EXPIRED whose time to live is over. Sleeps until the
 * next one is due; is woken when the store tells of an earlier one.
 */
final class Promoter implements StoreListener {

	private static final long LEAST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private final MessageStore store;

	private final InstantSource clock;

	private final long pollNanos;

	private final Loop loop = new Loop("queue-promote", true, this::pass);

	/** The earliest due time told of since the last pass began. */
	private final AtomicLong told = new AtomicLong(Long.MAX_VALUE);

	private volatile long planned = Long.MAX_VALUE;

	Promoter(MessageStore store, InstantSource clock, Duration pollInterval) {
		this.store = store;
		this.clock = clock;
		this.pollNanos = pollInterval.toNanos();
	}

	Loop loop() {
		return this.loop;
	}

	@Override
	public void dueChanged(long earliest) {
		// Tells first and looks at the plan second; the pass does it the other way round,
		// so that one of the two always notices.
		if (earliest < this.told.get()) {
			this.told.accumulateAndGet(earliest, Math::min);
		}
		if (earliest < this.planned) {
			this.loop.wake();
		}
	}

	private long pass() {
		this.told.set(Long.MAX_VALUE);
		int changed;
		do {
			changed = this.store.promoteDue();
		}
		while (changed > 0);
		this.planned = this.store.nextDueAt();
		long due = Math.min(this.planned, this.told.get());
		long millis = due - Math.min(due, this.clock.millis());
		return (millis >= TimeUnit.NANOSECONDS.toMillis(this.pollNanos)) ? this.pollNanos
				: Math.max(LEAST_SLEEP_NANOS, TimeUnit.MILLISECONDS.toNanos(millis));
	}

}
