package io.github.queuesqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for what a start does to files of other versions. */
class SchemaModeTests extends QueueTester {

	@ParameterizedTest
	@ValueSource(strings = { "control.db", "queue_shard_1.db", "listen.db" })
	void openWhenAFileIsOlderAndMayNotBeMigratedIsRefusedAndChangesNothing(String name) throws SQLException {
		open((builder) -> builder.shards(2));
		MessageId id = this.operations.enqueue(TASK, "x");
		this.queue.close();
		int version = version(name);
		makeVersion(name, version - 1);
		for (SchemaMode mode : new SchemaMode[] { SchemaMode.VALIDATE, SchemaMode.NONE }) {
			assertThatExceptionOfType(StoreUnavailableException.class)
				.isThrownBy(() -> open((builder) -> builder.schema(mode)))
				.withMessageContaining(name)
				.withMessageContaining(
						"schema version " + (version - 1) + ", this version of queue-sqlite knows " + version)
				.withMessageContaining("'schema: migrate'");
			assertThat(version(name)).isEqualTo(version - 1);
		}
		open((builder) -> builder);
		assertThat(find(id)).isNotNull();
		assertThat(version(name)).isEqualTo(version);
	}

	@ParameterizedTest
	@EnumSource
	void openWhenAFileIsNewerIsRefused(SchemaMode mode) throws SQLException {
		open((builder) -> builder.shards(1));
		this.queue.close();
		makeVersion("queue_shard_0.db", 9999);
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> open((builder) -> builder.schema(mode)))
			.withMessageContaining("schema version 9999");
	}

	@Test
	void openWhenThereIsNothingCreatesItUnlessItMustBeThere() {
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> open((builder) -> builder.schema(SchemaMode.NONE)))
			.withMessageContaining("There is no directory")
			.withMessageContaining("start with 'schema: migrate' once");
		assertThat(this.directory).isEmptyDirectory();
		open((builder) -> builder.schema(SchemaMode.VALIDATE));
		MessageId id = this.operations.enqueue(TASK, "x");
		for (SchemaMode mode : SchemaMode.values()) {
			this.queue.close();
			open((builder) -> builder.schema(mode));
			assertThat(find(id)).isNotNull();
		}
	}

	private int version(String name) throws SQLException {
		try (Connection connection = connect(name);
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("PRAGMA user_version")) {
			return row.getInt(1);
		}
	}

	private void makeVersion(String name, int version) throws SQLException {
		try (Connection connection = connect(name); Statement statement = connection.createStatement()) {
			statement.execute("PRAGMA user_version = " + version);
		}
	}

	private Connection connect(String name) throws SQLException {
		Path file = this.directory.resolve("default").resolve(name);
		return DriverManager.getConnection("jdbc:sqlite:" + file);
	}

}
