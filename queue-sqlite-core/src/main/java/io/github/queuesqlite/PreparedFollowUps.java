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
		return this.access.as((instance) -> {
			long id = isStoredBeside(draft, running) ? this.access.store().assignId(instance, running.shard())
					: this.access.store().assignId(instance, draft.home());
			return draft.withIds(id, draft.assignLinks(this.access, id), this.access.waiters()::isWaitedFor);
		});
	}

	/** Whether it is at home in the shard of the message that runs. */
	private static boolean isStoredBeside(Draft draft, StoredMessage running) {
		if (draft.home().isEmpty()) {
			return true;
		}
		String concurrencyKey = AttributesCodec.decode(running.attributes()).concurrencyKey();
		Keys own = new Keys(running.task(), null, null, running.orderingKey(), concurrencyKey);
		return draft.home().isPlaced() && draft.home().isPlacedLike(own);
	}

}
