package io.github.queuesqlite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.Verification;
import io.github.queuesqlite.store.StoreFile;
import io.github.queuesqlite.store.sqlite.BackupDirectory;
import io.github.queuesqlite.store.sqlite.DiskSpace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done to all files of a queue while it is in use: check, backup, give back free
 * pages. One at a time, since each reads or writes all there is.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class Upkeep {

	private static final Logger logger = LoggerFactory.getLogger(Upkeep.class);

	private final String queue;

	private final Path directory;

	private final Supplier<List<StoreFile>> files;

	private final DiskSpace space;

	private final AtomicReference<String> underWay = new AtomicReference<>("");

	/**
	 * Creates the upkeep of a queue.
	 * @param queue its name
	 * @param directory of the queue, and maybe of others
	 * @param files all files, in the order in which several processes may lock them
	 * @param space tells what is free
	 */
	Upkeep(String queue, Path directory, Supplier<List<StoreFile>> files, DiskSpace space) {
		this.queue = queue;
		this.directory = directory;
		this.files = files;
		this.space = space;
	}

	Verification verify() {
		return alone("check", () -> new Verification(this.files.get().stream().map(StoreFile::check).toList()));
	}

	void compact() {
		alone("compaction", () -> {
			this.files.get().forEach(StoreFile::compact);
			return true;
		});
	}

	Path backup(Path target) {
		return alone("backup", () -> {
			long start = System.nanoTime();
			List<StoreFile> all = this.files.get();
			long bytes = all.stream().mapToLong(StoreFile::size).sum();
			try (BackupDirectory made = BackupDirectory.prepare(target, this.queue, this.directory, bytes,
					this.space)) {
				copy(all, made.incomplete());
				Path whole = made.complete();
				logger.info("Queue '{}' was backed up into {} in {} ms", this.queue, whole,
						(System.nanoTime() - start) / 1_000_000);
			}
			return target.toAbsolutePath().normalize();
		});
	}

	private <R> R alone(String what, Supplier<R> action) {
		if (!this.underWay.compareAndSet("", what)) {
			throw new QueueException("Queue '" + this.queue + "': a " + this.underWay.get()
					+ " is under way in this process. Start the " + what + " once it has ended.");
		}
		try {
			return action.get();
		}
		finally {
			this.underWay.set("");
		}
	}

	private void copy(List<StoreFile> all, Path directory) {
		List<StoreFile.Copy> copies = new ArrayList<>();
		try {
			all.forEach((file) -> copies.add(file.copy(directory)));
			still(all, 0, () -> copies.forEach(StoreFile.Copy::freeze));
			copies.forEach(StoreFile.Copy::write);
		}
		finally {
			copies.forEach(StoreFile.Copy::close);
		}
	}

	/**
	 * One moment for all files: what is under way between two of them is then in one of
	 * the copies, as after a crash. Each process locks them in the same order.
	 */
	private static void still(List<StoreFile> files, int first, Runnable action) {
		if (first == files.size()) {
			action.run();
			return;
		}
		files.get(first).still(() -> still(files, first + 1, action));
	}

}
