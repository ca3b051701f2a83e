package io.github.queuesqlite.store;

import java.sql.SQLException;

import io.github.queuesqlite.message.QueueException;
import org.jspecify.annotations.Nullable;

/** Does one thing and gives its result. */
final class WorkCommand<S, R> extends Command<S> {

	private final Work<S, R> work;

	private final Completion<R> completion;

	private final boolean synced;

	private final boolean addsData;

	private final @Nullable Long messageId;

	private @Nullable R result;

	private WorkCommand(Work<S, R> work, Completion<R> completion, boolean synced, boolean addsData,
			@Nullable Long messageId) {
		this.work = work;
		this.completion = completion;
		this.synced = synced;
		this.addsData = addsData;
		this.messageId = messageId;
	}

	static <S, R> WorkCommand<S, R> of(Work<S, R> work, Completion<R> completion) {
		return new WorkCommand<>(work, completion, true, false, null);
	}

	/** Power loss may undo it. */
	static <S, R> WorkCommand<S, R> unsynced(Work<S, R> work, Completion<R> completion) {
		return new WorkCommand<>(work, completion, false, false, null);
	}

	/** Stores something that was not there before. */
	static <S, R> WorkCommand<S, R> adding(Work<S, R> work, @Nullable Long messageId, Completion<R> completion) {
		return new WorkCommand<>(work, completion, true, true, messageId);
	}

	@Override
	boolean synced() {
		return this.synced;
	}

	@Override
	boolean addsData() {
		return this.addsData;
	}

	@Override
	void execute(S session) throws SQLException {
		this.result = this.work.execute(session);
	}

	@Override
	@SuppressWarnings("NullAway") // null only where R is nullable
	void succeeded() {
		this.completion.succeeded(this.result);
	}

	@Override
	boolean isAwaited() {
		return this.completion.isAwaited();
	}

	@Override
	void failed(QueueException failure) {
		this.completion.failed(failure);
	}

	@Override
	@Nullable Long messageId() {
		return this.messageId;
	}

}
