package io.github.queuesqlite.reliability.processes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.github.queuesqlite.reliability.Outcome;

/**
 * Measures the machine beside the queue, since no figure of a queue is better than that
 * of the processor and the disk that it waits for.
 */
final class Machine implements AutoCloseable {

	private static final long PAUSE_MILLIS = 250;

	private final Outcome outcome;

	private final Path file;

	private final Thread thread;

	private Machine(Outcome outcome, Path file) {
		this.outcome = outcome;
		this.file = file;
		this.thread = new Thread(this::measure, "machine");
		this.thread.setDaemon(true);
	}

	/**
	 * Measures until it is closed.
	 * @param file on the disk of the queue; created
	 */
	static Machine measured(Outcome outcome, Path file) {
		Machine machine = new Machine(outcome, file);
		machine.thread.start();
		return machine;
	}

	private void measure() {
		try (FileChannel channel = FileChannel.open(this.file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
			while (true) {
				long start = System.nanoTime();
				Thread.sleep(PAUSE_MILLIS);
				long awake = System.nanoTime();
				channel.write(ByteBuffer.allocate(4096), 0);
				channel.force(false);
				this.outcome.sample("beside it: how late a thread wakes, ms", (awake - start) / 1e6 - PAUSE_MILLIS);
				this.outcome.sample("beside it: a sync of 4 KB, ms", (System.nanoTime() - awake) / 1e6);
			}
		}
		catch (InterruptedException | IOException ex) {
			// Measured long enough; or there is less to compare with.
		}
	}

	@Override
	public void close() {
		this.thread.interrupt();
	}

}
