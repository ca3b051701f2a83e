package io.github.queuesqlite.store;

import java.sql.SQLException;

import io.github.queuesqlite.message.QueueException;
import org.jspecify.annotations.Nullable;

/** Does one thing and gives its result. */
final class WorkCommand<S, R> extends Command<S> {

	private final Work<S, R> work;

	private final Completion<R> completion;

	private final boolean synced;

	private @Nullable R result;

	WorkCommand(Work<S, R> work, Completion<R> completion, boolean synced) {
		this.work = work;
		this.completion = completion;
		this.synced = synced;
	}

	@Override
	boolean synced() {
		return this.synced;
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
	void failed(QueueException failure) {
		this.completion.failed(failure);
	}

}
