package io.github.queuesqlite.reliability.diskfull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/** Fills a disk as another program does: with a file of its own, by the block. */
final class DiskFiller implements AutoCloseable {

	private static final int BLOCK = 4096;

	private static final long TAKE_EVERY_NANOS = 1_000_000;

	private final Path file;

	private final FileChannel channel;

	private volatile boolean taking;

	private final Thread taker = new Thread(this::take, "filler");

	/**
	 * Begins.
	 * @param file to be created
	 */
	DiskFiller(Path file) throws IOException {
		this.file = file;
		this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
	}

	/** Writes until there is no room. */
	void fill() {
		ByteBuffer block = ByteBuffer.allocate(BLOCK);
		try {
			while (true) {
				block.clear();
				this.channel.write(block);
			}
		}
		catch (IOException ex) {
			// Full.
		}
	}

	/** Goes on to write whatever becomes free. */
	void takeEachByte() {
		this.taking = true;
		this.taker.start();
	}

	private void take() {
		while (this.taking) {
			fill();
			LockSupport.parkNanos(TAKE_EVERY_NANOS);
		}
	}

	/** Ends and frees it all. */
	@Override
	public void close() throws IOException {
		this.taking = false;
		try {
			this.taker.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.channel.close();
		Files.delete(this.file);
	}

}
