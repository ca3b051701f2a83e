package io.github.queuesqlite.worker;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.Completion;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;

/** Settles and waits. */
final class Settle {

	private Settle() {
	}

	static SettleResult now(MessageStore store, Settlement settlement) {
		CompletableFuture<SettleResult> settled = new CompletableFuture<>();
		store.settle(settlement, new Completion<>() {

			@Override
			public void succeeded(SettleResult result) {
				settled.complete(result);
			}

			@Override
			public void failed(QueueException failure) {
				settled.completeExceptionally(failure);
			}

		});
		return settled.orTimeout(60, TimeUnit.SECONDS).join();
	}

}
