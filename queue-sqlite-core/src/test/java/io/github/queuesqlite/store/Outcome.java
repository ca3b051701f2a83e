package io.github.queuesqlite.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.message.QueueException;

/** A completion that a test waits for; counts how often it is called. */
final class Outcome<R> implements Completion<R> {

	private final CompletableFuture<R> future = new CompletableFuture<>();

	private final AtomicInteger calls = new AtomicInteger();

	@Override
	public void succeeded(R result) {
		this.calls.incrementAndGet();
		this.future.complete(result);
	}

	@Override
	public void failed(QueueException failure) {
		this.calls.incrementAndGet();
		this.future.completeExceptionally(failure);
	}

	/**
	 * Waits for the result.
	 * @return the result
	 * @throws QueueException what the completion was told
	 */
	R get() {
		try {
			return this.future.get(2, TimeUnit.MINUTES);
		}
		catch (ExecutionException ex) {
			throw (QueueException) ex.getCause();
		}
		catch (TimeoutException ex) {
			throw new AssertionError("The completion was not called within 2 minutes", ex);
		}
		catch (InterruptedException ex) {
			throw new AssertionError("Interrupted while waiting for a completion", ex);
		}
	}

	boolean isDone() {
		return this.future.isDone();
	}

	boolean isFailed() {
		return this.future.isCompletedExceptionally();
	}

	int calls() {
		return this.calls.get();
	}

}
