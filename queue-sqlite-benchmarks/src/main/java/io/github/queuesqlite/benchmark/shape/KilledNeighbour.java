package io.github.queuesqlite.benchmark.shape;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import io.github.queuesqlite.benchmark.measure.ChildJvm;

/** A process that shares the work, and is killed again and again in the midst of it. */
final class KilledNeighbour implements AutoCloseable {

	private static final int MESSAGES = 500;

	private final Path directory;

	private final Repeated killing;

	private volatile boolean ended;

	KilledNeighbour(Path directory) {
		this.directory = directory;
		this.killing = new Repeated("killer", 0, () -> {
			killInTheMidst();
			return null;
		});
	}

	private void killInTheMidst() throws IOException, InterruptedException {
		Process process = ChildJvm.start(Neighbour.class, List.of(this.directory.toString()));
		try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
			for (int i = 0; i < MESSAGES && !this.ended && lines.readLine() != null; i++) {
				// It works.
			}
		}
		finally {
			process.destroyForcibly().waitFor();
		}
	}

	@Override
	public void close() throws Exception {
		this.ended = true;
		this.killing.close();
	}

}
