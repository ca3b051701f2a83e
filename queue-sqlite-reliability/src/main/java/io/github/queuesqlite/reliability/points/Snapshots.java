package io.github.queuesqlite.reliability.points;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Copies of a directory, one for each state that its files were in: what a start finds
 * after the process was killed at that moment. Lock files are not copied, as the kill
 * frees them, nor is the shared memory of the write-ahead log, which the first to open
 * the file makes anew.
 * <p>
 * <b>Threads:</b> any; one at a time copies, and holds up the statements of all others.
 */
final class Snapshots {

	private final Path directory;

	private final Path copies;

	private final List<Snapshot> taken = new ArrayList<>();

	private final Queue<Long> told = new ConcurrentLinkedQueue<>();

	private long points;

	private String latest = "";

	Snapshots(Path directory, Path copies) {
		this.directory = directory;
		this.copies = copies;
	}

	/** The caller was told that a message is stored: it must be in all later copies. */
	void told(long id) {
		this.told.add(id);
	}

	/** Copies the files if they have changed. */
	synchronized void point() {
		this.points++;
		try {
			String state = state();
			if (!state.equals(this.latest)) {
				this.latest = state;
				copy();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** A text that differs when the files do. Reading a log harms no lock. */
	private String state() throws IOException {
		StringBuilder state = new StringBuilder();
		for (Path file : files()) {
			try {
				state.append(file.getFileName()).append(' ').append(Files.size(file)).append(' ');
				if (file.toString().endsWith("-wal")) {
					CRC32C crc = new CRC32C();
					crc.update(Files.readAllBytes(file));
					state.append(crc.getValue());
				}
				else {
					state.append(Files.getLastModifiedTime(file));
				}
				state.append('\n');
			}
			catch (NoSuchFileException ex) {
				state.append("gone\n");
			}
		}
		return state.toString();
	}

	private List<Path> files() throws IOException {
		List<Path> files = new ArrayList<>();
		for (Path from : List.of(this.directory, this.directory.resolve("locks"))) {
			if (Files.isDirectory(from)) {
				try (Stream<Path> found = Files.list(from)) {
					found.filter(Snapshots::isData).sorted().forEach(files::add);
				}
			}
		}
		return files;
	}

	private static boolean isData(Path file) {
		String name = file.toString();
		return name.endsWith(".db") || name.endsWith("-wal") || name.endsWith(".map");
	}

	private void copy() throws IOException {
		Path to = this.copies.resolve(Integer.toString(this.taken.size()));
		Files.createDirectories(to.resolve("locks"));
		List<Long> told = List.copyOf(this.told);
		for (Path file : files()) {
			try {
				Files.copy(file, to.resolve(this.directory.relativize(file)));
			}
			catch (NoSuchFileException ex) {
				// A file of a moment: a log whose last user closed it.
			}
		}
		this.taken.add(new Snapshot(to, told));
	}

	synchronized List<Snapshot> taken() {
		return List.copyOf(this.taken);
	}

	/** How often it was looked. */
	synchronized long points() {
		return this.points;
	}

	/**
	 * The files of one moment.
	 *
	 * @param directory of the copies
	 * @param told ids of messages that somebody was told are stored
	 */
	record Snapshot(Path directory, List<Long> told) {

	}

}
