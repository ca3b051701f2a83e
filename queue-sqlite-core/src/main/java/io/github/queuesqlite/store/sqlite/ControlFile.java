package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code control.db}: the layout and the greatest epoch. Opened for each use,
 * under the {@link OpenLock}.
 */
final class ControlFile {

	private final Path file;

	ControlFile(Path file) {
		this.file = file;
	}

	/** Reads the layout; null when there is none yet. */
	@Nullable Layout layout() {
		return use((connection) -> {
			try (Statement statement = connection.createStatement();
					ResultSet row = statement.executeQuery("SELECT layout FROM control WHERE id = 1")) {
				return row.next() ? Layout.parse(row.getString(1), this.file.toString()) : null;
			}
		});
	}

	/** Returns whether an instance has ever joined: then all files were there. */
	boolean isUsed() {
		Long epoch = use((connection) -> {
			try (Statement statement = connection.createStatement();
					ResultSet row = statement.executeQuery("SELECT epoch FROM control WHERE id = 1")) {
				return row.next() ? row.getLong(1) : 0L;
			}
		});
		return epoch != null && epoch > 0;
	}

	void store(Layout layout) {
		use((connection) -> {
			try (PreparedStatement statement = connection.prepareStatement("""
					INSERT INTO control (id, layout) VALUES (1, ?1)
					ON CONFLICT (id) DO UPDATE SET layout = excluded.layout""")) {
				statement.setString(1, layout.toJson());
				return statement.executeUpdate();
			}
		});
	}

	/** Allots the next epoch. */
	long nextEpoch(long greatest) {
		Long epoch = use((connection) -> {
			try (PreparedStatement statement = connection
				.prepareStatement("UPDATE control SET epoch = max(epoch, ?1) + 1 WHERE id = 1 RETURNING epoch")) {
				statement.setLong(1, greatest);
				try (ResultSet row = statement.executeQuery()) {
					return row.next() ? row.getLong(1) : null;
				}
			}
		});
		if (epoch == null) {
			throw new StoreUnavailableException("The file " + this.file + " has lost its layout. Delete it and start"
					+ " again: it is rebuilt from the shards.", null);
		}
		return epoch;
	}

	private <R> @Nullable R use(Use<R> use) {
		try (Connection connection = SqliteConnections.openWriter(this.file)) {
			Migrations.control().apply(connection, this.file);
			return use.apply(connection);
		}
		catch (SQLException ex) {
			throw new StoreUnavailableException("Cannot use the file " + this.file + ": " + ex.getMessage()
					+ ". It holds no messages: if it is damaged, delete it and start again, it is rebuilt from the"
					+ " shards.", ex);
		}
	}

	/** Uses the file. */
	private interface Use<R> {

		@Nullable R apply(Connection connection) throws SQLException;

	}

}
