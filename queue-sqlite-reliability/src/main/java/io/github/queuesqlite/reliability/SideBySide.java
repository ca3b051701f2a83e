package io.github.queuesqlite.reliability;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Does several things at once that wait for most of their time. */
public final class SideBySide {

	private SideBySide() {
	}

	/**
	 * Does all of it, and returns when all is done or one has failed; then what has not
	 * begun is left out and what runs is interrupted.
	 * @param atOnce how many at once
	 * @param works what to do, begun in this order
	 * @throws ExecutionException if one failed, with its exception as cause
	 */
	public static void run(int atOnce, Collection<? extends Callable<?>> works)
			throws InterruptedException, ExecutionException {
		ExecutorService threads = Executors.newFixedThreadPool(atOnce);
		try {
			List<Future<?>> runs = new ArrayList<>();
			works.forEach((work) -> runs.add(threads.submit(work)));
			for (Future<?> run : runs) {
				run.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

}
