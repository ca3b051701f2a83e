package io.github.queuesqlite;

import java.util.concurrent.CompletableFuture;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;

/** Completes a future when its message is stored. */
final class AsyncHanding extends Handing {

	private final CompletableFuture<MessageId> future;

	AsyncHanding(StoreAccess access, Draft draft, CompletableFuture<MessageId> future) {
		super(access, draft);
		this.future = future;
	}

	@Override
	void stored(MessageId id) {
		access().completions().execute(() -> this.future.complete(id));
	}

	@Override
	void notStored(QueueException failure) {
		access().completions().execute(() -> this.future.completeExceptionally(failure));
	}

}
