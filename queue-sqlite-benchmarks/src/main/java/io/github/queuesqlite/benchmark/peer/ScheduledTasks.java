package io.github.queuesqlite.benchmark.peer;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

/** The table that db-scheduler wants its users to create. */
final class ScheduledTasks {

	private static final String SQLITE = """
			CREATE TABLE scheduled_tasks (
			    task_name VARCHAR(100) NOT NULL,
			    task_instance VARCHAR(100) NOT NULL,
			    task_data BLOB,
			    execution_time TIMESTAMP NOT NULL,
			    picked BIT NOT NULL,
			    picked_by VARCHAR(50),
			    last_success TIMESTAMP,
			    last_failure TIMESTAMP,
			    consecutive_failures INT,
			    last_heartbeat TIMESTAMP,
			    version BIGINT NOT NULL,
			    PRIMARY KEY (task_name, task_instance)
			)""";

	private static final String POSTGRES = """
			CREATE TABLE scheduled_tasks (
			    task_name TEXT NOT NULL,
			    task_instance TEXT NOT NULL,
			    task_data BYTEA,
			    execution_time TIMESTAMP WITH TIME ZONE NOT NULL,
			    picked BOOLEAN NOT NULL,
			    picked_by TEXT,
			    last_success TIMESTAMP WITH TIME ZONE,
			    last_failure TIMESTAMP WITH TIME ZONE,
			    consecutive_failures INT,
			    last_heartbeat TIMESTAMP WITH TIME ZONE,
			    version BIGINT NOT NULL,
			    PRIMARY KEY (task_name, task_instance)
			)""";

	private ScheduledTasks() {
	}

	static <D extends DataSource> D createOnSqlite(D dataSource) {
		return create(dataSource, SQLITE);
	}

	static <D extends DataSource> D createOnPostgres(D dataSource) {
		return create(dataSource, POSTGRES);
	}

	/** Without priority the index for it is not wanted. */
	private static <D extends DataSource> D create(D dataSource, String table) {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(table);
			statement.execute("CREATE INDEX execution_time_idx ON scheduled_tasks (execution_time)");
			statement.execute("CREATE INDEX last_heartbeat_idx ON scheduled_tasks (last_heartbeat)");
			if (!connection.getAutoCommit()) {
				connection.commit();
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
		return dataSource;
	}

}
