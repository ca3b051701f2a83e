package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.ClaimOrder;
import io.github.queuesqlite.store.HistoryRule;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.ShardGroup;
import io.github.queuesqlite.store.ShardedMessageStore;
import io.github.queuesqlite.store.WriterSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens stores. All that open one directory in this class loader share one store, so that
 * each file has one writer; another class loader, with its own SQLite library, is
 * refused: two libraries in one process drop each other's locks.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
public final class SqliteStores {

	private static final Logger logger = LoggerFactory.getLogger(SqliteStores.class);

	private static final String OPEN_IN = "io.github.queuesqlite.open.";

	/** Leaves it to the application to refuse. */
	private static final long GUEST_WAL_MAX = 64L * 1024 * 1024 * 1024;

	private static final Map<Path, SharedGroup> STORES = new HashMap<>();

	private SqliteStores() {
	}

	/**
	 * Opens a directory, creating or migrating its files.
	 * @param settings settings; those of the first that opens a directory hold for all
	 * that share it, and others are warned about
	 * @return a store, to be closed by its user
	 * @throws StoreUnavailableException if the directory cannot be used: the text says
	 * why and what to do
	 */
	public static MessageStore open(SqliteStoreSettings settings) {
		synchronized (STORES) {
			QueueFiles files = QueueFiles.prepare(settings.directory());
			Path directory = files.directory();
			SharedGroup shared = STORES.get(directory);
			if (shared == null) {
				String property = OPEN_IN + directory;
				if (System.getProperties()
					.putIfAbsent(property, SqliteStores.class.getClassLoader().toString()) != null) {
					throw new StoreUnavailableException("The directory " + directory
							+ " is open in another class loader of this JVM (" + System.getProperty(property)
							+ "). Close that queue first, or share the library: two SQLite libraries in one process"
							+ " would lose messages.", null);
				}
				try {
					shared = new SharedGroup(openGroup(files, settings), settings);
				}
				finally {
					if (shared == null) {
						System.clearProperty(property);
					}
				}
				STORES.put(directory, shared);
			}
			else {
				warnWhenIgnored(settings, shared.settings);
			}
			shared.users++;
			SharedGroup used = shared;
			return new ShardedMessageStore(used.group, () -> release(directory, used));
		}
	}

	/**
	 * Opens a directory to be read only, whoever else uses it. Nothing is created,
	 * migrated, claimed or registered.
	 * @param directory of one queue
	 * @param clock wall clock
	 * @return a store whose reads can be used, to be closed
	 * @throws StoreUnavailableException if the directory cannot be read, is none of a
	 * queue, or has files of another version
	 */
	public static MessageStore openToRead(Path directory, InstantSource clock) {
		return new ReadOnlyOpening(DirectoryFiles.of(directory), clock).open();
	}

	/**
	 * Opens a directory as it is, for somebody who changes single messages: nothing is
	 * created or migrated.
	 * @param directory of one queue
	 * @param writer settings of the writers
	 * @param retention how long ended messages are kept
	 * @param clock wall clock
	 * @return a store, to be closed by its user
	 * @throws StoreUnavailableException if the directory cannot be used, is none of a
	 * queue, or has files of another version
	 */
	public static MessageStore openAsGuest(Path directory, WriterSettings writer, Retention retention,
			InstantSource clock) {
		DirectoryFiles.of(directory).refuseOtherVersions();
		return open(new SqliteStoreSettings(directory, null, writer, retention, GUEST_WAL_MAX, clock,
				DiskSettings.asHeld(directory), ClaimOrder.DEFAULT,
				new HistoryRule(false, retention.dead(), retention.maxRows()), CacheSettings.DEFAULT));
	}

	/**
	 * Refuses files that would have to be migrated. Nothing is changed.
	 * @param directory of one queue
	 * @param mayBeMissing whether there may be none
	 * @throws StoreUnavailableException if there are files of another version, or none
	 * and there must be
	 */
	public static void refuseOtherVersions(Path directory, boolean mayBeMissing) {
		if (!mayBeMissing) {
			existing(directory).refuseOtherVersions();
		}
		else if (Files.exists(new QueueFiles(directory).shard(0))) {
			DirectoryFiles.of(directory).refuseOtherVersions();
		}
	}

	private static DirectoryFiles existing(Path directory) {
		try {
			return DirectoryFiles.of(directory);
		}
		catch (StoreUnavailableException ex) {
			throw new StoreUnavailableException(ex.getMessage()
					+ ". With 'schema: none' the files of a queue must be there: correct 'directory' and"
					+ " 'name', mount the disk, or start with 'schema: migrate' once.", ex);
		}
	}

	/** Returns whether this JVM has the directory open, in whatever class loader. */
	static boolean isOpen(@Nullable Path directory) {
		return System.getProperty(OPEN_IN + directory) != null;
	}

	private static void warnWhenIgnored(SqliteStoreSettings asked, SqliteStoreSettings held) {
		Map<String, Object> ignored = new TreeMap<>(described(asked));
		Map<String, Object> inUse = described(held);
		ignored.entrySet().removeAll(inUse.entrySet());
		if (!ignored.isEmpty()) {
			inUse.keySet().retainAll(ignored.keySet());
			ignored.keySet().forEach((name) -> inUse.putIfAbsent(name, "not set"));
			logger.warn(
					"Another queue of this application has {} open, with its own settings: asked for {}, but {} holds. "
							+ "Give the queues the same settings, or a 'name' or 'directory' each.",
					asked.directory(), ignored, inUse);
		}
	}

	private static Map<String, Object> described(SqliteStoreSettings settings) {
		Map<String, Object> described = new TreeMap<>();
		described.put("durability", settings.writer().synced() ? "full" : "normal");
		described.put("enqueue.max-pending", settings.writer().maxPending());
		described.put("enqueue.block-timeout", settings.writer().blockTimeout());
		described.put("retention", settings.retention());
		described.put("wal.max", settings.walMax());
		described.put("cache.writer", settings.cache().writer());
		described.put("cache.reader", settings.cache().reader());
		if (settings.disk().reserve() != null) {
			described.put("disk.reserve", settings.disk().reserve());
		}
		if (settings.shards() != null) {
			described.put("shards", settings.shards());
		}
		return described;
	}

	private static void release(Path directory, SharedGroup shared) {
		synchronized (STORES) {
			shared.users--;
			if (shared.users == 0) {
				STORES.remove(directory);
				try {
					shared.group.close();
				}
				finally {
					System.clearProperty(OPEN_IN + directory);
				}
			}
		}
	}

	private static ShardGroup openGroup(QueueFiles files, SqliteStoreSettings settings) {
		SqliteLibrary.check();
		try (OpenLock lock = OpenLock.acquire(files)) {
			return new StoreOpening(files, settings).open();
		}
		catch (IOException ex) {
			throw new StoreUnavailableException("Cannot open " + files.directory() + ": " + ex, ex);
		}
	}

	/** Shards and how many stores use them. */
	private static final class SharedGroup {

		private final ShardGroup group;

		private final SqliteStoreSettings settings;

		private int users;

		SharedGroup(ShardGroup group, SqliteStoreSettings settings) {
			this.group = group;
			this.settings = settings;
		}

	}

}
