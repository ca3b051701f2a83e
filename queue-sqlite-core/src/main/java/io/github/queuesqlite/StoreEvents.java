package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

import io.github.queuesqlite.event.EventSink;
import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.StoreListener;

/**
 * Makes events of what the store tells: what was stored, what ended other than by
 * completion, and what was taken back from a dead process. Runs tell of the rest.
 */
final class StoreEvents implements StoreListener {

	private final EventSink events;

	private final InstantSource clock;

	StoreEvents(EventSink events, InstantSource clock) {
		this.events = events;
		this.clock = clock;
	}

	@Override
	public boolean wantsStored() {
		return this.events.isListening();
	}

	@Override
	public void stored(List<Insertion> messages) {
		Instant now = now();
		for (Insertion message : messages) {
			this.events.publish(new MessageEvent.Enqueued(new MessageId(message.id()), message.queue(), message.task(),
					now, Instant.ofEpochMilli(message.runAt())));
		}
	}

	@Override
	public void ended(List<Ended> messages) {
		if (this.events.isListening()) {
			messages.forEach(this::ended);
		}
	}

	private void ended(Ended message) {
		MessageId id = new MessageId(message.id());
		FailureRecord failure = message.failure();
		if (message.state() == null) {
			return;
		}
		switch (message.state()) {
			case DEAD -> {
				if (failure != null) {
					this.events.publish(new MessageEvent.Dead(id, message.queue(), message.task(), now(),
							FailureCodec.toFailure(failure)));
				}
			}
			case EXPIRED -> this.events.publish(new MessageEvent.Expired(id, message.queue(), message.task(), now(),
					(failure != null) ? FailureCodec.toFailure(failure) : null));
			case CANCELLED -> this.events.publish((failure != null && failure.type().equals(FailureRecord.DROPPED))
					? new MessageEvent.Dropped(id, message.queue(), message.task(), now(),
							FailureCodec.toFailure(failure))
					: new MessageEvent.Cancelled(id, message.queue(), message.task(), now()));
			case COMPLETED -> completed(message, id);
			default -> {
				// No end.
			}
		}
	}

	/** Runs tell of their ends, and know more; a group without callback has none. */
	private void completed(Ended message, MessageId id) {
		if (message.task().equals(Chains.GROUP)) {
			this.events
				.publish(new MessageEvent.Completed(id, message.queue(), message.task(), now(), 0, Duration.ZERO));
		}
	}

	@Override
	public void takenBack(List<TakenBack> messages) {
		if (this.events.isListening()) {
			Instant now = now();
			for (TakenBack message : messages) {
				Failure failure = FailureCodec.toFailure(message.failure());
				this.events.publish(new MessageEvent.Retried(new MessageId(message.id()), message.queue(),
						message.task(), now, failure.attempt(), now, failure));
			}
		}
	}

	private Instant now() {
		return Instant.ofEpochMilli(this.clock.millis());
	}

}
