package io.github.queuesqlite.worker;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * A thread of a lane: takes one run after the other, and waits to be woken when there is
 * none. On virtual threads it ends instead of waiting.
 */
final class Runner implements Runnable {

	private static final long KEEP_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final Lane lane;

	private final Crew crew;

	/** Whether it stands among the idle ones. Guarded by the lane's lock. */
	boolean idle;

	/** Whether it ends when it has no work. Set by the crew, for this thread only. */
	boolean leaving;

	private volatile boolean woken;

	private volatile @Nullable Thread thread;

	Runner(Lane lane, Crew crew) {
		this.lane = lane;
		this.crew = crew;
	}

	/** Lets it look for work; starts its thread the first time. */
	void wake() {
		this.woken = true;
		Thread thread = this.thread;
		if (thread != null) {
			LockSupport.unpark(thread);
		}
		else {
			this.crew.start(this);
		}
	}

	@Override
	public void run() {
		this.thread = Thread.currentThread();
		HandlerThread.enter();
		do {
			this.woken = false;
			work();
		}
		while (isWokenAgain());
	}

	private boolean isWokenAgain() {
		if (this.leaving) {
			return false;
		}
		while (!this.woken) {
			LockSupport.parkNanos(this.lane, KEEP_ALIVE_NANOS);
			Thread.interrupted();
			if (!this.woken && this.crew.isRetired(this)) {
				return false;
			}
		}
		return true;
	}

	private void work() {
		Call ended = null;
		while (true) {
			Call call = this.lane.take(this, ended);
			if (ended != null) {
				ended.submit();
			}
			if (call == null) {
				return;
			}
			ended = isOver(call) ? call : null;
		}
	}

	private boolean isOver(Call call) {
		try {
			Executor executor = call.task().executor();
			if (executor == null) {
				boolean over = call.execute();
				this.lane.worked();
				return over;
			}
			this.lane.hand(call, executor);
			return false;
		}
		catch (Throwable ex) {
			this.lane.allBrokeOff(call, ex);
			return true;
		}
	}

}
