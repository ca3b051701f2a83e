package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.StoreFile;
import org.jspecify.annotations.Nullable;

/**
 * The files of a directory for somebody who looks at them from outside: nothing is
 * created, migrated or repaired.
 */
public final class DirectoryFiles {

	private final QueueFiles files;

	private DirectoryFiles(QueueFiles files) {
		this.files = files;
	}

	/**
	 * Looks at a directory.
	 * @param directory of one queue
	 * @return its files
	 * @throws StoreUnavailableException if it is none: the text says why
	 */
	public static DirectoryFiles of(Path directory) {
		SqliteLibrary.check();
		Path absolute = directory.toAbsolutePath().normalize();
		// Of what may not be looked at, neither is known.
		if (Files.notExists(absolute)) {
			throw new StoreUnavailableException("There is no directory " + absolute + neighbours(absolute), null);
		}
		try {
			DirectoryFiles found = new DirectoryFiles(new QueueFiles(absolute.toRealPath()));
			if (found.shards().isEmpty()) {
				throw new StoreUnavailableException(absolute + " is not the directory of a queue: it has no file "
						+ "queue_shard_0.db" + neighbours(absolute.resolve("x")), null);
			}
			return found;
		}
		catch (AccessDeniedException ex) {
			throw new StoreUnavailableException("May not read " + absolute + ": be the user of the application", ex);
		}
		catch (IOException ex) {
			throw new StoreUnavailableException("Cannot read " + absolute + ": " + ex, ex);
		}
	}

	/** The queues that are where one was looked for. */
	private static String neighbours(Path missing) {
		Path parent = missing.getParent();
		if (parent == null || !Files.isReadable(parent)) {
			return "";
		}
		try (Stream<Path> all = Files.list(parent)) {
			List<String> names = all.filter((path) -> Files.exists(path.resolve("queue_shard_0.db")))
				.map((path) -> String.valueOf(path.getFileName()))
				.sorted()
				.limit(10)
				.toList();
			return names.isEmpty() ? "" : ". Queues in " + parent + ": " + String.join(", ", names);
		}
		catch (IOException ex) {
			return "";
		}
	}

	QueueFiles files() {
		return this.files;
	}

	/** The shards that have a file, in order. */
	Map<Integer, Path> shards() throws IOException {
		Map<Integer, Path> shards = new TreeMap<>();
		try (Stream<Path> all = Files.list(this.files.directory())) {
			List<Path> there = all.toList();
			for (int shard = 0; shard < IdLayout.MAX_SHARDS; shard++) {
				Path file = this.files.shard(shard);
				if (there.contains(file)) {
					shards.put(shard, file);
				}
			}
		}
		return shards;
	}

	/**
	 * Refuses files of another version: they would have to be migrated to be used.
	 * @throws StoreUnavailableException if one has another schema, or cannot be read
	 */
	public void refuseOtherVersions() {
		try {
			refuseOtherVersion(this.files.control(), Migrations.control());
			for (Path file : shards().values()) {
				refuseOtherVersion(file, Migrations.shard());
			}
			refuseOtherVersion(this.files.listen(), Migrations.listen());
		}
		catch (IOException ex) {
			throw new StoreUnavailableException("Cannot read " + this.files.directory() + ": " + ex, ex);
		}
	}

	private static void refuseOtherVersion(Path file, Migrations migrations) {
		if (QueueFiles.size(file) == 0) {
			return;
		}
		try (ForeignFile.Tidy tidy = new ForeignFile.Tidy(file);
				Connection connection = SqliteConnections.openReader(file)) {
			migrations.refuseOther(connection, file);
		}
		catch (SQLException ex) {
			if (!SqliteFault.isDamage(ex)) {
				throw cannotRead(file, ex);
			}
		}
	}

	static StoreUnavailableException cannotRead(Path file, SQLException ex) {
		return new StoreUnavailableException(
				"Cannot read " + file + ": " + ex.getMessage()
						+ (Files.isWritable(file.resolveSibling("")) ? ""
								: ". While no process uses it, whoever reads it must be able to write its directory"),
				ex);
	}

	/** The layout in the first shard that tells it; null when none does. */
	@Nullable Layout layout() throws IOException {
		for (Path file : shards().values()) {
			try (Connection connection = SqliteConnections.openReader(file);
					Statement statement = connection.createStatement();
					ResultSet row = statement.executeQuery("SELECT layout FROM shard WHERE id = 1")) {
				if (row.next()) {
					return Layout.parse(row.getString(1), file.toString());
				}
			}
			catch (SQLException ex) {
				if (!SqliteFault.isDamage(ex)) {
					throw cannotRead(file, ex);
				}
			}
		}
		return null;
	}

	/** Whether a process uses the directory. */
	boolean isInUse() {
		try {
			return this.files.isInUse();
		}
		catch (IOException ex) {
			// Whoever may not look at the locks must take them for held.
			return true;
		}
	}

	/**
	 * Returns the files as wholes, whoever else uses them.
	 * @return {@code control.db}, the shards, {@code listen.db}; those that are there
	 */
	public List<StoreFile> all() {
		List<StoreFile> all = new ArrayList<>();
		try {
			if (Files.exists(this.files.control())) {
				all.add(new ForeignFile(this, this.files.control(), false));
			}
			shards().values().forEach((file) -> all.add(new ForeignFile(this, file, true)));
			Path listen = this.files.listen();
			if (Files.exists(listen)) {
				all.add(new ForeignFile(this, listen, false));
			}
			return all;
		}
		catch (IOException ex) {
			throw new StoreUnavailableException("Cannot read " + this.files.directory() + ": " + ex, ex);
		}
	}

}
