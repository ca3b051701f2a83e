package io.github.queuesqlite.reliability.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * A disk that a trace is played on. What was synced before the power goes is there
 * afterwards; of the rest, each file keeps nothing, all, a beginning, or any sectors, and
 * each directory whose sync is missing keeps a beginning of its changes, or any names'.
 * <p>
 * <b>Threads:</b> one.
 */
public final class Disk {

	private final Trace trace;

	/** Files by their number, as long as they exist. */
	private final Map<Long, DiskFile> files = new HashMap<>();

	/** Paths of directories by their number. */
	private final Map<Long, String> directories = new HashMap<>();

	/** Names on the disk for certain; a directory has no file. */
	private final TreeMap<String, Name> names = new TreeMap<>();

	/** All names as the process sees them. */
	private final TreeMap<String, Name> seen = new TreeMap<>();

	private final List<Change> pending = new ArrayList<>();

	private final Map<Long, Integer> syncs = new HashMap<>();

	private int played;

	/**
	 * Creates an empty disk.
	 * @param trace what is played on it
	 */
	public Disk(Trace trace) {
		this.trace = trace;
	}

	/**
	 * Plays the trace up to an entry.
	 * @param end how many entries are played, at least as many as before
	 */
	public void play(int end) {
		for (; this.played < end; this.played++) {
			play(this.trace.entries().get(this.played), this.played);
		}
	}

	private void play(Trace.Entry entry, int number) {
		switch (entry.kind()) {
			case CREATE -> {
				DiskFile file = new DiskFile();
				this.files.put(entry.file(), file);
				this.directories.remove(entry.file());
				change(number, this.trace.text(entry), new Name(file));
			}
			case MKDIR -> {
				this.files.remove(entry.file());
				this.directories.put(entry.file(), this.trace.text(entry));
				change(number, this.trace.text(entry), new Name(null));
			}
			case OPEN -> {
				if (!this.files.containsKey(entry.file())) {
					this.directories.put(entry.file(), this.trace.text(entry));
				}
			}
			case UNLINK -> change(number, this.trace.text(entry), null);
			case RENAME -> {
				String[] paths = this.trace.text(entry).split("\n", -1);
				Name name = this.seen.get(paths[0]);
				change(number, paths[1], name);
				change(number, paths[0], null);
			}
			case WRITE -> file(entry).write(number, entry.offset(), this.trace.data(entry));
			case TRUNCATE -> file(entry).truncate(number, entry.offset());
			case EXTEND -> file(entry).extend(number, entry.offset());
			case SYNC_BEGIN -> this.syncs.put(entry.offset(), number);
			case SYNC_END -> sync(entry, this.syncs.getOrDefault(entry.offset(), 0));
		}
	}

	private DiskFile file(Trace.Entry entry) {
		DiskFile file = this.files.get(entry.file());
		if (file == null) {
			throw new IllegalStateException("The trace writes a file that it did not create: " + entry);
		}
		return file;
	}

	private void change(int number, String path, @Nullable Name name) {
		this.pending.add(new Change(number, path, name));
		apply(this.seen, path, name);
	}

	private void sync(Trace.Entry entry, int before) {
		DiskFile file = this.files.get(entry.file());
		if (file != null) {
			file.sync(before);
			return;
		}
		String directory = this.directories.get(entry.file());
		this.pending.removeIf((change) -> {
			boolean synced = change.number() < before && parent(change.path()).equals(directory);
			if (synced) {
				apply(this.names, change.path(), change.name());
			}
			return synced;
		});
	}

	private static void apply(Map<String, Name> names, String path, @Nullable Name name) {
		if (name == null) {
			names.remove(path);
		}
		else {
			names.put(path, name);
		}
	}

	private static String parent(String path) {
		return path.substring(0, path.lastIndexOf('/'));
	}

	/**
	 * Writes what is left when the power goes now.
	 * @param target an empty directory
	 * @param random chooses what survives of what was not synced
	 */
	public void cut(Path target, RandomGenerator random) throws IOException {
		for (Map.Entry<String, Name> entry : survivingNames(random).entrySet()) {
			Path path = target.resolve(entry.getKey().substring(1));
			DiskFile file = entry.getValue().file();
			Path parent = path.getParent();
			if (parent == null || !Files.isDirectory(parent)) {
				continue; // its directory did not survive
			}
			if (file == null) {
				Files.createDirectory(path);
			}
			else {
				Files.write(path, file.survivor(random).content());
			}
		}
	}

	private TreeMap<String, Name> survivingNames(RandomGenerator random) {
		TreeMap<String, Name> left = new TreeMap<>(this.names);
		if (random.nextBoolean()) {
			// A journal keeps a beginning.
			int kept = random.nextInt(this.pending.size() + 1);
			this.pending.subList(0, kept).forEach((change) -> apply(left, change.path(), change.name()));
			return left;
		}
		// Any names, each with a beginning of its changes.
		Map<String, Boolean> lost = new HashMap<>();
		for (Change change : this.pending) {
			if (lost.merge(change.path(), random.nextBoolean(), Boolean::logicalOr)) {
				continue;
			}
			apply(left, change.path(), change.name());
		}
		return left;
	}

	/**
	 * What a name stands for.
	 *
	 * @param file null for a directory
	 */
	private record Name(@Nullable DiskFile file) {

	}

	/**
	 * A name that was given or, when it stands for nothing, removed.
	 */
	private record Change(int number, String path, @Nullable Name name) {

	}

}
