package io.github.queuesqlite.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/**
 * The runners of a lane. On virtual threads they end when there is nothing to do, on
 * platform threads they wait a while.
 * <p>
 * <b>Threads:</b> shares the lane's lock, which it takes itself unless said otherwise.
 */
final class Crew {

	private final Lane lane;

	private final ReentrantLock lock;

	private final int most;

	private final @Nullable VirtualThreadTaskExecutor virtualThreads;

	private final Deque<Runner> idle;

	private int active;

	private int threads;

	Crew(Lane lane, ReentrantLock lock, WorkerSettings settings) {
		this.lane = lane;
		this.lock = lock;
		boolean handsOver = settings.executor() != null;
		int concurrency = settings.concurrencyOf(lane.queue());
		this.most = handsOver ? 1 : concurrency;
		this.virtualThreads = (settings.virtualThreads() && !handsOver)
				? new VirtualThreadTaskExecutor("queue-" + lane.queue() + "-") : null;
		this.idle = new ArrayDeque<>(concurrency + 1);
	}

	/** How many are at work. With the lock held. */
	int active() {
		return this.active;
	}

	/** A runner found nothing to do. With the lock held. */
	void rest(Runner runner, boolean open) {
		this.active--;
		runner.leaving = !open || this.virtualThreads != null;
		if (!runner.leaving) {
			runner.idle = true;
			this.idle.push(runner);
		}
	}

	/** Takes all that wait, to be woken for their end. With the lock held. */
	List<Runner> dismiss() {
		List<Runner> leaving = List.copyOf(this.idle);
		this.idle.clear();
		this.active += leaving.size();
		leaving.forEach((runner) -> runner.idle = false);
		return leaving;
	}

	/** Has so many more work, as far as there may be. */
	void wake(int count) {
		for (int i = 0; i < count; i++) {
			Runner runner = next();
			if (runner == null) {
				return;
			}
			runner.wake();
		}
	}

	private @Nullable Runner next() {
		this.lock.lock();
		try {
			Runner runner = this.idle.poll();
			if (runner == null) {
				if (this.active >= this.most) {
					return null;
				}
				runner = new Runner(this.lane, this);
			}
			runner.idle = false;
			this.active++;
			return runner;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Starts the thread of a new runner. */
	void start(Runner runner) {
		try {
			if (this.virtualThreads != null) {
				this.virtualThreads.execute(runner);
				return;
			}
			// A daemon: a handler that never returns must not keep the process from its
			// end.
			Thread thread = new Thread(runner, "queue-" + this.lane.queue() + "-" + nextThread());
			thread.setDaemon(true);
			thread.start();
		}
		catch (Throwable ex) {
			this.lock.lock();
			try {
				this.active--;
			}
			finally {
				this.lock.unlock();
			}
			this.lane.runnerMissing(ex);
		}
	}

	private int nextThread() {
		this.lock.lock();
		try {
			return ++this.threads;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Lets an idle runner end, unless it was woken in this moment. */
	boolean isRetired(Runner runner) {
		this.lock.lock();
		try {
			return runner.idle && this.idle.remove(runner);
		}
		finally {
			this.lock.unlock();
		}
	}

}
