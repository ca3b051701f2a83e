package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.message.FileCheck;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.StoreFile;

/**
 * The file {@code control.db} as a whole. Nobody has it open for long, so it is used
 * under the {@link OpenLock}.
 */
final class ControlStoreFile implements StoreFile {

	private final QueueFiles files;

	ControlStoreFile(QueueFiles files) {
		this.files = files;
	}

	@Override
	public String name() {
		return String.valueOf(this.files.control().getFileName());
	}

	@Override
	public long size() {
		return QueueFiles.size(this.files.control());
	}

	@Override
	public FileCheck check() {
		long start = System.nanoTime();
		List<List<String>> found = new ArrayList<>();
		still(() -> found.add(read()));
		return new FileCheck(name(), found.get(0).stream().map(Names::oneLine).toList(),
				Duration.ofNanos(System.nanoTime() - start), size());
	}

	private List<String> read() {
		try (Connection connection = SqliteConnections.openWriter(this.files.control())) {
			return FileContent.findings(connection);
		}
		catch (SQLException ex) {
			return List.of(SqliteFault.isDamage(ex) ? SqliteFault.finding(ex) : "not checked: " + ex.getMessage());
		}
	}

	/** Has some hundred bytes. */
	@Override
	public void compact() {
	}

	@Override
	public void still(Runnable action) {
		try (OpenLock lock = OpenLock.acquire(this.files)) {
			action.run();
		}
		catch (IOException ex) {
			throw new StoreUnavailableException("Cannot lock " + this.files.directory() + ": " + ex, ex);
		}
	}

	@Override
	public Copy copy(Path directory) {
		Connection guard;
		try {
			guard = SqliteConnections.openWriter(this.files.control());
		}
		catch (SQLException ex) {
			throw new StoreUnavailableException("Cannot use the file " + this.files.control() + ": " + ex.getMessage(),
					ex);
		}
		FileCopy copy = null;
		try {
			copy = new FileCopy(this.files.control(), new ReaderGate(), false, directory.resolve(name()));
			return new GuardedCopy(copy, guard);
		}
		finally {
			if (copy == null) {
				SqliteConnections.closeQuietly(guard);
			}
		}
	}

	/**
	 * Whoever only reads leaves a log behind; the last to close must be one that writes.
	 */
	private record GuardedCopy(FileCopy copy, Connection guard) implements Copy {

		@Override
		public void freeze() {
			this.copy.freeze();
		}

		@Override
		public void write() {
			this.copy.write();
		}

		@Override
		public void close() {
			this.copy.close();
			SqliteConnections.closeQuietly(this.guard);
		}

	}

}
