package io.github.queuesqlite.store;

import java.util.List;

/**
 * Some of the messages that a query matches, the newest first.
 *
 * @param messages at most the limit of the query
 * @param next where to go on, exclusive; {@link #END} after the last
 */
public record StoredPage(List<StoredMessage> messages, long next) {

	/** There is nothing more. */
	public static final long END = -1;

	public StoredPage {
		messages = List.copyOf(messages);
	}

}
