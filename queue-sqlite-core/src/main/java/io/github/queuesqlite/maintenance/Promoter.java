package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.time.InstantSource;

import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreListener;

/**
 * Makes due messages READY and those EXPIRED whose time to live is over. Sleeps until the
 * next one is due; is woken when the store tells of an earlier one.
 */
final class Promoter implements StoreListener {

	private final MessageStore store;

	private final Loop loop = new Loop("queue-promote", true, this::pass);

	private final Alarm alarm;

	Promoter(MessageStore store, InstantSource clock, Duration pollInterval) {
		this.store = store;
		this.alarm = new Alarm(clock, pollInterval, pollInterval.toNanos(), this.loop::wake);
	}

	Loop loop() {
		return this.loop;
	}

	@Override
	public void dueChanged(long earliest) {
		this.alarm.tell(earliest);
	}

	private long pass() {
		this.alarm.begin();
		catchUp();
		return this.alarm.plan(this.store.nextDueAt());
	}

	/** Does what is due by the clock of now. */
	void catchUp() {
		int changed;
		do {
			changed = this.store.promoteDue();
		}
		while (changed > 0);
	}

}
