package io.github.queuesqlite;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoredMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls back with the final message, on the completion executor. */
final class CallbackWaiter implements Waiter {

	private static final Logger logger = LoggerFactory.getLogger(CallbackWaiter.class);

	private final Consumer<Message> callback;

	private final Draft draft;

	private final MessageStore store;

	private final Function<StoredMessage, Message> view;

	private final CompletionExecutor completions;

	private final CallbackTimer timer;

	/** It may be told twice. */
	private final AtomicBoolean called = new AtomicBoolean();

	CallbackWaiter(Consumer<Message> callback, Draft draft, MessageStore store, Function<StoredMessage, Message> view,
			CompletionExecutor completions, CallbackTimer timer) {
		this.callback = callback;
		this.draft = draft;
		this.store = store;
		this.view = view;
		this.completions = completions;
		this.timer = timer;
	}

	@Override
	public void ended(Ending ending) {
		this.completions.execute(() -> {
			if (this.called.compareAndSet(false, true)) {
				Message message = this.view.apply(finalRow(ending));
				this.timer.run(message.id(), () -> this.callback.accept(message));
			}
		});
	}

	/** The row may be deleted at its end, or somebody may retry it at once. */
	private StoredMessage finalRow(Ending ending) {
		try {
			Optional<StoredMessage> row = this.store.find(ending.id());
			if (row.isPresent() && row.get().state() == ending.state()) {
				return row.get();
			}
		}
		catch (QueueException ex) {
			logger.debug("Message {} cannot be read for its callback", ending.id(), ex);
		}
		return rowFromMemory(ending);
	}

	private StoredMessage rowFromMemory(Ending ending) {
		Failure failure = ending.failure();
		int failed = (failure != null) ? failure.attempt() : 0;
		int attempt = switch (ending.state()) {
			case COMPLETED -> failed + 1;
			default -> failed;
		};
		Draft draft = this.draft;
		return new StoredMessage(ending.id(), 0, ending.id(), draft.queue(), ending.task(), ending.state(),
				draft.priority(), draft.createdAt(), draft.runAt(), attempt, draft.maxAttempts(), attempt, 0, false,
				null, null, draft.expiresAt(), null, draft.keys().idempotencyKey(), draft.keys().uniqueKey(),
				draft.keys().orderingKey(), draft.attributes(), draft.payload().codec(), draft.payload().bytes(),
				ending.resultCodec(), ending.result(), (failure != null) ? encode(failure) : null, false);
	}

	private static String encode(Failure failure) {
		long at = failure.at().toEpochMilli();
		return FailureCodec.encode(
				new FailureRecord(failure.attempt(), failure.type(), failure.message(), failure.stack(), "", at, at));
	}

	@Override
	public void failed(QueueException failure) {
		logger.debug("A callback is not called: {}", failure.getMessage());
	}

}
