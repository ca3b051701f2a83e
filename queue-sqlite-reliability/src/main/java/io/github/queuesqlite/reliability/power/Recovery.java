package io.github.queuesqlite.reliability.power;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.github.queuesqlite.Durability;
import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.FencingToken;
import io.github.queuesqlite.task.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * Opens what power loss left, compares it with what was accepted, and lets it run on to
 * the end.
 */
final class Recovery {

	private static final long PATIENCE_SECONDS = 60;

	private final Path root;

	private final Durability durability;

	private final Accepted accepted;

	/** What is older than this must be there. */
	private final long mustStayBefore;

	private final long cutAt;

	private final List<String> found = Collections.synchronizedList(new ArrayList<>());

	private final Map<MessageId, Set<FencingToken>> runs = new ConcurrentHashMap<>();

	/** How long before the cut the oldest thing that is missing was accepted. */
	private long oldestLoss;

	Recovery(Path root, Durability durability, Accepted accepted, long cutAt, long mustStayBefore) {
		this.root = root;
		this.durability = durability;
		this.accepted = accepted;
		this.cutAt = cutAt;
		this.mustStayBefore = mustStayBefore;
	}

	/** Returns what is wrong; empty when nothing is. */
	List<String> check() throws Exception {
		EmbeddedQueue queue;
		try {
			queue = EmbeddedQueue.builder(this.root.resolve("queue")).durability(this.durability).build();
		}
		catch (RuntimeException ex) {
			return List.of("the queue does not open: " + ex);
		}
		try (queue) {
			checkStored();
			checkListenData(queue);
			checkKeys(queue);
			queue.tasks().register("work", String.class, this::handle);
			queue.start();
			if (!isEmptied(queue)) {
				this.found.add("after " + PATIENCE_SECONDS + " s " + queue.operations().length()
						+ " messages have not ended: " + queue.operations().stats());
			}
		}
		checkTokens();
		checkEnd();
		return this.found;
	}

	Duration oldestLoss() {
		return Duration.ofNanos(this.oldestLoss);
	}

	private @Nullable Object handle(String payload, TaskContext context) {
		if (!this.runs.computeIfAbsent(context.id(), (key) -> ConcurrentHashMap.newKeySet())
			.add(context.fencingToken())) {
			this.found.add(context.id() + " ran twice as " + context.fencingToken());
		}
		return null;
	}

	private static boolean isEmptied(EmbeddedQueue queue) {
		long start = System.nanoTime();
		while (queue.operations().length() > 0) {
			if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
				return false;
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
		}
		return true;
	}

	/** A loss counts when what is lost was accepted before what may be. */
	private void lost(long acceptedAt, String what) {
		if (acceptedAt < 0) {
			return;
		}
		this.oldestLoss = Math.max(this.oldestLoss, this.cutAt - acceptedAt);
		if (acceptedAt <= this.mustStayBefore) {
			this.found.add(what + ", accepted " + (this.cutAt - acceptedAt) / 1000 + " µs before the power went");
		}
	}

	private void checkStored() throws SQLException, IOException {
		Map<MessageId, Row> rows = rows();
		this.accepted.messages().forEach((id, known) -> {
			Row row = rows.get(id);
			if (row == null) {
				if (!known.mayHaveEnded || !known.idempotencyKey.isEmpty()) {
					lost(known.enqueuedAt, "message " + id + " is lost");
				}
				return;
			}
			if (known.retried) {
				return;
			}
			if (known.ended != null && row.state() != known.ended) {
				lost(known.endedAt, "message " + id + " had ended " + known.ended + " and is " + row);
			}
			if (known.cancelledAt >= 0 && !row.isCancelled()) {
				lost(known.cancelledAt, "the cancellation of message " + id + " is lost, it is " + row);
			}
		});
	}

	private Map<MessageId, Row> rows() throws SQLException, IOException {
		Map<MessageId, Row> rows = new HashMap<>();
		Map<String, MessageId> keys = new HashMap<>();
		for (Path file : shards()) {
			try (Connection connection = connect(file);
					Statement statement = connection.createStatement();
					ResultSet row = statement
						.executeQuery("SELECT id, state, cancel_requested, idempotency_key FROM message")) {
				while (row.next()) {
					MessageId id = new MessageId(row.getLong(1));
					if (rows.put(id, new Row(state(row.getInt(2)), row.getInt(3) != 0)) != null) {
						this.found.add("message " + id + " is in two shards");
					}
					String key = row.getString(4);
					MessageId other = (key != null) ? keys.put(key, id) : null;
					if (other != null) {
						this.found.add("idempotency key " + key + " has two messages: " + other + ", " + id);
					}
				}
			}
		}
		return rows;
	}

	private static MessageState state(int code) {
		return switch (code) {
			case 10 -> MessageState.SCHEDULED;
			case 20, 21, 22 -> MessageState.READY;
			case 30 -> MessageState.RUNNING;
			case 40 -> MessageState.COMPLETED;
			case 50 -> MessageState.DEAD;
			case 60 -> MessageState.CANCELLED;
			case 70 -> MessageState.EXPIRED;
			default -> throw new IllegalStateException("State " + code);
		};
	}

	private List<Path> shards() throws IOException {
		return files("queue_shard_");
	}

	private List<Path> files(String prefix) throws IOException {
		try (Stream<Path> files = Files.list(this.root.resolve("queue").resolve("default"))) {
			return files.filter((file) -> {
				String name = String.valueOf(file.getFileName());
				return name.startsWith(prefix) && name.endsWith(".db");
			}).sorted().toList();
		}
	}

	private static Connection connect(Path file) throws SQLException {
		return DriverManager.getConnection("jdbc:sqlite:" + file);
	}

	private void checkListenData(EmbeddedQueue queue) {
		this.accepted.values().forEach((key, known) -> {
			int value = queue.listen().get(key, Integer.class).orElse(0);
			if (value < known.value || queue.listen().version(key).orElse(0) < known.version) {
				lost(known.at, "listen data " + key + " had " + known.value + " and has " + value);
			}
			if (value > known.putting) {
				this.found.add("listen data " + key + " has " + value + ", more than was put: " + known.putting);
			}
		});
	}

	/** A key that is stored is known: nothing is accepted twice. */
	private void checkKeys(EmbeddedQueue queue) {
		this.accepted.messages()
			.entrySet()
			.stream()
			.filter((entry) -> !entry.getValue().idempotencyKey.isEmpty())
			.filter((entry) -> queue.operations().find(entry.getKey()).isPresent())
			.limit(5)
			.forEach((entry) -> {
				String key = entry.getValue().idempotencyKey;
				MessageId again = queue.operations().enqueue(NewMessage.to("work").payload("").idempotencyKey(key));
				if (!again.equals(entry.getKey())) {
					this.found.add("idempotency key " + key + " of message " + entry.getKey() + " was taken again by "
							+ again);
				}
			});
	}

	private void checkTokens() {
		this.runs.forEach((id, tokens) -> {
			Set<FencingToken> before = this.accepted.tokens(id);
			for (FencingToken token : tokens) {
				if (before.contains(token)) {
					this.found.add("message " + id + " ran as " + token + " before and after");
				}
				else if (this.durability == Durability.FULL
						&& before.stream().anyMatch((old) -> old.compareTo(token) > 0)) {
					this.found.add("message " + id + " ran as " + token + ", which is not after " + before);
				}
			}
		});
	}

	private void checkEnd() throws SQLException, IOException {
		for (Path file : files("")) {
			try (Connection connection = connect(file); Statement statement = connection.createStatement()) {
				try (ResultSet row = statement.executeQuery("PRAGMA integrity_check")) {
					row.next();
					if (!row.getString(1).equals("ok")) {
						this.found.add(file.getFileName() + ": integrity_check says " + row.getString(1));
					}
				}
			}
		}
		for (Path file : shards()) {
			try (Connection connection = connect(file);
					Statement statement = connection.createStatement();
					ResultSet row = statement.executeQuery("""
							SELECT queue, task, state, sum(n) FROM (
							    SELECT queue, task, state, n FROM counter
							    UNION ALL
							    SELECT queue, task, CASE state WHEN 21 THEN 20 ELSE state END, -count(*)
							    FROM message GROUP BY 1, 2, 3)
							GROUP BY 1, 2, 3 HAVING sum(n) <> 0""")) {
				while (row.next()) {
					this.found.add("%s: the counter of %s/%s/%d is off by %d".formatted(file.getFileName(),
							row.getString(1), row.getString(2), row.getInt(3), row.getInt(4)));
				}
			}
		}
	}

	/** What is stored of a message. */
	private record Row(MessageState state, boolean cancelRequested) {

		boolean isCancelled() {
			return switch (this.state) {
				case READY, SCHEDULED -> false;
				case RUNNING -> this.cancelRequested;
				case COMPLETED, DEAD, CANCELLED, EXPIRED -> true;
			};
		}

	}

}
