package io.github.queuesqlite;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.queuesqlite.message.MessageId;

/**
 * Completes only after the commit of the transaction that put its message off; waiting
 * for it inside that transaction would be for ever.
 *
 * @param <R> the result
 */
final class DeferredFuture<R> extends CompletableFuture<R> {

	private final Deferral deferral;

	private final MessageId id;

	DeferredFuture(Deferral deferral, MessageId id) {
		this.deferral = deferral;
		this.id = id;
	}

	@Override
	public R get() throws InterruptedException, ExecutionException {
		refuseInside();
		return super.get();
	}

	@Override
	public R get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
		refuseInside();
		return super.get(timeout, unit);
	}

	@Override
	public R join() {
		refuseInside();
		return super.join();
	}

	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		return new DeferredFuture<>(this.deferral, this.id);
	}

	private void refuseInside() {
		if (!isDone()) {
			this.deferral.refuseWaiting(this.id);
		}
	}

}
