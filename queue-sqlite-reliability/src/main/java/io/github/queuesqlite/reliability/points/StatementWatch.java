package io.github.queuesqlite.reliability.points;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;

import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;

/**
 * Is called by SQLite itself while a statement runs, and at the end of each step of it.
 * One line planted in the core tells it of each connection that writes.
 */
public final class StatementWatch extends ProgressHandler {

	/** The header of the shared memory: each commit and each checkpoint changes it. */
	private static final int HEADER = 136;

	/** Now and then other files are looked at, too. */
	private static final int LOOK_EVERY = 64;

	private static volatile @Nullable Runnable watcher;

	private final Path sharedMemory;

	private @Nullable MappedByteBuffer header;

	private ByteBuffer seen = ByteBuffer.allocate(0);

	private int calls;

	private StatementWatch(Path sharedMemory) {
		this.sharedMemory = sharedMemory;
	}

	/**
	 * Watches a connection.
	 * @param connection one that writes
	 * @throws SQLException if it is closed
	 */
	public static void watch(Connection connection) throws SQLException {
		String file = connection.getMetaData().getURL().substring("jdbc:sqlite:".length());
		ProgressHandler.setHandler(connection, 1, new StatementWatch(Path.of(file + "-shm")));
	}

	/**
	 * Sets who is called, on the thread of the statement, when files may have changed.
	 * @param watcher null for nobody
	 */
	static void tell(@Nullable Runnable watcher) {
		StatementWatch.watcher = watcher;
	}

	@Override
	protected int progress() {
		Runnable current = watcher;
		if (current != null) {
			this.calls++;
			if (hasChanged() || this.calls % LOOK_EVERY == 0) {
				current.run();
			}
		}
		return 0; // go on
	}

	private boolean hasChanged() {
		MappedByteBuffer header = header();
		if (header == null) {
			return true;
		}
		if (header.equals(this.seen)) {
			return false;
		}
		ByteBuffer copy = ByteBuffer.allocate(HEADER);
		copy.put(0, header, 0, HEADER);
		this.seen = copy;
		return true;
	}

	private @Nullable MappedByteBuffer header() {
		try {
			if (this.header == null && Files.exists(this.sharedMemory) && Files.size(this.sharedMemory) >= HEADER) {
				try (FileChannel channel = FileChannel.open(this.sharedMemory, StandardOpenOption.READ)) {
					this.header = channel.map(FileChannel.MapMode.READ_ONLY, 0, HEADER);
				}
			}
			return this.header;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
