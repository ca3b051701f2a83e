package io.github.queuesqlite.message;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Some of the messages that a query matches, the newest first.
 *
 * @param messages at most the limit of the query; may be none although there are more
 * @param next where to go on: what {@link MessageQuery#after(MessageId)} is given for the
 * next page; null when this was the last
 * @since 0.1.0
 */
public record MessagePage(List<Message> messages, @Nullable MessageId next) {

	public MessagePage {
		messages = List.copyOf(messages);
	}

}
