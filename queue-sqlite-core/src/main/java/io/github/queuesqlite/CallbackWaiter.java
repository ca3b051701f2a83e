package io.github.queuesqlite;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.StoredMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls back with the final message, on the completion executor. */
final class CallbackWaiter implements Waiter {

	private static final Logger logger = LoggerFactory.getLogger(CallbackWaiter.class);

	private final Consumer<Message> callback;

	private final Draft draft;

	private final FinalRows finalRows;

	private final Function<StoredMessage, Message> view;

	private final CompletionExecutor completions;

	private final CallbackTimer timer;

	/** It may be told twice. */
	private final AtomicBoolean called = new AtomicBoolean();

	CallbackWaiter(Consumer<Message> callback, Draft draft, FinalRows finalRows, Function<StoredMessage, Message> view,
			CompletionExecutor completions, CallbackTimer timer) {
		this.callback = callback;
		this.draft = draft;
		this.finalRows = finalRows;
		this.view = view;
		this.completions = completions;
		this.timer = timer;
	}

	@Override
	public void ended(Ending ending) {
		this.completions.execute(() -> {
			if (this.called.compareAndSet(false, true)) {
				Message message = this.view.apply(this.finalRows.of(ending, () -> rowFromMemory(ending)));
				this.timer.run(message.id(), () -> this.callback.accept(message));
			}
		});
	}

	private StoredMessage rowFromMemory(Ending ending) {
		Draft draft = this.draft;
		return ending.endOf(new StoredMessage(ending.id(), 0, ending.id(), draft.queue(), ending.task(), ending.state(),
				draft.priority(), draft.createdAt(), draft.runAt(), 0, draft.maxAttempts(), 0, 0, false, null, null,
				draft.expiresAt(), null, draft.keys().idempotencyKey(), draft.keys().uniqueKey(),
				draft.keys().orderingKey(), draft.attributes(), draft.payload().codec(), draft.payload().bytes(), null,
				null, null, false));
	}

	@Override
	public void failed(QueueException failure) {
		logger.debug("A callback is not called: {}", failure.getMessage());
	}

}
