package io.github.queuesqlite.benchmark.shape;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;

/** Something that a thread does again and again until closed. */
final class Repeated implements AutoCloseable {

	private final FutureTask<Void> task;

	private volatile boolean ended;

	/** Starts the thread; it pauses for so long each time. */
	Repeated(String name, long pauseNanos, Callable<?> action) {
		this.task = new FutureTask<>(() -> {
			while (!this.ended) {
				action.call();
				LockSupport.parkNanos(pauseNanos);
			}
			return null;
		});
		new Thread(this.task, name).start();
	}

	/** Fails if the action did. */
	@Override
	public void close() throws ExecutionException, InterruptedException {
		this.ended = true;
		this.task.get();
	}

}
