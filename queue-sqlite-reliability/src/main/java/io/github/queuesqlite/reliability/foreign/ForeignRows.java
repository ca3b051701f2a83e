package io.github.queuesqlite.reliability.foreign;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.reliability.Outcome;

/**
 * The shell changes messages that wait, and adds some of its own: none of these reaches a
 * handler, each says that it is damaged, the others run.
 */
final class ForeignRows {

	private static final List<String> CHANGES = List.of("payload = CAST('\"other\"' AS BLOB)", "task = 'second'",
			"priority = priority + 1", "queue = 'second'", "codec = NULL", "created_at = created_at - 1");

	private static final int MESSAGES = 40;

	private static final int CHANGED = 12;

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private final Outcome outcome;

	private final String where;

	private final Map<MessageId, String> payloads = new LinkedHashMap<>();

	private final Set<MessageId> changed = ConcurrentHashMap.newKeySet();

	ForeignRows(Outcome outcome, String where) {
		this.outcome = outcome;
		this.where = where;
	}

	void run(Path directory, RandomGenerator random) throws IOException, InterruptedException {
		try (EmbeddedQueue queue = EmbeddedQueue.builder(directory).shards(1).queue("second", 1).build()) {
			for (String task : List.of("first", "second")) {
				queue.tasks().register(task, String.class, (payload, context) -> {
					handle(context.id(), payload);
					return null;
				});
			}
			for (int i = 0; i < MESSAGES; i++) {
				this.payloads.put(queue.operations().enqueue("first", "payload " + i), "payload " + i);
			}
			tamper(directory.resolve("default").resolve("queue_shard_0.db"), random);
			queue.start();
			queue.operations().drain(PATIENCE);
			List<Message> found = queue.operations().list(MessageQuery.all().limit(MessageQuery.MAX_LIMIT));
			found.forEach(this::check);
			if (found.size() != MESSAGES + 1) {
				violation("Expected " + MESSAGES + " messages and the one of the shell, found " + found.size());
			}
		}
	}

	private void tamper(Path file, RandomGenerator random) throws IOException, InterruptedException {
		List<MessageId> ids = new ArrayList<>(this.payloads.keySet());
		List<String> commands = new ArrayList<>();
		for (int i = 0; i < CHANGED; i++) {
			MessageId id = ids.remove(random.nextInt(ids.size()));
			commands.add("UPDATE message SET " + CHANGES.get(i % CHANGES.size()) + " WHERE id = " + id.value());
			this.changed.add(id);
		}
		MessageId added = new MessageId(ids.get(0).value() + 1_000_000);
		commands.add("CREATE TEMP TABLE added AS SELECT * FROM message WHERE id = " + ids.get(0).value());
		commands.add("UPDATE added SET id = " + added.value());
		commands.add("INSERT INTO message SELECT * FROM added");
		this.changed.add(added);
		String said = Shell.run(file, commands.toArray(String[]::new));
		if (!said.isEmpty()) {
			throw new IOException("The sqlite3 shell could not write: " + said);
		}
		this.outcome.count("messages changed by the shell", this.changed.size());
	}

	private void handle(MessageId id, String payload) {
		if (this.changed.contains(id) || !payload.equals(this.payloads.get(id))) {
			violation("Message " + id + " was changed and reached a handler, as '" + payload + "'");
		}
	}

	private void check(Message message) {
		boolean changed = this.changed.contains(message.id());
		MessageState expected = changed ? MessageState.DEAD : MessageState.COMPLETED;
		if (message.state() != expected || message.isDamaged() != changed) {
			violation("Expected %s, damaged %s, found %s".formatted(expected, changed, message));
		}
	}

	private void violation(String text) {
		this.outcome.violation(text + " (" + this.where + ")");
	}

}
