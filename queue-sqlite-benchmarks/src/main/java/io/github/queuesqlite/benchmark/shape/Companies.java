package io.github.queuesqlite.benchmark.shape;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.store.Retention;

/** What happens to a queue in use, all of the time. */
public final class Companies {

	private static final long CHECKPOINT_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

	private static final long READ_PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

	private Companies() {
	}

	/**
	 * Returns all kinds of company.
	 * @return by what they are, for people
	 */
	public static Map<String, Company> all() {
		Map<String, Company> all = new LinkedHashMap<>();
		all.put("nothing else", Company.NONE);
		all.put("every end deletes an older message (1,000 kept)", pruning());
		all.put("a checkpoint of each shard every 10 ms", checkpoints());
		all.put("a dashboard: lists 100 messages and reads the statistics every 5 ms", reads());
		all.put("a process beside it, killed", killed());
		return all;
	}

	private static Company pruning() {
		return new Company() {

			@Override
			public void configure(EmbeddedQueue.Builder builder) {
				Duration day = Duration.ofDays(1);
				builder.retention(new Retention(day, day, day, day, 1000));
			}

		};
	}

	private static Company reads() {
		return new Company() {

			@Override
			public AutoCloseable begin(EmbeddedQueue queue, Path directory) {
				return new Repeated("dashboard", READ_PAUSE, () -> {
					queue.operations().list(MessageQuery.all().limit(100));
					return queue.operations().stats();
				});
			}

		};
	}

	private static Company checkpoints() {
		return new Company() {

			@Override
			public AutoCloseable begin(EmbeddedQueue queue, Path directory) throws IOException {
				List<Path> shards = shards(directory);
				return new Repeated("checkpoints", CHECKPOINT_PAUSE, () -> {
					for (Path shard : shards) {
						checkpoint(shard);
					}
					return null;
				});
			}

		};
	}

	private static List<Path> shards(Path directory) throws IOException {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.filter((file) -> file.getFileName().toString().matches("queue_shard_\\d+\\.db")).toList();
		}
	}

	private static void checkpoint(Path shard) throws SQLException {
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + shard);
				Statement statement = connection.createStatement()) {
			statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
		}
	}

	private static Company killed() {
		return new Company() {

			@Override
			public AutoCloseable begin(EmbeddedQueue queue, Path directory) throws IOException {
				return new KilledNeighbour(directory);
			}

		};
	}

}
