package io.github.queuesqlite;

import java.util.function.Function;
import java.util.function.Supplier;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreInstance;

/**
 * What every way into the store needs.
 *
 * @param store the store
 * @param instance who hands in; asked for between {@link InFlight#enter()} and
 * {@link InFlight#exit(int)} only, since an instance leaves once nothing of it is in
 * flight
 * @param inFlight what is on its way
 * @param waiters who waits for messages
 * @param completions runs user code
 * @param recorder is told what was stored
 * @param bounds what holds for full queues
 */
record StoreAccess(MessageStore store, Supplier<StoreInstance> instance, InFlight inFlight, Waiters waiters,
		CompletionExecutor completions, QueueRecorder recorder, Bounds bounds) {

	/** Does something as the instance of this process, which does not leave meanwhile. */
	<R> R as(Function<StoreInstance, R> action) {
		int phase = this.inFlight.enter();
		try {
			return action.apply(this.instance.get());
		}
		finally {
			this.inFlight.exit(phase);
		}
	}

}
