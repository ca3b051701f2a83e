package io.github.queuesqlite.reliability.corruption;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;

/**
 * A process that fills a directory, is ended without closing it, and writes down what it
 * stored: finished messages, waiting ones in the files, and a few that are in the logs
 * only.
 */
final class FilledDirectory {

	static final int SHARDS = 2;

	static final String FINISHED = "finished";

	static final String WAITING = "waiting";

	/** No page holds more rows of payloads of 300 bytes or more. */
	static final int MOST_ROWS_ON_A_PAGE = 12;

	private static final int MESSAGES = 60;

	private static final int LATE_MESSAGES = 6;

	private FilledDirectory() {
	}

	/**
	 * Fills a directory.
	 * @param arguments the directory, the file for the notes, and a seed
	 */
	public static void main(String[] arguments) throws IOException {
		Path directory = Path.of(arguments[0]);
		RandomGenerator random = RandomGeneratorFactory.of("SplittableRandom").create(Long.parseLong(arguments[2]));
		Map<String, Stored> stored = new TreeMap<>();
		try (EmbeddedQueue queue = open(directory)) {
			queue.tasks().register(FINISHED, String.class, (payload, context) -> "result of " + payload);
			fill(queue, FINISHED, MESSAGES, random, stored, false);
			queue.start();
			if (!queue.operations().drain(Duration.ofMinutes(2))) {
				throw new IllegalStateException("The messages were not worked off");
			}
			fill(queue, WAITING, MESSAGES, random, stored, false);
		}
		EmbeddedQueue queue = open(directory);
		fill(queue, WAITING, LATE_MESSAGES, random, stored, true);
		StringBuilder notes = new StringBuilder();
		stored.forEach((id, message) -> notes.append(id)
			.append('\t')
			.append(message.task())
			.append('\t')
			.append(message.late())
			.append('\t')
			.append(message.payload())
			.append('\n'));
		Files.writeString(Path.of(arguments[1]), notes);
		Runtime.getRuntime().halt(0);
	}

	static EmbeddedQueue open(Path directory) {
		return EmbeddedQueue.builder(directory).shards(SHARDS).build();
	}

	private static void fill(EmbeddedQueue queue, String task, int messages, RandomGenerator random,
			Map<String, Stored> stored, boolean late) {
		for (int i = 0; i < messages; i++) {
			String payload = text(random, random.nextInt(8) == 0 ? 9000 : random.nextInt(300, 2500));
			NewMessage message = NewMessage.to(task).payload(payload);
			if (i % 3 == 0) {
				message = message.idempotencyKey(task + "-" + i + "-" + late);
			}
			MessageId id = queue.operations().enqueue(message);
			stored.put(id.toString(), new Stored(task, payload, late));
		}
	}

	private static String text(RandomGenerator random, int length) {
		StringBuilder text = new StringBuilder(length);
		for (int i = 0; i < length; i++) {
			text.append((char) ('a' + random.nextInt(26)));
		}
		return text.toString();
	}

	/** Reads what the process wrote down. */
	static Map<String, Stored> read(Path notes) throws IOException {
		Map<String, Stored> stored = new TreeMap<>();
		for (String line : Files.readAllLines(notes)) {
			List<String> fields = List.of(line.split("\t"));
			stored.put(fields.get(0), new Stored(fields.get(1), fields.get(3), Boolean.parseBoolean(fields.get(2))));
		}
		return stored;
	}

	/**
	 * A message that was stored.
	 *
	 * @param task its task
	 * @param payload its payload
	 * @param late whether it is in the log only
	 */
	record Stored(String task, String payload, boolean late) {
	}

}
