package io.github.queuesqlite.actuate.health;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Asks something that may hang, with a bound on the wait. While an answer is due, others
 * who ask wait for the same one, so that a hanging disk holds one thread at most.
 *
 * @param <T> the answer
 */
final class QueueProbe<T> {

	private final Supplier<T> source;

	private final Duration timeout;

	private @Nullable CompletableFuture<T> due;

	QueueProbe(Supplier<T> source, Duration timeout) {
		this.source = source;
		this.timeout = timeout;
	}

	/**
	 * Returns the answer.
	 * @return an answer that was given after the call, or was due at the call
	 * @throws TimeoutException if there was none in time
	 * @throws InterruptedException if the caller was interrupted
	 * @throws ExecutionException if the source threw
	 */
	T ask() throws TimeoutException, InterruptedException, ExecutionException {
		return answer().get(this.timeout.toNanos(), TimeUnit.NANOSECONDS);
	}

	private synchronized CompletableFuture<T> answer() {
		CompletableFuture<T> answer = this.due;
		if (answer == null || answer.isDone()) {
			answer = CompletableFuture.supplyAsync(this.source, QueueProbe::start);
			this.due = answer;
		}
		return answer;
	}

	private static void start(Runnable question) {
		Thread thread = new Thread(question, "queue-health");
		thread.setDaemon(true);
		thread.start();
	}

}
