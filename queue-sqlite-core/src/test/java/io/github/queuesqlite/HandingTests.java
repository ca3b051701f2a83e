package io.github.queuesqlite;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.payload.Payloads.Encoded;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.Terms;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** One message on its way into a store. */
class HandingTests {

	private static final long ID = 7;

	@Test
	void waiterIsThereWhenTheStoreGetsTheMessage() {
		CompletableFuture<Boolean> waited = new CompletableFuture<>();
		CompletionExecutor completions = new CompletionExecutor("test");
		try {
			Waiters[] waiters = new Waiters[1];
			MessageStore store = stub(MessageStore.class, () -> waited.complete(waiters[0].isWaitedFor(ID)));
			waiters[0] = new Waiters(store, "test");
			StoreInstance instance = stub(StoreInstance.class, () -> {
			});
			StoreAccess access = new StoreAccess(store, () -> instance, new InFlight(), waiters[0], completions,
					QueueRecorder.NONE, new Bounds(-1, OnFull.BLOCK, Duration.ZERO, 1));
			new AsyncHanding(access, draft(), new CompletableFuture<>()).start(new IdleWaiter());
			assertThat(waited).isCompletedWithValue(true);
			waiters[0].close();
		}
		finally {
			completions.close(1000);
		}
	}

	private static Draft draft() {
		return new Draft(new Keys("task", null, null), OnDuplicate.RETURN_EXISTING, "default", 1, 0, 0, null, null,
				null, new Encoded(null, null), Terms.NONE, null, List.of(), 0, null);
	}

	/** Assigns the id, and does something when it gets the message. */
	private static <T> T stub(Class<T> type, Runnable onInsert) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "assignId" -> ID;
					case "insert" -> {
						onInsert.run();
						yield null;
					}
					default -> throw new UnsupportedOperationException(method.getName());
				}));
	}

	/** Waits for nothing in particular. */
	private static final class IdleWaiter implements Waiter {

		@Override
		public void ended(Ending ending) {
		}

		@Override
		public void failed(QueueException failure) {
		}

	}

}
