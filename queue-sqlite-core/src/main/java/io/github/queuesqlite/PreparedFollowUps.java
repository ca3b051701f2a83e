package io.github.queuesqlite;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.store.AttributesCodec;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.worker.FollowUps;

/** Takes in what handlers enqueue with the ends of their runs. */
final class PreparedFollowUps implements FollowUps {

	private final Intake intake;

	private final StoreAccess access;

	PreparedFollowUps(Intake intake, StoreAccess access) {
		this.intake = intake;
		this.access = access;
	}

	@Override
	public Insertion prepare(NewMessage message, StoredMessage running) {
		long now = this.intake.now();
		Draft draft = this.intake.draft(this.intake.accept(message, now), now).unbounded();
		check(draft, running);
		return this.access.as((instance) -> {
			long id = this.access.store().assignId(instance, running.shard());
			return draft.withIds(id, draft.assignLinks(this.access, id), this.access.waiters()::isWaitedFor);
		});
	}

	/** It is stored in the shard of the message that runs. */
	private static void check(Draft draft, StoredMessage running) {
		Keys keys = draft.keys();
		if (keys.idempotencyKey() != null || keys.uniqueKey() != null) {
			throw new IllegalArgumentException("What is enqueued with the end of a run has no idempotency key and no"
					+ " unique key, not even one that its task makes (task '" + keys.task()
					+ "'): they may be at home elsewhere. Enqueue it with QueueOperations.");
		}
		String concurrencyKey = AttributesCodec.decode(running.attributes()).concurrencyKey();
		Keys own = new Keys(running.task(), null, null, running.orderingKey(), concurrencyKey);
		if (draft.home().isPlaced() && !draft.home().isPlacedLike(own)) {
			throw new IllegalArgumentException("What is enqueued with the end of a run has no other ordering key or"
					+ " concurrency key than the message that runs (task '" + draft.home().task()
					+ "'): it may be at home elsewhere. Enqueue it with QueueOperations.");
		}
	}

}
