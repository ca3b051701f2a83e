package io.github.queuesqlite.reliability;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.ObjDoubleConsumer;

/**
 * Measures the machine beside the queue, since no figure of a queue is better than that
 * of the processor and the disk that it waits for.
 */
public final class Machine implements AutoCloseable {

	/** What it calls the time of a sync. */
	public static final String SYNC = "beside it: a sync of 4 KB, ms";

	private static final String WAKE = "beside it: how late a thread wakes, ms";

	private final ObjDoubleConsumer<String> samples;

	private final long pauseMillis;

	private final Path file;

	private final Thread thread;

	private Machine(Path file, Duration pause, ObjDoubleConsumer<String> samples) {
		this.samples = samples;
		this.pauseMillis = pause.toMillis();
		this.file = file;
		this.thread = new Thread(this::measure, "machine");
		this.thread.setDaemon(true);
	}

	/**
	 * Measures until it is closed.
	 * @param file on the disk of the queue; created
	 * @param pause between two samples
	 * @param samples gets what was measured, and how long it took, in milliseconds; on
	 * another thread
	 * @return closed by the caller
	 */
	public static Machine measured(Path file, Duration pause, ObjDoubleConsumer<String> samples) {
		Machine machine = new Machine(file, pause, samples);
		machine.thread.start();
		return machine;
	}

	private void measure() {
		try (FileChannel channel = FileChannel.open(this.file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
			while (true) {
				long start = System.nanoTime();
				Thread.sleep(this.pauseMillis);
				long awake = System.nanoTime();
				channel.write(ByteBuffer.allocate(4096), 0);
				channel.force(false);
				this.samples.accept(WAKE, (awake - start) / 1e6 - this.pauseMillis);
				this.samples.accept(SYNC, (System.nanoTime() - awake) / 1e6);
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
