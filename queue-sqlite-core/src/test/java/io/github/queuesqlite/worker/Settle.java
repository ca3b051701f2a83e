package io.github.queuesqlite.worker;

import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.store.FutureCompletion;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;

/** Settles and waits. */
final class Settle {

	private Settle() {
	}

	static SettleResult now(MessageStore store, Settlement settlement) {
		FutureCompletion<SettleResult> settled = new FutureCompletion<>();
		store.settle(settlement, settled);
		return settled.future().orTimeout(60, TimeUnit.SECONDS).join();
	}

}
