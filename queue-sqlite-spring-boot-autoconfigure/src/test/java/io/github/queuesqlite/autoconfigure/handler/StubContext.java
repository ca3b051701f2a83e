package io.github.queuesqlite.autoconfigure.handler;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.FencingToken;
import io.github.queuesqlite.task.TaskContext;
import org.springframework.core.ParameterizedTypeReference;

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
	public Map<String, String> attributes() {
		return Map.of();
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
	public void progress(double fraction, String text) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void log(String text) {
		throw new UnsupportedOperationException();
	}

	@Override
	@SafeVarargs
	public final <T> T step(String name, Supplier<? extends T> work, T... type) {
		return work.get();
	}

	@Override
	public <T> T step(String name, ParameterizedTypeReference<T> type, Supplier<? extends T> work) {
		return work.get();
	}

	@Override
	public FencingToken fencingToken() {
		return new FencingToken(1, 1);
	}

}
