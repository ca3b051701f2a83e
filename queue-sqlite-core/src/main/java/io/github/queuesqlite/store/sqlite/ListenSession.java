package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.BiPredicate;

import io.github.queuesqlite.store.Quarantine;
import org.jspecify.annotations.Nullable;

/** The writing connection of {@code listen.db}. */
final class ListenSession extends SqliteSession {

	private static final long WAL_MAX = 1024L * 1024 * 1024;

	/** Changes after which the oldest are pruned in the same transaction. */
	private static final int PRUNE_EVERY = 256;

	private static final int PRUNE_STEP = 1000;

	private static final String PROBE = "UPDATE change_log SET probe = probe + 1";

	private final SqliteListenSettings settings;

	private int unpruned;

	ListenSession(Connection connection, ReaderGate gate, Path file, Quarantine quarantine,
			SqliteListenSettings settings) {
		super(connection, gate, file, WAL_MAX, quarantine, watermark(file, settings.disk()), "change_log");
		this.settings = settings;
	}

	private static Watermark watermark(Path file, DiskSettings disk) {
		Path directory = file.resolveSibling("");
		long reserve = disk.reserve(directory);
		return new Watermark(file, label(file), "New values are refused until space is freed; listeners go on.",
				disk.space(), reserve, new DiskReserve(directory, DiskSettings.held(reserve)));
	}

	@Override
	public void writeProbe() throws SQLException {
		statements().run(PROBE);
	}

	@Override
	public String label() {
		return label(file());
	}

	static String label(Path file) {
		return "listen data (" + file.getFileName() + ")";
	}

	@Override
	public void damaged(SQLException failure) {
		damaged(quarantine(), failure);
	}

	static void damaged(Quarantine quarantine, Throwable failure) {
		quarantine.declare("its file is damaged (" + SqliteFault.finding(failure)
				+ "). Messages are not concerned. Stop all"
				+ " processes of the directory and start again: unless the file turns out sound, it is set aside, and listen data begins anew.");
	}

	/** Sets a value, unless it is equal. */
	Changed put(String key, String codec, byte[] value, BiPredicate<String, byte[]> equal) throws SQLException {
		ListenValueTable.Row old = ListenValueTable.find(statements(), key);
		if (old != null && old.codec() != null && old.value() != null && equal.test(old.codec(), old.value())) {
			return new Changed(old.version(), false);
		}
		long version = ((old != null) ? old.version() : ListenValueTable.floor(statements())) + 1;
		return change(old, new ListenValueTable.Row(key, version, now(), codec, value));
	}

	/** Removes a value, if there is one. */
	Changed remove(String key) throws SQLException {
		ListenValueTable.Row old = ListenValueTable.find(statements(), key);
		if (old == null || old.codec() == null) {
			return new Changed(0, false);
		}
		return change(old, new ListenValueTable.Row(key, old.version() + 1, now(), null, null));
	}

	private Changed change(ListenValueTable.@Nullable Row old, ListenValueTable.Row now) throws SQLException {
		ListenValueTable.set(statements(), now, ChangeTable.append(statements(), old, now));
		this.unpruned++;
		if (this.unpruned >= PRUNE_EVERY) {
			prune();
		}
		return new Changed(now.version(), true);
	}

	/** Deletes some of what is too old or too much; returns how many changes. */
	int prune() throws SQLException {
		this.unpruned = 0;
		int pruned = ChangeTable.prune(statements(), now() - this.settings.retention().toMillis(),
				this.settings.maxChanges(), PRUNE_STEP);
		ListenValueTable.forgetRemoved(statements(), PRUNE_STEP);
		return pruned;
	}

	long now() {
		return this.settings.clock().millis();
	}

	/**
	 * What became of a value.
	 *
	 * @param version its version
	 * @param changed whether there was a change
	 */
	record Changed(long version, boolean changed) {

	}

}
