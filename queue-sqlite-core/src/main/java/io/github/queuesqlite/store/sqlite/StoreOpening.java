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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.Quarantine;
import io.github.queuesqlite.store.Shard;
import io.github.queuesqlite.store.ShardFile;
import io.github.queuesqlite.store.ShardGroup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Opens the files of a directory, under the {@link OpenLock}: layout, migrations, a
 * change of the number of shards, sessions. A damaged shard is quarantined and the others
 * are opened.
 */
final class StoreOpening {

	private static final Logger logger = LoggerFactory.getLogger(StoreOpening.class);

	/** Checked before they are used: 0.2 s. Larger files are checked meanwhile. */
	private static final long MAX_CHECKED_BYTES = 32L * 1024 * 1024;

	private final QueueFiles files;

	private final SqliteStoreSettings settings;

	private final ControlFile control;

	private final Map<Integer, Connection> connections = new LinkedHashMap<>();

	private final Map<Integer, Quarantine> quarantines = new TreeMap<>();

	/** Shards to be checked once they are in use. */
	private final Set<Integer> doubtful = new HashSet<>();

	private long checkedBytes;

	StoreOpening(QueueFiles files, SqliteStoreSettings settings) {
		this.files = files;
		this.settings = settings;
		this.control = new ControlFile(files.control());
	}

	ShardGroup open() {
		try {
			Layout layout = storedLayout();
			for (int shard : layout.all()) {
				openShard(shard, layout);
			}
			layout = resized(layout);
			if (layout.moving()) {
				refuseToMoveDamaged();
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

	private Layout storedLayout() {
		Layout layout = this.control.layout();
		if (layout == null) {
			layout = layoutOfShards();
		}
		if (layout == null) {
			Integer wanted = this.settings.shards();
			layout = Layout
				.ofShards((wanted != null) ? wanted : Math.min(4, Runtime.getRuntime().availableProcessors()));
		}
		else if (!layout.moving()) {
			refuseMissing(layout);
		}
		this.control.store(layout);
		return layout;
	}

	private Layout resized(Layout stored) throws SQLException {
		Integer wanted = this.settings.shards();
		if (wanted == null || wanted == stored.accepting().size()) {
			return stored;
		}
		String obstacle = isAnybodyElseHere()
				? "another process uses it: the stored layout stays. Start alone to change it" : obstacle();
		if (!obstacle.isEmpty()) {
			logger.warn("'shards' is {}, but {} has {} and {}.", wanted, this.files.directory(),
					stored.accepting().size(), obstacle);
			return stored;
		}
		logger.info("Changing {} from {} to {} shards", this.files.directory(), stored.accepting().size(), wanted);
		Layout resized = stored.resized(wanted);
		this.control.store(resized);
		for (int shard : resized.all()) {
			Connection connection = this.connections.get(shard);
			if (connection != null) {
				writeLayout(connection, shard, resized, this.files.shard(shard));
			}
			else {
				openShard(shard, resized);
			}
		}
		return resized;
	}

	private String obstacle() throws SQLException {
		if (isAnyDamaged()) {
			return "a shard of it is quarantined: the stored layout stays. See to its file first";
		}
		return isAnyRelay() ? "messages are under way between them: the stored layout stays. They arrive now; start"
				+ " again to change it" : "";
	}

	/** What is under way is for a shard of the stored layout. */
	private boolean isAnyRelay() throws SQLException {
		for (Connection connection : this.connections.values()) {
			try (Statements statements = new Statements(connection)) {
				Long any = statements.number("SELECT " + RelayTable.IS_ANY);
				if (any != null && any != 0) {
					return true;
				}
			}
		}
		return false;
	}

	private boolean isAnyDamaged() {
		return this.quarantines.values().stream().anyMatch(Quarantine::isDeclared);
	}

	private void refuseToMoveDamaged() {
		for (Quarantine quarantine : this.quarantines.values()) {
			if (quarantine.isDeclared()) {
				throw new StoreUnavailableException("The number of shards of " + this.files.directory()
						+ " is being changed, which needs all of them. " + quarantine.reason(), null);
			}
		}
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
		StoreUnavailableException damaged = null;
		for (int shard = 0; shard < IdLayout.MAX_SHARDS; shard++) {
			Path file = this.files.shard(shard);
			if (Files.exists(file) && QueueFiles.size(file) > 0) {
				try {
					Layout layout = layoutOf(file);
					if (layout != null) {
						logger.warn("{} is missing: rebuilt from {}", this.files.control(), file);
						return layout;
					}
				}
				catch (StoreUnavailableException ex) {
					if (!SqliteFault.isDamage(ex)) {
						throw ex;
					}
					damaged = ex;
				}
			}
		}
		if (damaged != null) {
			throw damaged;
		}
		return null;
	}

	private @Nullable Layout layoutOf(Path file) {
		try (Connection connection = openFile(file);
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("SELECT layout FROM shard WHERE id = 1")) {
			return row.next() ? Layout.parse(row.getString(1), file.toString()) : null;
		}
		catch (SQLException ex) {
			throw cannotOpen(file, ex);
		}
	}

	private boolean isAnybodyElseHere() {
		try {
			return this.files.isInUse();
		}
		catch (IOException ex) {
			throw new StoreUnavailableException("Cannot look at the locks in " + this.files.directory() + ": " + ex,
					ex);
		}
	}

	private void openShard(int shard, Layout layout) throws SQLException {
		Path file = this.files.shard(shard);
		Quarantine quarantine = new Quarantine(shard, SqliteShardSession.label(shard, file));
		this.quarantines.put(shard, quarantine);
		Connection connection = null;
		try {
			connection = openChecked(shard, file, layout);
			writeLayout(connection, shard, layout, file);
			this.connections.put(shard, connection);
		}
		catch (SQLException | RuntimeException ex) {
			if (connection != null) {
				SqliteConnections.closeQuietly(connection);
			}
			if (!SqliteFault.isDamage(ex) || !this.control.isUsed()) {
				throw ex;
			}
			new DamageNote(file).declare(quarantine, ex);
		}
	}

	/** Opens a file that is what it was when it was closed, as far as a look can tell. */
	private Connection openChecked(int shard, Path file, Layout layout) throws SQLException {
		if (AbandonedFiles.contains(file)) {
			throw new SQLiteException("somebody laid hands on it while this process used it, which must end first",
					SQLiteErrorCode.SQLITE_CORRUPT);
		}
		boolean mayBeNew = layout.moving() || !this.control.isUsed();
		long size = QueueFiles.size(file);
		if (size == 0 && !mayBeNew) {
			// SQLite would take it for a new one and delete its log.
			throw new SQLiteException("the file is empty", SQLiteErrorCode.SQLITE_CORRUPT);
		}
		boolean unclean = size > 0 && Files.exists(QueueFiles.wal(file)) && !isAnybodyElseHere();
		Connection connection = openFile(file);
		boolean sound = false;
		try {
			if (new DamageNote(file).exists()) {
				refuseNoted(connection, file);
			}
			else if (unclean) {
				checkUnclean(connection, shard, size + QueueFiles.size(QueueFiles.wal(file)));
			}
			sound = true;
			return connection;
		}
		finally {
			if (!sound) {
				SqliteConnections.closeQuietly(connection);
			}
		}
	}

	private static void refuseTruncated(Connection connection, long size) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement
					.executeQuery("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")) {
			row.next();
			if (row.getLong(1) > size) {
				throw new SQLiteException("the file has " + size + " of " + row.getLong(1) + " bytes",
						SQLiteErrorCode.SQLITE_CORRUPT);
			}
		}
	}

	/**
	 * The last user of a file deletes its log. Where there is one, and nobody is here, it
	 * did not come to that: its process was killed or the machine went down.
	 */
	private void checkUnclean(Connection connection, int shard, long bytes) throws SQLException {
		if (this.checkedBytes + bytes > MAX_CHECKED_BYTES) {
			this.doubtful.add(shard);
			return;
		}
		this.checkedBytes += bytes;
		String found = IntegrityCheck.check(connection);
		if (!found.isEmpty()) {
			throw new SQLiteException(found, SQLiteErrorCode.SQLITE_CORRUPT);
		}
	}

	private void refuseNoted(Connection connection, Path file) throws SQLException {
		DamageNote note = new DamageNote(file);
		String found = isAnybodyElseHere() ? note.read() : note.check(connection);
		if (!found.isEmpty()) {
			throw new SQLiteException(found, SQLiteErrorCode.SQLITE_CORRUPT);
		}
	}

	private Connection openFile(Path file) {
		Connection connection = null;
		long size = QueueFiles.size(file);
		boolean whole = size > 0 && Files.notExists(QueueFiles.wal(file)) && Files.notExists(QueueFiles.journal(file));
		try {
			connection = SqliteConnections.openWriter(file, this.settings.cache().writer());
			if (whole) {
				// Before the migrations: what they add is in the log at first.
				refuseTruncated(connection, size);
			}
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
				ResultSet row = statement
					.executeQuery("SELECT EXISTS (SELECT 1 FROM message) OR EXISTS (SELECT 1 FROM history)")) {
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

	private ShardGroup group(Layout layout) {
		ReaderThreads threads = new ReaderThreads(this.settings.cache().reader());
		Lock turn = new ReentrantLock();
		long reserve = this.settings.disk().reserve(this.files.directory());
		DiskReserve held = new DiskReserve(this.files.directory(), DiskSettings.held(reserve));
		List<ShardFile> shardFiles = new ArrayList<>();
		List<Shard> shards = new ArrayList<>();
		for (int number : layout.all()) {
			Path file = this.files.shard(number);
			ShardFile shardFile = new ShardFile(number, String.valueOf(file.getFileName()),
					layout.accepting().contains(number), () -> QueueFiles.size(file),
					() -> QueueFiles.size(QueueFiles.wal(file)), () -> this.settings.disk().space().free(file),
					Objects.requireNonNull(this.quarantines.get(number)));
			shardFiles.add(shardFile);
			Connection connection = this.connections.get(number);
			if (connection != null) {
				Watermark watermark = new Watermark(file, SqliteShardSession.label(number, file),
						"Enqueues are refused until space is freed; completions go on.", this.settings.disk().space(),
						reserve, held);
				shard(shardFile, file, connection, watermark, threads, turn).ifPresent(shards::add);
			}
		}
		if (shards.isEmpty()) {
			threads.close();
			throw new StoreUnavailableException("Cannot open " + this.files.directory() + ": every shard is damaged. "
					+ shardFiles.get(0).quarantine().reason(), null);
		}
		return new ShardGroup(shardFiles, shards, layout.relocated(),
				new DirectoryMembership(this.files, this.control, threads), this.settings.writer(),
				this.settings.clock());
	}

	private Optional<Shard> shard(ShardFile shardFile, Path file, Connection connection, Watermark watermark,
			ReaderThreads threads, Lock turn) {
		ReaderGate gate = new ReaderGate();
		int number = shardFile.number();
		Quarantine quarantine = shardFile.quarantine();
		try {
			SqliteShardSession session = new SqliteShardSession(connection, gate, file, this.settings.walMax(),
					quarantine, watermark, number, this.settings.clock(), this.settings.retention(),
					this.settings.order(), this.settings.history());
			SqliteShardReader reader = new SqliteShardReader(number, file, gate, threads, quarantine,
					this.settings.retention(), this.settings.history(), this.settings.clock());
			if (this.doubtful.contains(number)) {
				IntegrityCheck check = new IntegrityCheck(file, quarantine, turn);
				gate.admit(check);
				check.start();
			}
			return Optional.of(new Shard(shardFile, session, reader));
		}
		catch (SQLException ex) {
			if (!SqliteFault.isDamage(ex)) {
				threads.close();
				throw cannotOpen(file, ex);
			}
			SqliteConnections.closeQuietly(connection);
			new DamageNote(file).declare(quarantine, ex);
			return Optional.empty();
		}
	}

}
