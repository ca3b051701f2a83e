package io.github.queuesqlite.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/** A directory for the files of one benchmark run, deleted at the end. */
final class Workspace implements AutoCloseable {

	private final Path root;

	private int number;

	Workspace(@Nullable Path parent) throws IOException {
		if (parent != null) {
			Files.createDirectories(parent);
			this.root = Files.createTempDirectory(parent, "queue-benchmark-").toAbsolutePath();
		}
		else {
			this.root = Files.createTempDirectory("queue-benchmark-").toAbsolutePath();
		}
	}

	Path root() {
		return this.root;
	}

	/** Returns a directory that does not exist. */
	Path next(String name) {
		return this.root.resolve(++this.number + "-" + name);
	}

	/** Deletes a directory with everything in it. */
	static void delete(Path directory) throws IOException {
		if (!Files.exists(directory)) {
			return;
		}
		List<Path> paths;
		try (Stream<Path> walk = Files.walk(directory)) {
			paths = walk.sorted(Comparator.reverseOrder()).toList();
		}
		for (Path path : paths) {
			Files.delete(path);
		}
	}

	@Override
	public void close() throws IOException {
		delete(this.root);
	}

}
