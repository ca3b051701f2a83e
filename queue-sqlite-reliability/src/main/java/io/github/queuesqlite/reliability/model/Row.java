package io.github.queuesqlite.reliability.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.Priority;
import org.jspecify.annotations.Nullable;

/** One message as the model knows it. */
final class Row {

	static final Duration RETENTION = Duration.ofHours(24);

	private static final RandomGenerator NO_JITTER = RandomGenerator.of("SplittableRandom");

	final MessageId id;

	final NewMessage order;

	final String queue;

	final Instant createdAt;

	Script script;

	MessageState state;

	int attempt;

	Instant runAt;

	@Nullable Instant expiresAt;

	@Nullable Instant finishedAt;

	@Nullable String result;

	/** Null when a failure may or may not have been noted. */
	final List<Integer> failures = new ArrayList<>();

	/** Whether its process has died under it. */
	boolean suspect;

	/** Whether pruning may have taken it. */
	boolean mayBeGone;

	/** Somebody who waits for its end, and what he must be told. */
	final List<CompletableFuture<End>> waiters = new ArrayList<>();

	Row(MessageId id, NewMessage order, Script script, String queue, Instant now) {
		this.id = id;
		this.order = order;
		this.script = script;
		this.queue = queue;
		this.createdAt = now;
		this.runAt = (order.delay() != null) ? now.plus(order.delay()) : now;
		this.expiresAt = (order.timeToLive() != null) ? now.plus(order.timeToLive()) : null;
		this.state = this.runAt.isAfter(now) ? MessageState.SCHEDULED : MessageState.READY;
	}

	boolean isWaiting() {
		return this.state == MessageState.SCHEDULED || this.state == MessageState.READY;
	}

	boolean blocks(NewMessage other) {
		boolean sameIdempotency = other.idempotencyKey() != null
				&& other.idempotencyKey().equals(this.order.idempotencyKey());
		return sameIdempotency || blocksUnique(other);
	}

	boolean blocksUnique(NewMessage other) {
		return !this.state.isEnded() && other.uniqueKey() != null && other.uniqueKey().equals(this.order.uniqueKey())
				&& other.task().equals(this.order.task());
	}

	void start() {
		this.state = MessageState.RUNNING;
		this.attempt++;
	}

	void complete(Instant now) {
		this.result = this.script.tag();
		end(MessageState.COMPLETED, now);
	}

	/** Its attempt has failed: another one later, or none is left. */
	void fail(Instant now, boolean permanent, Duration wait) {
		this.failures.add(this.attempt);
		if (permanent || this.attempt >= maxAttempts()) {
			end(MessageState.DEAD, now);
		}
		else {
			schedule(now.plus(wait));
		}
	}

	Duration policyWait() {
		return Subject.RETRY.waitBefore(this.attempt, NO_JITTER);
	}

	void schedule(Instant runAt) {
		this.state = MessageState.SCHEDULED;
		this.runAt = runAt;
	}

	/** The process that ran it has died. */
	void rescue(Instant now) {
		this.failures.add(this.attempt);
		this.suspect = true;
		if (this.attempt >= maxAttempts()) {
			end(MessageState.DEAD, now);
		}
		else {
			this.state = MessageState.READY;
		}
	}

	private int maxAttempts() {
		Integer retries = this.order.maxRetries();
		return (retries != null) ? retries + 1 : Subject.RETRY.maxAttempts();
	}

	void end(MessageState state, Instant now) {
		this.state = state;
		this.finishedAt = now;
	}

	void revive() {
		this.state = MessageState.READY;
		this.attempt = 0;
		this.expiresAt = null;
		this.finishedAt = null;
		this.mayBeGone = false;
	}

	/** What time does to it. */
	void pass(Instant now) {
		if (isWaiting() && this.expiresAt != null && !this.expiresAt.isAfter(now)) {
			end(MessageState.EXPIRED, now);
		}
		else if (this.state == MessageState.SCHEDULED && !this.runAt.isAfter(now)) {
			this.state = MessageState.READY;
		}
		Instant finished = this.finishedAt;
		if (finished != null && !finished.plus(RETENTION).isAfter(now) && this.state != MessageState.DEAD) {
			this.mayBeGone = true;
		}
	}

	void compare(Message message) {
		String name = "Message " + this.id + " ";
		Mismatch.expect(name + "state", this.state, message.state());
		Mismatch.expect(name + "attempt", this.attempt, message.attempt());
		Mismatch.expect(name + "task", this.order.task(), message.task());
		Mismatch.expect(name + "queue", this.queue, message.queue());
		Integer priority = this.order.priority();
		Mismatch.expect(name + "priority", (priority != null) ? priority : Priority.NORMAL.value(), message.priority());
		Mismatch.expect(name + "payload", this.script, message.payload(Script.class));
		Mismatch.expect(name + "creation", this.createdAt, message.createdAt());
		Mismatch.expect(name + "expiry", this.expiresAt, message.expiresAt());
		Mismatch.expect(name + "end", this.finishedAt, message.finishedAt());
		Mismatch.expect(name + "idempotency key", this.order.idempotencyKey(), message.idempotencyKey());
		Mismatch.expect(name + "unique key", this.order.uniqueKey(), message.uniqueKey());
		Mismatch.expect(name + "tags", this.order.tags(), message.tags());
		Mismatch.expect(name + "headers", this.order.headers(), message.headers());
		Mismatch.expect(name + "result", this.result, message.result(String.class));
		if (this.state == MessageState.SCHEDULED) {
			Mismatch.expect(name + "due time", this.runAt, message.runAt());
		}
	}

	@Override
	public String toString() {
		return this.id + " " + this.state;
	}

	/**
	 * What somebody who waits for the end is told.
	 *
	 * @param state how it ended
	 * @param result what its handler returned
	 */
	record End(MessageState state, @Nullable String result) {

	}

}
