package io.github.queuesqlite.reliability.foreign;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** What nobody may do to the files of a queue while it is in use. */
enum Tampering {

	DELETE_LOG("logs deleted", true, true) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			Files.delete(target.log());
		}

	},

	EMPTY_LOG("logs emptied", false, false) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			cut(target.log(), 0);
		}

	},

	CUT_LOG("logs cut", false, false) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			long size = Files.size(target.log());
			cut(target.log(), (size > 0) ? random.nextLong(size) : 0);
		}

	},

	REPLACE_LOG("logs replaced by an older copy", false, true) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			Files.move(target.log(), target.aside());
			Files.copy(target.olderLog(), target.log());
		}

	},

	OVERWRITE_LOG("logs overwritten with an older copy", false, false) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			overwrite(target.log(), target.olderLog());
		}

	},

	MOVE_FILE("files moved away", true, true) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			Files.move(target.file(), target.aside());
		}

		@Override
		void mend(Target target) throws IOException {
			Files.move(target.aside(), target.file());
		}

	},

	REPLACE_FILE("files replaced by an older copy", true, true) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			Files.move(target.file(), target.aside());
			Files.copy(target.olderFile(), target.file());
		}

		@Override
		void mend(Target target) throws IOException {
			Files.move(target.aside(), target.file(), StandardCopyOption.REPLACE_EXISTING);
		}

	},

	OVERWRITE_FILE("files overwritten with an older copy", false, false) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			overwrite(target.file(), target.olderFile());
		}

	},

	CUT_FILE("files cut", false, false) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			cut(target.file(), random.nextLong(Files.size(target.file())));
		}

	},

	/** What a backup tool does that restores a shard while it is in use. */
	OVERWRITE_ALL("shards overwritten with an older copy", false, false) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			overwrite(target.sharedMemory(), target.olderSharedMemory());
			overwrite(target.log(), target.olderLog());
			overwrite(target.file(), target.olderFile());
		}

	},

	RENAME_DIRECTORY("directories renamed", true, false) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			Files.move(target.directory(), target.aside());
		}

		@Override
		void mend(Target target) throws IOException {
			Files.move(target.aside(), target.directory());
		}

	},

	DELETE_SHARED_MEMORY("shared memory files deleted", true, false) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			Files.delete(target.sharedMemory());
		}

	},

	DELETE_CONTROL("control files deleted", true, false) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			Files.delete(target.directory().resolve("control.db"));
		}

	},

	DELETE_LOCKS("lock files deleted", true, false) {

		@Override
		void act(Target target, RandomGenerator random) throws IOException {
			List<Path> locks;
			try (Stream<Path> list = Files.list(target.directory().resolve("locks"))) {
				locks = list.toList();
			}
			for (Path lock : locks) {
				Files.deleteIfExists(lock);
			}
		}

	};

	private final String counted;

	private final boolean harmless;

	private final boolean noticed;

	Tampering(String counted, boolean harmless, boolean noticed) {
		this.counted = counted;
		this.harmless = harmless;
		this.noticed = noticed;
	}

	/** Returns what to count each as. */
	String counted() {
		return this.counted;
	}

	/** Returns whether nothing may be lost once it is mended. */
	boolean isHarmless() {
		return this.harmless;
	}

	/** Returns whether the shard must be taken out of use at once. */
	boolean isNoticed() {
		return this.noticed;
	}

	abstract void act(Target target, RandomGenerator random) throws IOException;

	/** Puts back what can be, once nobody uses the directory. */
	void mend(Target target) throws IOException {
	}

	private static void cut(Path file, long length) throws IOException {
		try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
			open.setLength(length);
		}
	}

	/** As {@code cp} does: the file stays the same, its content does not. */
	private static void overwrite(Path file, Path older) throws IOException {
		Files.write(file, Files.readAllBytes(older));
	}

	/**
	 * A shard, and what somebody has of it.
	 *
	 * @param directory of the queue
	 * @param shard which
	 */
	record Target(Path directory, int shard) {

		Path file() {
			return this.directory.resolve("queue_shard_" + this.shard + ".db");
		}

		Path log() {
			return Path.of(file() + "-wal");
		}

		Path sharedMemory() {
			return Path.of(file() + "-shm");
		}

		Path note() {
			return Path.of(file() + ".quarantine");
		}

		Path aside() {
			return this.directory.resolveSibling("aside");
		}

		Path olderFile() {
			return this.directory.resolveSibling("older.db");
		}

		Path olderLog() {
			return this.directory.resolveSibling("older.db-wal");
		}

		Path olderSharedMemory() {
			return this.directory.resolveSibling("older.db-shm");
		}

		/** Keeps what there is now. */
		void keepOlder() throws IOException {
			Files.copy(file(), olderFile());
			Files.copy(sharedMemory(), olderSharedMemory());
			Files.copy(log(), olderLog());
		}

	}

}
