package io.github.queuesqlite.worker;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.queuesqlite.maintenance.Loop;
import io.github.queuesqlite.store.RunKey;
import org.jspecify.annotations.Nullable;

/**
 * The thread that looks after the lanes: deadlines, cancellations, what waits too long.
 * Sleeps while nothing is under way. Keeps the JVM alive while workers run, as users
 * expect of an application that only works off a queue.
 */
final class Watch {

	private static final long REFUSED_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private final WorkerPool pool;

	private final Loop loop = new Loop("queue-watch", false, this::pass);

	private final Queue<RunKey> cancelled = new ConcurrentLinkedQueue<>();

	private final Queue<Long> deadEpochs = new ConcurrentLinkedQueue<>();

	/** When the next pass is due; the greatest long during a pass. */
	private volatile long dueAt = Long.MAX_VALUE;

	Watch(WorkerPool pool) {
		this.pool = pool;
	}

	Loop loop() {
		return this.loop;
	}

	/** Makes sure of a pass no later than this. Cheap when one is due anyway. */
	void within(long nanos) {
		if (nanos < this.dueAt - this.pool.engine().now()) {
			this.loop.wake();
		}
	}

	void cancel(RunKey key) {
		this.cancelled.add(key);
		this.loop.wake();
	}

	void declareDead(long epoch) {
		this.deadEpochs.add(epoch);
		this.loop.wake();
	}

	private long pass() {
		this.dueAt = Long.MAX_VALUE;
		Engine engine = this.pool.engine();
		long now = engine.now();
		passOn(now);
		long next = Long.MAX_VALUE;
		for (Lane lane : this.pool.lanes()) {
			next = Math.min(next, lane.look(now));
		}
		next = Math.min(next, engine.probation.look(now, this.pool.lanes()));
		if (engine.tasks.hasSuspended()) {
			if (engine.tasks.resume(now)) {
				engine.environment.store().demandChanged();
			}
			next = Math.min(next, REFUSED_TICK_NANOS);
		}
		if (next != Long.MAX_VALUE) {
			this.dueAt = now + next;
			next = Math.max(1, next - (engine.now() - now));
		}
		return next;
	}

	private void passOn(long now) {
		RunKey key;
		while ((key = this.cancelled.poll()) != null) {
			RunKey cancelled = key;
			forEachRun((run) -> {
				if (run.key().equals(cancelled)) {
					run.cancel(now);
				}
			});
		}
		@Nullable Long epoch;
		while ((epoch = this.deadEpochs.poll()) != null) {
			long dead = epoch;
			forEachRun((run) -> {
				if (run.key().epoch() == dead) {
					run.lose();
				}
			});
		}
	}

	private void forEachRun(Consumer<Run> action) {
		this.pool.lanes().forEach((lane) -> lane.forEachRun(action));
	}

}
