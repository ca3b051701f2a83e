package io.github.queuesqlite.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.queuesqlite.message.QueueException;

/**
 * Lets somebody wait for a command for a limited time, or for several at once.
 *
 * @param <R> what the command gives back
 */
public final class FutureCompletion<R> implements Completion<R> {

	private final CompletableFuture<R> future = new CompletableFuture<>();

	/**
	 * Returns the future of the command.
	 * @return fails with the {@link QueueException} that the command failed with
	 */
	public CompletableFuture<R> future() {
		return this.future;
	}

	@Override
	public void succeeded(R result) {
		this.future.complete(result);
	}

	@Override
	public void failed(QueueException failure) {
		this.future.completeExceptionally(failure);
	}

	/** Returns why it failed or is not done in time; empty when it succeeded. */
	static String failureWithin(CompletableFuture<?> future, long nanos) {
		try {
			future.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
			return "";
		}
		catch (ExecutionException ex) {
			return String.valueOf((ex.getCause() != null) ? ex.getCause().getMessage() : ex.getMessage());
		}
		catch (TimeoutException ex) {
			return "A small write was not committed within 2 s";
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return "Interrupted while waiting for a small write";
		}
	}

}
