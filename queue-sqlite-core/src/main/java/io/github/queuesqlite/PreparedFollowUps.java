package io.github.queuesqlite;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.store.Insertion;
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
	public Insertion prepare(NewMessage message, int shard) {
		long now = this.intake.now();
		Draft draft = this.intake.draft(this.intake.accept(message, now), now).unbounded();
		if (!draft.keys().isEmpty()) {
			throw new IllegalArgumentException("What is enqueued with the end of a run has no keys, not even a unique"
					+ " key that its task makes (task '" + draft.keys().task()
					+ "'): they may be at home elsewhere. Enqueue it with QueueOperations.");
		}
		return this.access.as((instance) -> {
			long id = this.access.store().assignId(instance, shard);
			return draft.withIds(id, draft.assignLinks(this.access, id), this.access.waiters()::isWaitedFor);
		});
	}

}
