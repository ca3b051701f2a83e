package io.github.queuesqlite.store.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.sqlite.core.CoreStatement;

/**
 * The statements of one connection, prepared once. Parameters are bound in the order
 * {@code ?1}, {@code ?2}, …
 * <p>
 * <b>Threads:</b> one at a time.
 */
final class Statements implements AutoCloseable {

	private final Connection connection;

	private final Map<String, PreparedStatement> prepared = new HashMap<>();

	Statements(Connection connection) {
		this.connection = connection;
	}

	Connection connection() {
		return this.connection;
	}

	/** Prepares without binding. */
	PreparedStatement prepare(String sql) throws SQLException {
		return prepare(sql, sql);
	}

	private PreparedStatement prepare(String key, String sql) throws SQLException {
		PreparedStatement statement = this.prepared.get(key);
		if (statement == null || isFinalized(statement)) {
			statement = this.connection.prepareStatement(sql);
			this.prepared.put(key, statement);
		}
		return statement;
	}

	/** The driver finalizes a statement whose run failed, and says so nowhere else. */
	private static boolean isFinalized(PreparedStatement statement) {
		return statement instanceof CoreStatement core && core.pointer.isClosed();
	}

	/** Prepares a statement that is the user's alone, and binds it. */
	PreparedStatement bindOwn(String user, String sql, @Nullable Object... values) throws SQLException {
		return bind(prepare(user + '\n' + sql, sql), values);
	}

	/** Prepares and binds. */
	PreparedStatement bind(String sql, @Nullable Object... values) throws SQLException {
		return bind(prepare(sql), values);
	}

	private static PreparedStatement bind(PreparedStatement statement, @Nullable Object... values) throws SQLException {
		for (int i = 0; i < values.length; i++) {
			bind(statement, i + 1, values[i]);
		}
		return statement;
	}

	static void bind(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
		if (value instanceof Long number) {
			statement.setLong(index, number);
		}
		else if (value instanceof Integer number) {
			statement.setInt(index, number);
		}
		else if (value instanceof String text) {
			statement.setString(index, text);
		}
		else if (value instanceof Double number) {
			statement.setDouble(index, number);
		}
		else if (value instanceof byte[] bytes) {
			statement.setBytes(index, bytes);
		}
		else if (value instanceof Boolean flag) {
			statement.setInt(index, flag ? 1 : 0);
		}
		else if (value == null) {
			statement.setNull(index, Types.NULL);
		}
		else {
			throw new IllegalArgumentException("Cannot bind " + value.getClass().getName());
		}
	}

	/** Runs a change and returns how many rows it changed. */
	int update(String sql, @Nullable Object... values) throws SQLException {
		return bind(sql, values).executeUpdate();
	}

	/** Runs a statement that gives no rows. */
	void run(String sql) throws SQLException {
		prepare(sql).execute();
	}

	/** Reads one number; null when there is no row or it is null. */
	@Nullable Long number(String sql, @Nullable Object... values) throws SQLException {
		try (ResultSet rows = bind(sql, values).executeQuery()) {
			if (!rows.next()) {
				return null;
			}
			long value = rows.getLong(1);
			return rows.wasNull() ? null : value;
		}
	}

	/** Reads one text; null when there is no row or it is null. */
	@Nullable String text(String sql, @Nullable Object... values) throws SQLException {
		try (ResultSet rows = bind(sql, values).executeQuery()) {
			return rows.next() ? rows.getString(1) : null;
		}
	}

	/** Calls back for each row. */
	void each(RowReader reader, String sql, @Nullable Object... values) throws SQLException {
		try (ResultSet rows = bind(sql, values).executeQuery()) {
			while (rows.next()) {
				reader.read(rows);
			}
		}
	}

	static @Nullable Long nullableLong(ResultSet row, int column) throws SQLException {
		long value = row.getLong(column);
		return (value == 0 && row.wasNull()) ? null : value;
	}

	@Override
	public void close() {
		for (PreparedStatement statement : this.prepared.values()) {
			SqliteConnections.closeQuietly(statement);
		}
		this.prepared.clear();
	}

	/** Reads the current row. */
	@FunctionalInterface
	interface RowReader {

		void read(ResultSet row) throws SQLException;

	}

}
