package io.github.queuesqlite;

import java.lang.reflect.Type;
import java.util.concurrent.CompletableFuture;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.payload.Payloads;

/**
 * Completes a future with the result of a message. The result is read and dependents run
 * on the completion executor: both may be user code.
 *
 * @param <R> the result
 */
final class ResultWaiter<R> implements Waiter {

	private final CompletableFuture<R> future;

	private final Type type;

	private final Payloads payloads;

	private final CompletionExecutor completions;

	ResultWaiter(CompletableFuture<R> future, Type type, Payloads payloads, CompletionExecutor completions) {
		this.future = future;
		this.type = type;
		this.payloads = payloads;
		this.completions = completions;
	}

	@Override
	public void ended(Ending ending) {
		this.completions.execute(() -> complete(ending));
	}

	@SuppressWarnings("NullAway") // a future may complete with null
	private void complete(Ending ending) {
		R result;
		try {
			result = ending.result(this.payloads, this.type);
		}
		catch (Throwable ex) {
			this.future.completeExceptionally(ex);
			return;
		}
		this.future.complete(result);
	}

	@Override
	public void failed(QueueException failure) {
		this.completions.execute(() -> this.future.completeExceptionally(failure));
	}

	@Override
	public boolean isObsolete() {
		return this.future.isDone();
	}

}
