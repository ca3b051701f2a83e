package io.github.queuesqlite;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;

/** A message whose waiter is told everything. */
final class SubmitHanding extends Handing {

	SubmitHanding(StoreAccess access, Draft draft) {
		super(access, draft);
	}

	@Override
	void stored(MessageId id) {
	}

	@Override
	void notStored(QueueException failure) {
	}

}
