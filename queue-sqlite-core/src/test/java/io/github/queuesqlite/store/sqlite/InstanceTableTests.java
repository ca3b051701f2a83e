package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class InstanceTableTests {

	private static final long DAY = Duration.ofDays(1).toMillis();

	@TempDir
	Path directory;

	private Connection connection;

	private Statements statements;

	private InstanceTable instances;

	@BeforeEach
	void open() throws SQLException {
		Path file = this.directory.resolve("shard.db");
		this.connection = SqliteConnections.openWriter(file);
		Migrations.shard().apply(this.connection, file);
		this.statements = new Statements(this.connection);
		this.instances = new InstanceTable(this.statements);
	}

	@AfterEach
	void close() throws SQLException {
		this.statements.close();
		this.connection.close();
	}

	private String epochs() throws SQLException {
		return this.statements.text("SELECT group_concat(epoch, ' ' ORDER BY epoch) FROM instance");
	}

	@Test
	void joinForgetsWhoHasBeenDeadForADay() throws SQLException {
		this.instances.join(1, "long dead", 0, 0);
		this.instances.join(2, "dead", 1, 0);
		this.instances.join(3, "silent", 2, 0);
		this.instances.beat(2, 1, DAY);
		this.instances.declareDead(1);
		this.instances.declareDead(2);
		this.instances.join(4, "new", 3, DAY);
		assertThat(epochs()).isEqualTo("1 2 3 4");
		this.instances.join(5, "newer", 4, DAY + 1);
		assertThat(epochs()).isEqualTo("2 3 4 5");
	}

	@Test
	void beatWhenSomeWereMissedIsAsHighAsElsewhere() throws SQLException {
		this.instances.join(1, "now and then", 0, 0);
		this.instances.beat(1, 1, 0);
		this.instances.beat(1, 5, 0);
		assertThat(this.statements.number("SELECT beat FROM instance WHERE epoch = 1")).isEqualTo(5);
		assertThat(this.instances.declareDead(1, 4)).isFalse();
		assertThat(this.instances.declareDead(1, 5)).isTrue();
		assertThat(this.instances.beat(1, 6, 0)).isFalse();
	}

	@Test
	void joinForgetsTheEarliestOfManyDead() throws SQLException {
		for (int epoch = 1; epoch <= 150; epoch++) {
			this.instances.join(epoch, "short-lived", 0, 0);
			this.instances.declareDead(epoch);
		}
		this.instances.join(151, "new", 0, 0);
		assertThat(this.statements.number("SELECT min(epoch) FROM instance")).isEqualTo(52);
	}

	@Test
	void joinWhenTheDeadStillOwnsMessagesKeepsIt() throws SQLException {
		this.instances.join(1, "owner", 0, 0);
		this.instances.declareDead(1);
		this.statements.run("""
				INSERT INTO message (id, seq, queue, task, state, priority, created_at, run_at, owner, checksum)
				VALUES (1, 1, 'default', 'task', 30, 0, 0, 0, 1, 0)""");
		this.instances.join(2, "new", 0, 2 * DAY);
		assertThat(epochs()).isEqualTo("1 2");
	}

}
