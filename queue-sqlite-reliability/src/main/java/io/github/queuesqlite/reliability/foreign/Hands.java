package io.github.queuesqlite.reliability.foreign;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/** What others do to a database file that is in use, and may do without harm. */
enum Hands {

	/** An open read pins the write-ahead log. */
	READ("long reads of the shell") {

		@Override
		void act(Path file, RandomGenerator random) throws IOException, InterruptedException {
			try (Shell shell = Shell.open(file)) {
				shell.run("BEGIN;");
				shell.run("SELECT count(*) FROM sqlite_schema;");
				Thread.sleep(random.nextInt(MOST_HELD_MILLIS));
				shell.run("COMMIT;");
			}
		}

	},

	/** Nobody else can write meanwhile: calls wait. */
	HOLD_LOCK("write locks held by the shell") {

		@Override
		void act(Path file, RandomGenerator random) throws IOException, InterruptedException {
			try (Shell shell = Shell.open(file)) {
				shell.run("BEGIN IMMEDIATE;");
				Thread.sleep(random.nextInt(MOST_HELD_MILLIS));
				shell.run(random.nextBoolean() ? "COMMIT;" : "ROLLBACK;");
			}
		}

	},

	/** Each row in a transaction of its own, with the shell's own checkpoints. */
	WRITE("tables written by the shell") {

		@Override
		void act(Path file, RandomGenerator random) throws IOException, InterruptedException {
			List<String> commands = new ArrayList<>();
			commands.add("PRAGMA wal_autocheckpoint = 20");
			commands.add("CREATE TABLE IF NOT EXISTS stranger (x)");
			commands.addAll(Collections.nCopies(100, "INSERT INTO stranger VALUES (randomblob(2000))"));
			if (random.nextBoolean()) {
				commands.add("DROP TABLE stranger");
			}
			Shell.run(file, commands.toArray(String[]::new));
		}

	},

	CHECKPOINT("checkpoints of the shell") {

		@Override
		void act(Path file, RandomGenerator random) throws IOException, InterruptedException {
			List<String> commands = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				String mode = List.of("PASSIVE", "FULL", "RESTART", "TRUNCATE").get(random.nextInt(4));
				commands.add("PRAGMA wal_checkpoint(" + mode + ")");
			}
			Shell.run(file, commands.toArray(String[]::new));
		}

	},

	/** Moves every page of the file. */
	VACUUM("vacuums of the shell") {

		@Override
		void act(Path file, RandomGenerator random) throws IOException, InterruptedException {
			Shell.run(file, random.nextBoolean() ? "VACUUM" : "PRAGMA incremental_vacuum", "REINDEX", "ANALYZE",
					"PRAGMA optimize");
		}

	},

	/** Refused while others have it open, and undone at the next start when not. */
	CHANGE_JOURNAL("changes of the journal mode by the shell") {

		@Override
		void act(Path file, RandomGenerator random) throws IOException, InterruptedException {
			Shell.run(file, "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = DELETE");
		}

	},

	VISIT("visits of the shell") {

		@Override
		void act(Path file, RandomGenerator random) throws IOException, InterruptedException {
			for (int i = 0; i < 3; i++) {
				Shell.run(file, random.nextBoolean() ? ".dbinfo" : ".dump", "SELECT count(*) FROM sqlite_schema");
			}
		}

	};

	private static final int MOST_HELD_MILLIS = 700;

	private final String counted;

	Hands(String counted) {
		this.counted = counted;
	}

	/** Returns what to count each as. */
	String counted() {
		return this.counted;
	}

	/**
	 * Lays hands on a file.
	 * @param file in use or not
	 * @param random details
	 */
	abstract void act(Path file, RandomGenerator random) throws IOException, InterruptedException;

}
