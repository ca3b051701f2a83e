package io.github.queuesqlite.worker;

import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.queuesqlite.maintenance.Loop;
import io.github.queuesqlite.store.RunKey;
import org.jspecify.annotations.Nullable;

/**
 * The thread that looks after lanes and receivers: deadlines, cancellations, what waits
 * too long. Sleeps while nothing is under way. Keeps the JVM alive while workers run, as
 * users expect of an application that only works off a queue; for receivers alone it does
 * not.
 */
final class Watch {

	private static final long REFUSED_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private final WorkerPool pool;

	private final Loop working = new Loop("queue-watch", false, this::pass);

	private final Loop receiving = new Loop("queue-watch", true, this::pass);

	private volatile Loop loop = this.working;

	/** Whether workers run. Guarded by this. */
	private boolean works;

	/** Whether there is a receiver to look after. Guarded by this. */
	private boolean receives;

	private final Queue<RunKey> cancelled = new ConcurrentLinkedQueue<>();

	private final Queue<Long> deadEpochs = new ConcurrentLinkedQueue<>();

	/** When the next pass is due; the greatest long during a pass. */
	private volatile long dueAt = Long.MAX_VALUE;

	Watch(WorkerPool pool) {
		this.pool = pool;
	}

	/** The one that runs, or ran last: there is never more than one of both. */
	Loop loop() {
		return this.loop;
	}

	/** Looks after lanes, and receivers if any. */
	synchronized void startWorking() {
		this.works = true;
		this.receiving.stop();
		this.loop = this.working;
		this.working.start();
	}

	/** Looks after receivers alone, if any. */
	synchronized void stopWorking() {
		this.works = false;
		this.working.stop();
		if (this.receives) {
			startReceiving();
		}
	}

	/** There is a receiver from now on. */
	synchronized void startReceiving() {
		this.receives = true;
		if (!this.works) {
			this.loop = this.receiving;
			this.receiving.start();
		}
	}

	synchronized void stop() {
		this.works = false;
		this.receives = false;
		this.working.stop();
		this.receiving.stop();
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
		Collection<? extends Holder> holders = this.pool.holders();
		long now = engine.now();
		passOn(now, holders);
		long next = Long.MAX_VALUE;
		for (Holder holder : holders) {
			next = Math.min(next, holder.look(now));
		}
		next = Math.min(next, engine.probation.look(now, holders));
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

	private void passOn(long now, Collection<? extends Holder> holders) {
		RunKey key;
		while ((key = this.cancelled.poll()) != null) {
			RunKey cancelled = key;
			forEachClaim(holders, (claim) -> {
				if (claim.key().isSameRun(cancelled)) {
					claim.cancel(now);
				}
			});
		}
		@Nullable Long epoch;
		while ((epoch = this.deadEpochs.poll()) != null) {
			long dead = epoch;
			forEachClaim(holders, (claim) -> {
				if (claim.key().epoch() == dead) {
					claim.lose();
				}
			});
		}
	}

	private static void forEachClaim(Collection<? extends Holder> holders, Consumer<Claim> action) {
		holders.forEach((holder) -> holder.forEachClaim(action));
	}

}
