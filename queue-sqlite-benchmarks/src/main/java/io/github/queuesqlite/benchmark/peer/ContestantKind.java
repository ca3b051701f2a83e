package io.github.queuesqlite.benchmark.peer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Who takes part, and with what settings. */
@SuppressWarnings("ImmutableEnumChecker") // a function says of itself that it does not
											// change
public enum ContestantKind {

	/** This queue. */
	QUEUE("queue-sqlite", Settings.DEFAULT, 1, 1000, List.of(8),
			"no settings: a shard for each core up to four, `durability: full`",
			(root) -> inNewFiles(root, (file, threads) -> new QueueContestant(file))),

	/** JobRunr as its documentation begins. */
	JOBRUNR_DEFAULT("JobRunr, SQLite", Settings.DEFAULT, 15, 1000,
			List.of(8 * Runtime.getRuntime().availableProcessors()), """
					rollback journal, synchronous FULL (SQLite's default), HikariCP with 10 connections, lambdas, \
					15 s poll""",
			(root) -> inNewFiles(root, (file, threads) -> JobRunrContestant.atDefaults(SqlitePools.atDefaults(file)))),

	/** JobRunr tuned. */
	JOBRUNR_BEST("JobRunr, SQLite", Settings.BEST, 5, 1000, List.of(8, 4, 16), """
			WAL, synchronous FULL, `transaction_mode=IMMEDIATE`, 10 s busy timeout, HikariCP with 2 connections more \
			than threads, `JobRequest`s, 5 s poll (the shortest it takes)""",
			(root) -> inNewFiles(root,
					(file, threads) -> JobRunrContestant.atItsBest(
							SqlitePools.atItsBest(file, threads + 2, true, "&transaction_mode=IMMEDIATE"), threads))),

	/** db-scheduler as its documentation begins, on SQLite. */
	DB_SCHEDULER_SQLITE_DEFAULT("db-scheduler, SQLite", Settings.DEFAULT, 10, 100, List.of(10), """
			rollback journal, synchronous FULL (SQLite's default), HikariCP with 10 connections, 10 s poll, `fetch`""",
			(root) -> inNewFiles(root,
					(file, threads) -> DbSchedulerContestant
						.atDefaults(ScheduledTasks.createOnSqlite(SqlitePools.atDefaults(file))))),

	/** db-scheduler tuned, on SQLite. */
	DB_SCHEDULER_SQLITE_BEST("db-scheduler, SQLite", Settings.BEST, 1, 1000, List.of(8, 4, 2),
			"""
					WAL, synchronous FULL, 10 s busy timeout, HikariCP with 2 connections more than threads, without auto-commit \
					(one transaction for a batch), immediate execution, 0.1 s poll, priority off, `fetch` of 20 for each thread""",
			(root) -> inNewFiles(root,
					(file, threads) -> DbSchedulerContestant.atItsBestOnSqlite(
							ScheduledTasks.createOnSqlite(SqlitePools.atItsBest(file, threads + 2, false, "")),
							threads))),

	/** db-scheduler as its documentation begins, on PostgreSQL. */
	DB_SCHEDULER_POSTGRES_DEFAULT("db-scheduler, PostgreSQL", Settings.DEFAULT, 10, 100, List.of(10), """
			fsync on, synchronous_commit on, HikariCP with 10 connections, 10 s poll, `fetch`""",
			(root) -> onPostgres(root,
					(server, threads) -> DbSchedulerContestant
						.atDefaults(ScheduledTasks.createOnPostgres(server.next(10, ""))))),

	/** db-scheduler tuned, on PostgreSQL. */
	DB_SCHEDULER_POSTGRES_BEST("db-scheduler, PostgreSQL", Settings.BEST, 1, 1000, List.of(20, 10, 40), """
			fsync on, synchronous_commit on, HikariCP with 4 connections more than threads, `reWriteBatchedInserts`, \
			immediate execution, 0.1 s poll, priority off, `lock-and-fetch` (4, 20)""",
			(root) -> onPostgres(root,
					(server, threads) -> DbSchedulerContestant.atItsBestOnPostgres(
							ScheduledTasks.createOnPostgres(server.next(threads + 4, "&reWriteBatchedInserts=true")),
							threads)));

	private final String product;

	private final Settings settings;

	private final Duration poll;

	private final int bulk;

	private final List<Integer> threads;

	private final String description;

	private final Function<Path, Contestants> contestants;

	ContestantKind(String product, Settings settings, int pollSeconds, int bulk, List<Integer> threads,
			String description, Function<Path, Contestants> contestants) {
		this.product = product;
		this.settings = settings;
		this.poll = Duration.ofSeconds(pollSeconds);
		this.bulk = bulk;
		this.threads = threads;
		this.description = description;
		this.contestants = contestants;
	}

	/**
	 * Returns what it is.
	 * @return product and store
	 */
	public String product() {
		return this.product;
	}

	/**
	 * Returns whether it is tuned.
	 * @return at its defaults or at its best
	 */
	public Settings settings() {
		return this.settings;
	}

	/**
	 * Returns with how many threads it may handle messages: the fastest of them counts.
	 * @return the most promising first
	 */
	public List<Integer> threads() {
		return this.threads;
	}

	/**
	 * Returns its other settings in words.
	 * @return Markdown
	 */
	public String description() {
		return this.description;
	}

	/** How long it may look away from a message that is due. */
	Duration poll() {
		return this.poll;
	}

	/** How many messages it is given at once. */
	int bulk() {
		return this.bulk;
	}

	/** Returns contestants whose files are in the directory, which exists. */
	Contestants open(Path directory) {
		return this.contestants.apply(directory);
	}

	private static Contestants inNewFiles(Path root, BiFunction<Path, Integer, Contestant> open) {
		AtomicInteger number = new AtomicInteger();
		return (threads) -> open.apply(root.resolve("store" + number.incrementAndGet()), threads);
	}

	private static Contestants onPostgres(Path root, BiFunction<Postgres, Integer, Contestant> open) {
		Postgres server = new Postgres(root.resolve("postgres"));
		return new Contestants() {

			@Override
			public Contestant next(int threads) {
				return open.apply(server, threads);
			}

			@Override
			public void close() {
				server.close();
			}

		};
	}

	/** How much was set. */
	public enum Settings {

		/** Nothing that its documentation does not begin with. */
		DEFAULT("defaults"),

		/** What made it fastest here. */
		BEST("at its best");

		private final String words;

		Settings(String words) {
			this.words = words;
		}

		@Override
		public String toString() {
			return this.words;
		}

	}

}
