package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.Shard;
import io.github.queuesqlite.store.ShardGroup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Opens the files of a directory, under the {@link OpenLock}: layout, migrations, a
 * change of the number of shards, sessions.
 */
final class StoreOpening {

	private static final Logger logger = LoggerFactory.getLogger(StoreOpening.class);

	private final QueueFiles files;

	private final SqliteStoreSettings settings;

	private final ControlFile control;

	private final Map<Integer, Connection> connections = new LinkedHashMap<>();

	StoreOpening(QueueFiles files, SqliteStoreSettings settings) {
		this.files = files;
		this.settings = settings;
		this.control = new ControlFile(files.control());
	}

	ShardGroup open() {
		try {
			Layout layout = chooseLayout();
			for (int shard : layout.all()) {
				openShard(shard, layout);
			}
			if (layout.moving()) {
				layout = move(layout);
			}
			QueueFiles.sync(this.files.directory());
			return group(layout);
		}
		catch (RuntimeException ex) {
			this.connections.values().forEach(SqliteConnections::closeQuietly);
			throw ex;
		}
		catch (SQLException ex) {
			this.connections.values().forEach(SqliteConnections::closeQuietly);
			throw new StoreUnavailableException("Cannot open " + this.files.directory() + ": " + ex.getMessage(), ex);
		}
	}

	private Layout chooseLayout() {
		Layout stored = this.control.layout();
		if (stored == null) {
			stored = layoutOfShards();
		}
		Integer wanted = this.settings.shards();
		if (stored == null) {
			int cores = Runtime.getRuntime().availableProcessors();
			Layout first = Layout.ofShards((wanted != null) ? wanted : Math.min(4, cores));
			this.control.store(first);
			return first;
		}
		if (!stored.moving()) {
			refuseMissing(stored);
		}
		if (wanted != null && wanted != stored.accepting().size()) {
			if (isAnybodyElseHere()) {
				logger.warn("'shards' is {}, but {} has {} and another process uses it: the stored layout stays. Start"
						+ " alone to change it.", wanted, this.files.directory(), stored.accepting().size());
				return stored;
			}
			logger.info("Changing {} from {} to {} shards", this.files.directory(), stored.accepting().size(), wanted);
			stored = stored.resized(wanted);
		}
		this.control.store(stored);
		return stored;
	}

	/** An empty file in its place would hide that messages are lost. */
	private void refuseMissing(Layout stored) {
		for (int shard : stored.all()) {
			Path file = this.files.shard(shard);
			if (Files.notExists(file) && this.control.isUsed()) {
				throw new StoreUnavailableException("The file " + file + " is missing, one of " + stored.all().size()
						+ " shards. Put it back, or mount its disk; to go on without its messages, delete "
						+ this.files.control() + ", which is rebuilt from the other shards.", null);
			}
		}
	}

	/** A lost control.db is rebuilt from the copy in any shard. */
	private @Nullable Layout layoutOfShards() {
		for (int shard = 0; shard < IdLayout.MAX_SHARDS; shard++) {
			Path file = this.files.shard(shard);
			if (Files.exists(file) && QueueFiles.size(file) > 0) {
				try (Connection connection = openFile(file);
						Statement statement = connection.createStatement();
						ResultSet row = statement.executeQuery("SELECT layout FROM shard WHERE id = 1")) {
					if (row.next()) {
						logger.warn("{} is missing: rebuilt from {}", this.files.control(), file);
						return Layout.parse(row.getString(1), file.toString());
					}
				}
				catch (SQLException ex) {
					throw cannotOpen(file, ex);
				}
			}
		}
		return null;
	}

	private boolean isAnybodyElseHere() {
		try {
			for (int slot = 0; slot < IdLayout.MAX_SLOTS; slot++) {
				Path lock = this.files.slotLock(slot);
				if (Files.exists(lock) && !HeldLocks.isFree(lock)) {
					return true;
				}
			}
			return false;
		}
		catch (IOException ex) {
			throw new StoreUnavailableException("Cannot look at the locks in " + this.files.directory() + ": " + ex,
					ex);
		}
	}

	private void openShard(int shard, Layout layout) throws SQLException {
		Path file = this.files.shard(shard);
		Connection connection = openFile(file);
		this.connections.put(shard, connection);
		writeLayout(connection, shard, layout, file);
	}

	private static Connection openFile(Path file) {
		Connection connection = null;
		try {
			connection = SqliteConnections.openWriter(file);
			Migrations.shard().apply(connection, file);
			return connection;
		}
		catch (SQLException ex) {
			if (connection != null) {
				SqliteConnections.closeQuietly(connection);
			}
			throw cannotOpen(file, ex);
		}
		catch (RuntimeException ex) {
			if (connection != null) {
				SqliteConnections.closeQuietly(connection);
			}
			throw ex;
		}
	}

	private static StoreUnavailableException cannotOpen(Path file, SQLException ex) {
		String advice = "Check that the disk is there, has room, and that the application may write the file.";
		if (ex instanceof SQLiteException sqlite && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_NOTADB) {
			advice = "It is not a SQLite database: move it away or use another directory.";
		}
		else if (ex instanceof SQLiteException sqlite
				&& (sqlite.getResultCode().code & 0xff) == SQLiteErrorCode.SQLITE_CORRUPT.code) {
			advice = "It is damaged: move it away and recover it with the sqlite3 shell (.recover), or restore a"
					+ " backup.";
		}
		return new StoreUnavailableException("Cannot open the file " + file + ": " + ex.getMessage() + ". " + advice,
				ex);
	}

	private static void writeLayout(Connection connection, int shard, Layout layout, Path file) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement("""
				INSERT INTO shard (id, number, layout) VALUES (1, ?1, ?2)
				ON CONFLICT (id) DO UPDATE SET layout = excluded.layout
				RETURNING number""")) {
			statement.setInt(1, shard);
			statement.setString(2, layout.toJson());
			try (ResultSet row = statement.executeQuery()) {
				if (row.next() && row.getInt(1) != shard) {
					throw new StoreUnavailableException("The file " + file + " is shard " + row.getInt(1) + ", not "
							+ shard + ": it was renamed or copied. Give it its name back.", null);
				}
			}
		}
	}

	private Layout move(Layout layout) throws SQLException {
		new Relocation(this.connections, layout).run();
		Layout moved = layout.moved();
		for (int shard : layout.draining()) {
			if (isEmpty(this.connections.get(shard))) {
				moved = moved.without(shard);
			}
		}
		for (Map.Entry<Integer, Connection> entry : this.connections.entrySet()) {
			writeLayout(entry.getValue(), entry.getKey(), moved, this.files.shard(entry.getKey()));
		}
		this.control.store(moved);
		for (int shard : layout.draining()) {
			if (!moved.draining().contains(shard)) {
				remove(shard);
			}
		}
		return moved;
	}

	private static boolean isEmpty(@Nullable Connection connection) throws SQLException {
		if (connection == null) {
			return false;
		}
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("SELECT EXISTS (SELECT 1 FROM message)")) {
			row.next();
			return row.getInt(1) == 0;
		}
	}

	private void remove(int shard) {
		Connection connection = this.connections.remove(shard);
		if (connection != null) {
			SqliteConnections.closeQuietly(connection);
		}
		try {
			Files.deleteIfExists(this.files.shard(shard));
			logger.info("Shard {} is empty and was removed", shard);
		}
		catch (IOException ex) {
			logger.warn("The empty shard {} could not be deleted: {}", shard, ex.toString());
		}
	}

	private ShardGroup group(Layout layout) throws SQLException {
		ReaderThreads threads = new ReaderThreads();
		List<Shard> shards = new ArrayList<>();
		for (Map.Entry<Integer, Connection> entry : this.connections.entrySet()) {
			int number = entry.getKey();
			Path file = this.files.shard(number);
			ReaderGate gate = new ReaderGate();
			SqliteShardSession session = new SqliteShardSession(entry.getValue(), gate, file, this.settings.walMax(),
					number, this.settings.clock(), this.settings.retention());
			SqliteShardReader reader = new SqliteShardReader(number, file, gate, threads, this.settings.retention(),
					this.settings.clock());
			shards.add(new Shard(number, String.valueOf(file.getFileName()), layout.accepting().contains(number),
					session, reader, () -> QueueFiles.size(file), () -> QueueFiles.size(QueueFiles.wal(file))));
		}
		return new ShardGroup(shards, layout.relocated(), new DirectoryMembership(this.files, this.control, threads),
				this.settings.writer(), this.settings.clock());
	}

}
