package io.github.queuesqlite.store.sqlite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import io.github.queuesqlite.message.FileCheck;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.Quarantine;
import io.github.queuesqlite.store.StoreFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that other processes may have open, and this one has not. It leaves nothing
 * beside it that was not there.
 */
final class ForeignFile implements StoreFile {

	private static final Logger logger = LoggerFactory.getLogger(ForeignFile.class);

	private final DirectoryFiles directory;

	private final Path file;

	private final boolean messages;

	ForeignFile(DirectoryFiles directory, Path file, boolean messages) {
		this.directory = directory;
		this.file = file;
		this.messages = messages;
	}

	private SqliteFileReads reads() {
		// Damage is for the reader of the report: the application finds it itself.
		return new SqliteFileReads(this.file, new ReaderGate(), new Quarantine(-1, name()), this.messages,
				(finding) -> {
				});
	}

	@Override
	public String name() {
		return String.valueOf(this.file.getFileName());
	}

	@Override
	public long size() {
		return reads().size();
	}

	@Override
	public FileCheck check() {
		if (QueueFiles.size(this.file) == 0) {
			return new FileCheck(name(), List.of("the file is empty"), Duration.ZERO, 0);
		}
		try (Tidy tidy = new Tidy(this.file)) {
			return reads().check();
		}
	}

	@Override
	public void compact() {
		throw new UnsupportedOperationException("Only who has the file open compacts it");
	}

	/** Others are kept from committing by SQLite's own lock. Where nobody is, by none. */
	@Override
	public void still(Runnable action) {
		if (!this.directory.isInUse()) {
			action.run();
			return;
		}
		try (Connection connection = SqliteConnections.openPlain(this.file)) {
			SqliteConnections.waitWhenBusy(connection);
			SqliteConnections.execute(connection, "BEGIN IMMEDIATE");
			try {
				action.run();
			}
			finally {
				SqliteConnections.execute(connection, "ROLLBACK");
			}
		}
		catch (SQLException ex) {
			throw new StoreUnavailableException(
					name() + " could not be locked for a moment: " + ex.getMessage() + ". Try again", ex);
		}
	}

	@Override
	public Copy copy(Path target) {
		Tidy tidy = new Tidy(this.file);
		Copy copy = reads().copy(target);
		return new Copy() {

			@Override
			public void freeze() {
				copy.freeze();
			}

			@Override
			public void write() {
				copy.write();
			}

			@Override
			public void close() {
				copy.close();
				tidy.close();
			}

		};
	}

	/**
	 * Who only reads a file that nobody has open leaves an empty log beside it, which
	 * would look like that of a process that was killed. SQLite removes it when one that
	 * may write closes last.
	 */
	record Tidy(Path file, boolean wanted) implements AutoCloseable {

		Tidy(Path file) {
			this(file, Files.notExists(QueueFiles.wal(file)));
		}

		@Override
		public void close() {
			if (!this.wanted || Files.notExists(QueueFiles.wal(this.file)) || !Files.isWritable(this.file)) {
				return;
			}
			try (Connection connection = SqliteConnections.openPlain(this.file)) {
				SqliteConnections.execute(connection, "SELECT count(*) FROM sqlite_schema");
			}
			catch (SQLException ex) {
				logger.debug("Cannot tidy {}", this.file, ex);
			}
		}

	}

}
