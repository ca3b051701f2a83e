package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.payload.Payloads.Encoded;
import io.github.queuesqlite.store.BlockingCompletion;
import io.github.queuesqlite.store.Completion;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.task.FencingToken;
import io.github.queuesqlite.worker.PulledClaim;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/** Waits for what a claim is told of its end. */
final class DefaultClaimedMessage implements ClaimedMessage {

	private final PulledClaim claim;

	private final Payloads payloads;

	private final Executor completions;

	/**
	 * Creates a message in the hands of a user.
	 * @param claim what it is
	 * @param payloads writes results
	 * @param completions runs the dependents of futures
	 */
	DefaultClaimedMessage(PulledClaim claim, Payloads payloads, Executor completions) {
		this.claim = claim;
		this.payloads = payloads;
		this.completions = completions;
	}

	@Override
	public Message message() {
		return this.claim.message();
	}

	@Override
	public MessageId id() {
		return this.claim.id();
	}

	@Override
	public <T> @Nullable T payload(Class<T> type) {
		Objects.requireNonNull(type, "'type' must not be null");
		return message().payload(type);
	}

	@Override
	public <T> @Nullable T payload(ParameterizedTypeReference<T> type) {
		Objects.requireNonNull(type, "'type' must not be null");
		return message().payload(type);
	}

	@Override
	public Instant deadline() {
		return this.claim.deadline();
	}

	@Override
	public boolean isCancelled() {
		return this.claim.isCancelled();
	}

	@Override
	public FencingToken fencingToken() {
		return this.claim.fencingToken();
	}

	@Override
	public MessageId enqueue(NewMessage message) {
		return this.claim.enqueue(message);
	}

	@Override
	public void complete() {
		complete(null);
	}

	@Override
	public void complete(@Nullable Object result) {
		Encoded encoded = encode(result);
		end((told) -> this.claim.complete(encoded.codec(), encoded.bytes(), told));
	}

	@Override
	public CompletableFuture<Void> completeAsync(@Nullable Object result) {
		Encoded encoded = encode(result);
		CompletableFuture<Void> future = new CompletableFuture<>();
		this.claim.complete(encoded.codec(), encoded.bytes(), new Completion<>() {

			@Override
			public void succeeded(SettleResult result) {
				DefaultClaimedMessage.this.completions.execute(() -> future.complete(null));
			}

			@Override
			public void failed(QueueException failure) {
				DefaultClaimedMessage.this.completions.execute(() -> future.completeExceptionally(failure));
			}

		});
		return future;
	}

	private Encoded encode(@Nullable Object result) {
		return this.payloads.encode("result", result);
	}

	@Override
	public void release() {
		release(Duration.ZERO);
	}

	@Override
	public void release(Duration delay) {
		Objects.requireNonNull(delay, "'delay' must not be null");
		if (delay.isNegative() || delay.compareTo(NewMessage.MAX_AHEAD) > 0) {
			throw new IllegalArgumentException(
					"'delay' must be at least 0 and at most " + NewMessage.MAX_AHEAD.toDays() + " days, was " + delay);
		}
		end((told) -> this.claim.release(delay, told));
	}

	@Override
	public void fail(String reason) {
		Objects.requireNonNull(reason, "'reason' must not be null");
		end((told) -> this.claim.fail(reason, told));
	}

	@Override
	public void fail(Throwable failure) {
		Objects.requireNonNull(failure, "'failure' must not be null");
		end((told) -> this.claim.fail(failure, told));
	}

	private void end(Consumer<Completion<SettleResult>> how) {
		BlockingCompletion<SettleResult> told = new BlockingCompletion<>();
		how.accept(told);
		told.await(() -> new QueueException("Interrupted while waiting for the commit of the end of message " + id()
				+ ", which is on its way into the store", id(), null));
	}

	@Override
	public void extend(Duration duration) {
		Objects.requireNonNull(duration, "'duration' must not be null");
		this.claim.extend(duration);
	}

	@Override
	public String toString() {
		return "ClaimedMessage[" + this.claim + "]";
	}

}
