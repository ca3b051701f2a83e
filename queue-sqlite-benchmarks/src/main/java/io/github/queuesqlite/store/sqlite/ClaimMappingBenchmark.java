package io.github.queuesqlite.store.sqlite;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.store.StoredMessage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** From a row of the driver to a message. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ClaimMappingBenchmark {

	private static final int ROWS = 1000;

	private static final String FILL = """
			CREATE TABLE claimed AS
			WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < %d)
			SELECT n AS id, n AS seq, 'noop' AS task, 1 AS priority, n AS created_at, n AS run_at, 0 AS attempt,
			    0 AS run, 'json' AS codec,
			    0 AS checksum, 0 AS more, NULL AS max_attempts, NULL AS expires_at, NULL AS idempotency_key,
			    NULL AS unique_key, NULL AS attributes, NULL AS last_error, NULL AS ordering_key,
			    randomblob(200) AS payload
			FROM number""";

	private final Texts texts = new Texts();

	private final Checksum checksum = new Checksum();

	private final Connection connection;

	private final PreparedStatement select;

	/**
	 * Fills a table in memory with rows as a claim gives them back.
	 */
	public ClaimMappingBenchmark() {
		try {
			this.connection = DriverManager.getConnection("jdbc:sqlite::memory:");
			SqliteConnections.execute(this.connection, FILL.formatted(ROWS));
			this.select = this.connection.prepareStatement("SELECT * FROM claimed");
			writeChecksums();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void writeChecksums() throws SQLException {
		Map<Long, Long> checksums = new HashMap<>();
		try (ResultSet rows = this.select.executeQuery()) {
			while (rows.next()) {
				StoredMessage row = MessageTable.claimed(rows, this.texts, this.checksum, 0, "default", 1, 1);
				checksums.put(row.id(), this.checksum.of(row, row.codec(), row.payload()));
			}
		}
		try (Statements statements = new Statements(this.connection)) {
			for (Map.Entry<Long, Long> entry : checksums.entrySet()) {
				statements.update("UPDATE claimed SET checksum = ?1 WHERE id = ?2", entry.getValue(), entry.getKey());
			}
		}
	}

	/** Reads all rows. */
	@Benchmark
	@OperationsPerInvocation(ROWS)
	public void rowToMessage(Blackhole blackhole) throws SQLException {
		try (ResultSet rows = this.select.executeQuery()) {
			while (rows.next()) {
				StoredMessage message = MessageTable.claimed(rows, this.texts, this.checksum, 0, "default", 1, 1);
				blackhole.consume(message);
			}
		}
	}

	/** Closes the table. */
	@TearDown
	public void close() throws SQLException {
		this.select.close();
		this.connection.close();
	}

}
