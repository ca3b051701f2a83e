package io.github.queuesqlite.benchmark.peer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Who takes part, and with what settings. */
public enum ContestantKind {

	/** This queue. */
	QUEUE("queue-sqlite", Settings.DEFAULT, 1, 1000,
			"no settings: a shard for each core up to four, 8 handlers at once, `durability: full`",
			(root) -> inNewDirectories(root, QueueContestant::new)),

	/** JobRunr as its documentation begins. */
	JOBRUNR_DEFAULT("JobRunr, SQLite", Settings.DEFAULT, 15, 1000, """
			rollback journal, synchronous FULL (SQLite's default), HikariCP with 10 connections, lambdas, 15 s poll, \
			8 workers for each core""",
			(root) -> inNewFiles(root, (file) -> JobRunrContestant.atDefaults(SqlitePools.atDefaults(file)))),

	/** JobRunr tuned. */
	JOBRUNR_BEST("JobRunr, SQLite", Settings.BEST, 5, 1000, """
			WAL, synchronous FULL, `transaction_mode=IMMEDIATE`, 10 s busy timeout, HikariCP with 10 connections, \
			`JobRequest`s, 5 s poll (the shortest it takes), 8 workers""",
			(root) -> inNewFiles(root,
					(file) -> JobRunrContestant
						.atItsBest(SqlitePools.atItsBest(file, 10, true, "&transaction_mode=IMMEDIATE")))),

	/** db-scheduler as its documentation begins, on SQLite. */
	DB_SCHEDULER_SQLITE_DEFAULT("db-scheduler, SQLite", Settings.DEFAULT, 10, 100,
			"""
					rollback journal, synchronous FULL (SQLite's default), HikariCP with 10 connections, 10 s poll, 10 threads, \
					`fetch`""",
			(root) -> inNewFiles(root,
					(file) -> DbSchedulerContestant
						.atDefaults(ScheduledTasks.createOnSqlite(SqlitePools.atDefaults(file))))),

	/** db-scheduler tuned, on SQLite. */
	DB_SCHEDULER_SQLITE_BEST("db-scheduler, SQLite", Settings.BEST, 1, 1000,
			"""
					WAL, synchronous FULL, 10 s busy timeout, HikariCP with 10 connections without auto-commit (one transaction \
					for a batch), immediate execution, 0.1 s poll, priority off, 8 threads, `fetch` of 160""",
			(root) -> inNewFiles(root,
					(file) -> DbSchedulerContestant
						.atItsBestOnSqlite(ScheduledTasks.createOnSqlite(SqlitePools.atItsBest(file, 10, false, ""))))),

	/** db-scheduler as its documentation begins, on PostgreSQL. */
	DB_SCHEDULER_POSTGRES_DEFAULT("db-scheduler, PostgreSQL", Settings.DEFAULT, 10, 100, """
			fsync on, synchronous_commit on, HikariCP with 10 connections, 10 s poll, 10 threads, `fetch`""",
			(root) -> onPostgres(root,
					(server) -> DbSchedulerContestant
						.atDefaults(ScheduledTasks.createOnPostgres(server.next(10, ""))))),

	/** db-scheduler tuned, on PostgreSQL. */
	DB_SCHEDULER_POSTGRES_BEST("db-scheduler, PostgreSQL", Settings.BEST, 1, 1000,
			"""
					fsync on, synchronous_commit on, HikariCP with 24 connections, `reWriteBatchedInserts`, immediate execution, \
					0.1 s poll, priority off, 20 threads, `lock-and-fetch` (4, 20)""",
			(root) -> onPostgres(root, (server) -> DbSchedulerContestant
				.atItsBestOnPostgres(ScheduledTasks.createOnPostgres(server.next(24, "&reWriteBatchedInserts=true")))));

	private final String product;

	private final Settings settings;

	private final Duration poll;

	private final int bulk;

	private final String description;

	private final Function<Path, Contestants> contestants;

	ContestantKind(String product, Settings settings, int pollSeconds, int bulk, String description,
			Function<Path, Contestants> contestants) {
		this.product = product;
		this.settings = settings;
		this.poll = Duration.ofSeconds(pollSeconds);
		this.bulk = bulk;
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
	 * Returns its settings in words.
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

	private static Contestants inNewDirectories(Path root, Function<Path, Contestant> open) {
		AtomicInteger number = new AtomicInteger();
		return () -> open.apply(root.resolve("store" + number.incrementAndGet()));
	}

	private static Contestants inNewFiles(Path root, Function<Path, Contestant> open) {
		AtomicInteger number = new AtomicInteger();
		return () -> open.apply(root.resolve("store" + number.incrementAndGet() + ".db"));
	}

	private static Contestants onPostgres(Path root, Function<Postgres, Contestant> open) {
		Postgres server = new Postgres(root.resolve("postgres"));
		return new Contestants() {

			@Override
			public Contestant next() {
				return open.apply(server);
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
