package io.github.queuesqlite.reliability.corruption;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.Salvage;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueStats.ShardStats;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.corruption.FilledDirectory.Stored;
import io.github.queuesqlite.store.IdLayout;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One copy of a directory, one shard of which is damaged, salvaged and then opened. */
final class DamagedCopy {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private final Path directory;

	private final Map<String, Stored> stored;

	private final RandomGenerator random;

	private final Outcome outcome;

	private final String where;

	private final int shard;

	private final boolean log;

	private String what = "";

	/**
	 * Copies a directory.
	 * @param source the directory
	 * @param directory the copy
	 * @param stored what is in it
	 * @param random what to damage
	 * @param outcome gets what is found
	 * @param where how to see it again
	 */
	DamagedCopy(Path source, Path directory, Map<String, Stored> stored, RandomGenerator random, Outcome outcome,
			String where) throws IOException {
		this.directory = directory;
		this.stored = stored;
		this.random = random;
		this.outcome = outcome;
		this.where = where;
		this.shard = random.nextInt(FilledDirectory.SHARDS);
		this.log = random.nextInt(4) == 0;
		copy(source);
	}

	private void copy(Path source) throws IOException {
		List<Path> files;
		try (Stream<Path> walk = Files.walk(source)) {
			files = walk.filter((path) -> !path.toString().endsWith("-shm")).toList();
		}
		for (Path file : files) {
			Files.copy(file, this.directory.resolve(source.relativize(file).toString()));
		}
	}

	private Path file() {
		return this.directory.resolve("default").resolve("queue_shard_" + this.shard + ".db");
	}

	void run() throws IOException {
		Path damaged = this.log ? Path.of(file() + "-wal") : file();
		Damage damage = Damage.doTo(damaged, this.random);
		this.what = damaged.getFileName() + ": " + damage.text();
		this.outcome.count("damaged files", 1);
		this.outcome.count(damage.kind(), 1);
		salvage(damage);
		use();
	}

	private void violation(String text) {
		this.outcome.violation("%s (%s; %s)".formatted(text, this.what, this.where));
	}

	// ---- salvage

	private void salvage(Damage damage) throws IOException {
		Path target = this.directory.resolve("salvaged.jsonl");
		Salvage salvage = Salvage.write(file(), target);
		for (String line : Files.readAllLines(target)) {
			JsonNode message = MAPPER.readTree(line);
			if (!message.get("damaged").asBoolean()) {
				compare("salvaged", message.get("id").asString(), message.path("payload").asString("no text"));
			}
		}
		this.outcome.count("messages salvaged", salvage.readable());
		long there = this.stored.keySet().stream().filter((id) -> shardOf(id) == this.shard).count();
		long late = this.log ? this.stored.values().stream().filter(Stored::late).count() : 0;
		long least = there - late - (long) damage.pages() * FilledDirectory.MOST_ROWS_ON_A_PAGE;
		if (salvage.readable() < least) {
			violation("Salvage: expected at least %d of %d messages, found %d".formatted(least, there,
					salvage.readable()));
		}
	}

	private static int shardOf(String id) {
		return IdLayout.shard(MessageId.parse(id).value());
	}

	/** What is given out must be what was stored. */
	private void compare(String how, String id, @Nullable String json) {
		Stored expected = this.stored.get(id);
		if (expected == null || !('"' + expected.payload() + '"').equals(json)) {
			violation("Message %s was %s with another payload than was stored: expected %s, found %s".formatted(id, how,
					expected, json));
		}
	}

	// ---- use

	private void use() {
		EmbeddedQueue queue;
		try {
			queue = FilledDirectory.open(this.directory);
		}
		catch (StoreUnavailableException ex) {
			// What stands in the head of a file may forbid to touch it.
			if (!String.valueOf(ex.getMessage()).contains(file().getFileName().toString())) {
				violation("Expected the start to name the damaged file, found " + ex);
			}
			this.outcome.count("starts refused by name", 1);
			return;
		}
		try (queue) {
			for (String task : List.of(FilledDirectory.FINISHED, FilledDirectory.WAITING)) {
				queue.tasks().register(task, String.class, (payload, context) -> {
					compare("handed to a handler", context.id().toString(), '"' + payload + '"');
					return null;
				});
			}
			queue.start();
			checkAll(queue.operations());
		}
	}

	private void checkAll(QueueOperations operations) {
		Map<String, Long> found = new HashMap<>();
		this.stored.forEach((id, message) -> found.merge(fate(operations, id, message), 1L, Long::sum));
		found.forEach((fate, messages) -> {
			if (!fate.isEmpty()) {
				this.outcome.count(fate, messages);
			}
		});
		if (isQuarantined(operations)) {
			this.outcome.count("shards quarantined", 1);
		}
		MessageId id = operations.enqueue("new", "new");
		if (shardOf(id.toString()) == this.shard && isQuarantined(operations)) {
			violation("A new message went to the quarantined shard");
		}
	}

	private boolean isQuarantined(QueueOperations operations) {
		return operations.stats().shards().stream().filter(ShardStats::quarantined).anyMatch((stats) -> {
			if (stats.shard() != this.shard) {
				violation("Expected only the damaged shard to be quarantined, found " + stats.reason());
			}
			return stats.shard() == this.shard;
		});
	}

	/** Waits for the end of a message and returns what to count. */
	private String fate(QueueOperations operations, String id, Stored stored) {
		boolean concerned = shardOf(id) == this.shard;
		long start = System.nanoTime();
		while (System.nanoTime() - start < PATIENCE.toNanos()) {
			try {
				Optional<Message> message = operations.find(MessageId.parse(id));
				if (message.isEmpty()) {
					return missing(operations, id, stored);
				}
				if (message.get().state().isEnded()) {
					return ended(id, message.get(), concerned);
				}
			}
			catch (ShardQuarantinedException ex) {
				if (!concerned) {
					violation("Expected the other shard to go on, found " + ex);
				}
				return "";
			}
			LockSupport.parkNanos(2_000_000);
		}
		violation("Message " + id + " was not executed and its shard is not quarantined");
		return "";
	}

	private String ended(String id, Message message, boolean concerned) {
		if (!message.isDamaged()) {
			compare("found", id, new String(message.rawPayload(), StandardCharsets.UTF_8));
			return "";
		}
		if (!concerned) {
			violation("Message " + id + " of the other shard is damaged");
		}
		return "messages found damaged";
	}

	/** A log ends where it is damaged: what stands behind is as if never written. */
	private String missing(QueueOperations operations, String id, Stored stored) {
		if (this.log && stored.late() && shardOf(id) == this.shard) {
			return "messages behind the damage of a log";
		}
		if (!isQuarantined(operations)) {
			violation("Message " + id + " is missing and its shard is not quarantined");
		}
		return "";
	}

}
