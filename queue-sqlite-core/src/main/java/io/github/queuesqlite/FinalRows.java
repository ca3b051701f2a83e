package io.github.queuesqlite;

import java.util.Optional;
import java.util.function.Supplier;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoredMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages as they ended: their rows may be deleted with their end, or somebody may retry
 * them at once.
 */
final class FinalRows {

	private static final Logger logger = LoggerFactory.getLogger(FinalRows.class);

	private final MessageStore store;

	FinalRows(MessageStore store) {
		this.store = store;
	}

	/**
	 * Returns the row of a message that has ended.
	 * @param ending how
	 * @param remembered makes a row of what else is known, when it is not stored so
	 */
	StoredMessage of(Ending ending, Supplier<StoredMessage> remembered) {
		try {
			Optional<StoredMessage> row = this.store.find(ending.id());
			if (row.isPresent() && row.get().state() == ending.state()) {
				return row.get();
			}
		}
		catch (QueueException ex) {
			logger.debug("Message {} cannot be read after its end", ending.id(), ex);
		}
		return remembered.get();
	}

}
