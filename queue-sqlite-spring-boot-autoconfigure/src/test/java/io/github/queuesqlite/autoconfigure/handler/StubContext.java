package io.github.queuesqlite.autoconfigure.handler;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.FencingToken;
import io.github.queuesqlite.task.TaskContext;

/**
 * A run for tests of arguments.
 *
 * @param message what {@link #message()} returns
 * @param headers what {@link #headers()} returns
 */
record StubContext(Message message, Map<String, String> headers) implements TaskContext {

	static StubContext of(Map<String, String> headers) {
		return new StubContext(null, headers);
	}

	@Override
	public MessageId id() {
		return new MessageId(1);
	}

	@Override
	public int attempt() {
		return 1;
	}

	@Override
	public int maxAttempts() {
		return 4;
	}

	@Override
	public Instant deadline() {
		return null;
	}

	@Override
	public boolean isCancelled() {
		return false;
	}

	@Override
	public void extend(Duration duration) {
		throw new UnsupportedOperationException();
	}

	@Override
	public MessageId enqueue(NewMessage newMessage) {
		throw new UnsupportedOperationException();
	}

	@Override
	public FencingToken fencingToken() {
		return new FencingToken(1, 1);
	}

}
