package io.github.queuesqlite.actuate.endpoint;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * Which messages a request means, as text; null for any.
 *
 * @param state one of several states, separated by commas
 * @param queue of this queue
 * @param task of this task
 * @param tag with this tag
 * @param key with this key, whichever of its keys that is
 * @param createdAfter handed in after a time
 * @param createdBefore handed in before a time
 * @param endedAfter ended after a time
 * @param endedBefore ended before a time
 * @param startedBefore RUNNING since before a time
 * @param instance RUNNING in the process of this name
 */
record MessageFilter(@Nullable String state, @Nullable String queue, @Nullable String task, @Nullable String tag,
		@Nullable String key, @Nullable String createdAfter, @Nullable String createdBefore,
		@Nullable String endedAfter, @Nullable String endedBefore, @Nullable String startedBefore,
		@Nullable String instance) {

	MessageQuery query() {
		return new MessageQuery(states(this.state), this.queue, this.task, this.tag, this.key,
				time("createdAfter", this.createdAfter), time("createdBefore", this.createdBefore),
				time("endedAfter", this.endedAfter), time("endedBefore", this.endedBefore),
				time("startedBefore", this.startedBefore), this.instance, null, MessageQuery.DEFAULT_LIMIT);
	}

	/**
	 * For people; empty for any message. The refusal of what cannot be read says what
	 * that was.
	 */
	String text() {
		try {
			return query().text();
		}
		catch (QueueEndpointException ex) {
			return "?";
		}
	}

	private static @Nullable Instant time(String what, @Nullable String text) {
		if (text == null) {
			return null;
		}
		try {
			return Instant.parse(text);
		}
		catch (DateTimeException ex) {
			throw QueueEndpointException
				.badRequest("'" + what + "' must be a time as 2026-01-31T12:00:00Z, was '" + text + "'");
		}
	}

	private static Set<MessageState> states(@Nullable String text) {
		return StringUtils.commaDelimitedListToSet(text)
			.stream()
			.map(String::trim)
			.filter((name) -> !name.isEmpty())
			.map(MessageFilter::state)
			.collect(Collectors.toSet());
	}

	private static MessageState state(String name) {
		try {
			return MessageState.valueOf(name.toUpperCase(Locale.ROOT));
		}
		catch (IllegalArgumentException ex) {
			throw QueueEndpointException.badRequest("'state' must be one or more of "
					+ Arrays.toString(MessageState.values()) + ", was '" + name + "'");
		}
	}

}
