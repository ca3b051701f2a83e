package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

import io.github.queuesqlite.store.ClaimOrder;
import io.github.queuesqlite.store.HistoryRule;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.Quarantine;
import io.github.queuesqlite.store.Quota;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.Settlement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A pause that another process has committed, and that nobody here has heard of. */
class PausedTaskTests {

	private static final Set<String> TASKS = Set.of("task", "other");

	@TempDir
	Path directory;

	private Connection other;

	private SqliteShardSession session;

	/** In a transaction of an instance. */
	@BeforeEach
	void open() throws SQLException {
		Path file = this.directory.resolve("queue_shard_0.db");
		this.other = SqliteConnections.openWriter(file);
		Migrations.shard().apply(this.other, file);
		SqliteConnections.execute(this.other, "INSERT INTO shard (id, number, layout) VALUES (1, 0, '')");
		this.session = new SqliteShardSession(SqliteConnections.openWriter(file), new ReaderGate(), file, 1L << 30,
				new Quarantine(0, "shard 0"), TestStore.noWatermark(file), 0, InstantSource.system(), Retention.DEFAULT,
				ClaimOrder.DEFAULT, HistoryRule.OFF);
		this.session.begin(true);
		this.session.join(1, "test", 0);
	}

	@AfterEach
	void close() throws SQLException {
		this.session.close();
		this.other.close();
	}

	@Test
	void claimWhenAnotherProcessHasJustPausedTheTaskTakesNothingOfIt() throws SQLException {
		this.session.insert(List.of(row(1, "task"), row(2, "other")));
		this.session.commit();
		SqliteConnections.execute(this.other, "INSERT INTO paused_task (name, paused_at) VALUES ('task', 0)");
		this.session.begin(true);
		assertThat(this.session.bestReady("default", Set.of("task"))).isEqualTo(1);
		assertThat(this.session.claim(1, "default", TASKS, 10, Quota.UNLIMITED)).singleElement()
			.satisfies((message) -> assertThat(message.task()).isEqualTo("other"));
		assertThat(this.session.bestReady("default", Set.of("task"))).isEqualTo(Integer.MIN_VALUE);
		this.session.commit();
	}

	@Test
	void turnWhenAnotherProcessHasJustPausedTheKeyIsNotPassedOn() throws SQLException {
		this.session.insert(List.of(keyed(1), keyed(2)));
		RunKey first = this.session.claim(1, "default", TASKS, 10, Quota.UNLIMITED).get(0).runKey();
		this.session.commit();
		SqliteConnections.execute(this.other, "INSERT INTO paused_key (name, paused_at) VALUES ('key', 0)");
		this.session.begin(true);
		this.session.settle(List.of(new Settlement.Complete(first, null, null)));
		assertThat(this.session.claim(1, "default", TASKS, 10, Quota.UNLIMITED)).isEmpty();
		this.session.commit();
	}

	private static Insertion keyed(long id) {
		return new Insertion(id, new Keys("task", null, null, "key", null), "default", "task", 1, 0, 0, null, null,
				null, null, null, false);
	}

	private static Insertion row(long id, String task) {
		return new Insertion(id, new Keys(task, null, null), "default", task, 1, 0, 0, null, null, null, null, null,
				false);
	}

}
