package io.github.queuesqlite.test;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.store.Wait;

/** Reads messages, and shows them to people. */
final class Messages {

	/** So many are shown when something is missing. */
	private static final int MOST_SHOWN = 20;

	private static final int MOST_PAYLOAD = 200;

	private Messages() {
	}

	static List<Message> all(QueueOperations operations, MessageQuery query) {
		List<Message> all = new ArrayList<>();
		List<Message> page = operations.list(query.limit(MessageQuery.MAX_LIMIT));
		while (!page.isEmpty()) {
			all.addAll(page);
			page = operations.list(query.limit(MessageQuery.MAX_LIMIT).after(page.get(page.size() - 1).id()));
		}
		return all;
	}

	/** Whether a delayed message waits for a time, rather than for other messages. */
	static boolean isForATime(Message message) {
		return message.runAt().toEpochMilli() < Wait.NOT_DUE;
	}

	static String show(List<Message> messages) {
		if (messages.isEmpty()) {
			return "nothing was enqueued";
		}
		String shown = messages.stream().limit(MOST_SHOWN).map(Messages::show).collect(Collectors.joining("\n"));
		int more = messages.size() - MOST_SHOWN;
		return "these " + messages.size() + " messages were enqueued:\n" + shown
				+ ((more > 0) ? "\n  … and " + more + " more" : "");
	}

	static String show(Message message) {
		StringBuilder text = new StringBuilder("  ").append(message.task())
			.append(' ')
			.append(message.state())
			.append(" in queue ")
			.append(message.queue())
			.append(", priority ")
			.append(message.priority());
		Duration delay = Duration.between(message.createdAt(), message.runAt());
		if (message.state() == MessageState.SCHEDULED && !isForATime(message)) {
			text.append(", waits for other messages");
		}
		else if (message.attempt() == 0 && !delay.isZero()) {
			text.append(", delay ").append(delay);
		}
		if (message.attempt() > 0) {
			text.append(", attempt ").append(message.attempt());
			text.append((message.maxAttempts() != null) ? " of " + message.maxAttempts() : "");
		}
		text.append(", payload ").append(payload(message));
		Failure failure = message.lastError();
		if (failure != null) {
			text.append(", failed with ").append(failure.type()).append(": ").append(failure.message());
		}
		return text.toString();
	}

	private static String payload(Message message) {
		if (message.isLocal()) {
			return "that stayed an object";
		}
		byte[] raw = message.rawPayload();
		if (raw.length == 0) {
			return "none";
		}
		try {
			String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
			return Names.shortened(text, MOST_PAYLOAD);
		}
		catch (CharacterCodingException ex) {
			return "of " + raw.length + " bytes";
		}
	}

}
