package io.github.queuesqlite.reliability.power;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.reliability.disk.Trace;

/**
 * How much slower than it should be the machine was shortly before an entry: a thread
 * that woke late, a sync that took long. A process that does not get to run cannot sync
 * in time.
 */
final class Stalls {

	private static final long SHORTLY_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final Trace trace;

	private final Map<Long, Long> running = new HashMap<>();

	private final Deque<Stall> stalls = new ArrayDeque<>();

	private long tick = -1;

	private int played;

	Stalls(Trace trace) {
		this.trace = trace;
	}

	/** Notes that the workload's clock ticked. */
	void tick(long nanos) {
		if (this.tick >= 0) {
			add(nanos, nanos - this.tick);
		}
		this.tick = nanos;
	}

	private void add(long at, long nanos) {
		this.stalls.add(new Stall(at, nanos));
		while (at - this.stalls.element().at() > SHORTLY_NANOS) {
			this.stalls.remove();
		}
	}

	/** What came together at worst before the entry. */
	Duration upTo(int end) {
		for (; this.played < end; this.played++) {
			Trace.Entry entry = this.trace.entries().get(this.played);
			if (entry.kind() == Trace.Kind.SYNC_BEGIN) {
				this.running.put(entry.offset(), entry.nanos());
			}
			else if (entry.kind() == Trace.Kind.SYNC_END) {
				Long begin = this.running.remove(entry.offset());
				add(entry.nanos(), (begin != null) ? entry.nanos() - begin : 0);
			}
		}
		long now = this.trace.entries().get(end - 1).nanos();
		long longest = (this.tick >= 0) ? now - this.tick : 0;
		for (long begin : this.running.values()) {
			longest = Math.max(longest, Math.min(SHORTLY_NANOS, now - begin));
		}
		for (Stall stall : this.stalls) {
			longest = Math.max(longest, stall.nanos());
		}
		return Duration.ofNanos(longest).multipliedBy(2);
	}

	/** Something that took long. */
	private record Stall(long at, long nanos) {

	}

}
