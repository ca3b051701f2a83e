package io.github.queuesqlite.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.Hosting;
import io.github.queuesqlite.store.Pauses;
import io.github.queuesqlite.store.Situation;
import io.github.queuesqlite.store.Situation.Host;
import io.github.queuesqlite.store.Situation.Other;
import io.github.queuesqlite.store.Situation.Owner;
import io.github.queuesqlite.store.Situation.Standing;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Reads a message with all in its shard that decides whether it runs. Each statement
 * looks for what it wants in an index, and counts no further than is said.
 */
final class SituationReader {

	static final String FIND = "SELECT " + MessageTable.COLUMNS + ", deaths FROM message WHERE id = ?1";

	static final String HOSTS = "SELECT epoch, name, hosting FROM instance WHERE dead = 0";

	static final String OWNER = "SELECT epoch, name, dead FROM instance WHERE epoch = ?1";

	private static final String OTHER = "SELECT message.id, message.task, message.state, run_at, started_at";

	static final String WAITS = """
			SELECT kind, missing, stopped, (SELECT count(*) FROM follower WHERE waiting_id = ?1) FROM waiting
			WHERE message_id = ?1""";

	static final String WAITED_FOR = OTHER + """
			 FROM follower JOIN message ON message.id = follower.message_id
			WHERE waiting_id = ?1 AND message.state BETWEEN ?2 AND ?3
			ORDER BY position
			LIMIT ?4""";

	static final String FOLLOWERS = OTHER + """
			 FROM follower JOIN message ON message.id = waiting_id
			WHERE follower.message_id = ?1
			ORDER BY waiting_id
			LIMIT ?2""";

	static final String TURN = OTHER + """
			 FROM turn JOIN message ON message.id = turn.message_id
			WHERE turn.ordering_key = ?1 AND state IN (20, 22, 30) AND message.id <> ?2""";

	private static final String BEFORE_IN_LINE = """
			 FROM (
			    SELECT message_id FROM line
			    WHERE ordering_key = ?1 AND (seq, message_id) < (?2, ?3)
			    ORDER BY seq, message_id
			    LIMIT ?4) AS earlier
			JOIN message ON message.id = earlier.message_id
			WHERE message.state < 40""";

	static final String COUNT_BEFORE_IN_LINE = "SELECT count(*)" + BEFORE_IN_LINE;

	static final String FIRST_IN_LINE = OTHER + BEFORE_IN_LINE + " LIMIT 1";

	static final String CROWD = """
			SELECT concurrency_key, priority, seq FROM crowd WHERE message_id = ?1""";

	static final String PASSED = OTHER + """
			 FROM crowd JOIN message ON message.id = message_id
			WHERE crowd.task = ?1 AND concurrency_key = ?2 AND phase = ?3 AND message_id <> ?4
			LIMIT 1""";

	static final String COUNT_BEFORE_IN_CROWD = """
			SELECT count(*) FROM (
			    SELECT * FROM (
			        SELECT 1 FROM crowd
			        WHERE task = ?1 AND concurrency_key = ?2 AND phase = 0 AND priority > ?3
			        LIMIT ?5)
			    UNION ALL
			    SELECT * FROM (
			        SELECT 1 FROM crowd
			        WHERE task = ?1 AND concurrency_key = ?2 AND phase = 0 AND priority = ?3 AND seq < ?4
			        LIMIT ?5))""";

	private final Statements statements;

	private final int shard;

	private final long now;

	SituationReader(Statements statements, int shard, long now) {
		this.statements = statements;
		this.shard = shard;
		this.now = now;
	}

	/** Null when there is no such message. */
	@Nullable Situation read(long id) throws SQLException {
		@Nullable Found[] found = { null };
		Checksum checksum = new Checksum();
		this.statements.each((row) -> found[0] = new Found(MessageTable.stored(row, checksum, this.shard),
				standing(row.getInt(5)), row.getInt(28)), FIND, id);
		return (found[0] != null) ? read(found[0].message(), found[0].standing(), found[0].deaths()) : null;
	}

	private Situation read(StoredMessage message, Standing standing, int deaths) throws SQLException {
		boolean ended = standing == Standing.ENDED;
		Situation.Crowd crowd = ended ? null : crowd(message);
		String key = (crowd != null) ? crowd.key() : message.orderingKey();
		return new Situation(message, standing, deaths, owner(message.owner()),
				PauseTable.read(this.statements, message.queue(), message.task(), key, this.now), hosts(),
				waitsFor(message),
				(ended || message.orderingKey() == null) ? null : line(message, message.orderingKey()), crowd,
				ended ? others(FOLLOWERS, message.id(), Situation.NAMED) : List.of());
	}

	private static Standing standing(int code) {
		return switch (code) {
			case StateCode.SCHEDULED -> Standing.SCHEDULED;
			case StateCode.READY -> Standing.READY;
			case StateCode.HELD -> Standing.HELD;
			case StateCode.SUSPECT -> Standing.SUSPECT;
			case StateCode.RUNNING -> Standing.RUNNING;
			default -> Standing.ENDED;
		};
	}

	private @Nullable Owner owner(long epoch) throws SQLException {
		@Nullable Owner[] owner = { null };
		this.statements.each((row) -> owner[0] = new Owner(row.getLong(1), text(row, 2), row.getInt(3) != 0), OWNER,
				epoch);
		return owner[0];
	}

	private List<Host> hosts() throws SQLException {
		List<Host> hosts = new ArrayList<>();
		this.statements.each((row) -> {
			String hosting = row.getString(3);
			hosts.add(
					new Host(row.getLong(1), text(row, 2), (hosting != null) ? Hosting.decode(hosting) : Hosting.NONE));
		}, HOSTS);
		return hosts;
	}

	private Situation.@Nullable WaitsFor waitsFor(StoredMessage message) throws SQLException {
		Situation.@Nullable WaitsFor[] wait = { null };
		this.statements.each((row) -> wait[0] = new Situation.WaitsFor(Wait.Kind.values()[row.getInt(1) - 1],
				row.getInt(2), row.getInt(4), row.getInt(3) != 0, List.of()), WAITS, message.id());
		Situation.WaitsFor found = wait[0];
		if (found == null) {
			return null;
		}
		boolean waits = message.state() == MessageState.SCHEDULED;
		List<Other> named = others(WAITED_FOR, message.id(), waits ? StateCode.SCHEDULED : StateCode.DEAD,
				waits ? StateCode.RUNNING : StateCode.EXPIRED, Situation.NAMED);
		return new Situation.WaitsFor(found.kind(), found.missing(), found.all(), found.stopped(), named);
	}

	private Situation.Line line(StoredMessage message, String key) throws SQLException {
		int most = Situation.MOST_COUNTED + 1;
		Long ahead = this.statements.number(COUNT_BEFORE_IN_LINE, key, message.seq(), message.id(), most);
		List<Other> turn = others(TURN, key, message.id());
		List<Other> first = turn.isEmpty() ? others(FIRST_IN_LINE, key, message.seq(), message.id(), most) : turn;
		return new Situation.Line(key, first.isEmpty() ? null : first.get(0), (ahead != null) ? ahead.intValue() : 0);
	}

	private Situation.@Nullable Crowd crowd(StoredMessage message) throws SQLException {
		Situation.@Nullable Crowd[] crowd = { null };
		@Nullable Member[] member = { null };
		this.statements.each((row) -> member[0] = new Member(text(row, 1), row.getInt(2), row.getLong(3)), CROWD,
				message.id());
		if (member[0] != null) {
			crowd[0] = crowd(message, member[0]);
		}
		return crowd[0];
	}

	private Situation.Crowd crowd(StoredMessage message, Member member) throws SQLException {
		CrowdTable table = new CrowdTable(this.statements);
		CrowdTable.Crowd crowd = new CrowdTable.Crowd(message.task(), member.key());
		CrowdTable.Passed passed = table.passed(crowd);
		List<Other> holders = others(PASSED, crowd.task(), crowd.key(), CrowdTable.RUNS, message.id());
		if (holders.isEmpty()) {
			holders = others(PASSED, crowd.task(), crowd.key(), CrowdTable.PASSED, message.id());
		}
		Long ahead = this.statements.number(COUNT_BEFORE_IN_CROWD, crowd.task(), crowd.key(), member.priority(),
				member.seq(), Situation.MOST_COUNTED + 1);
		KeyBucket bucket = new KeyRateTable(this.statements).bucket(crowd, this.now);
		boolean token = true;
		Long nextToken = null;
		if (bucket != null) {
			bucket.fill(table.tokens(crowd), 0, 0);
			token = bucket.take();
			nextToken = token ? null : bucket.nextAt(true);
		}
		return new Situation.Crowd(crowd.key(), table.limit(crowd.task()), table.weight(crowd.key()), passed.ready(),
				passed.all(), holders.isEmpty() ? null : holders.get(0),
				(ahead != null) ? (int) Math.min(ahead, Situation.MOST_COUNTED + 1) : 0, token, nextToken);
	}

	private List<Other> others(String sql, Object... values) throws SQLException {
		List<Other> others = new ArrayList<>();
		this.statements.each((row) -> others.add(other(row)), sql, values);
		return others;
	}

	static Other other(ResultSet row) throws SQLException {
		int state = row.getInt(3);
		return new Other(row.getLong(1), text(row, 2),
				StateCode.isKnown(state) ? StateCode.toState(state) : MessageState.DEAD, row.getLong(4),
				Statements.nullableLong(row, 5));
	}

	/** Never null, but a damaged row may say so. */
	private static String text(ResultSet row, int column) throws SQLException {
		return Objects.requireNonNullElse(row.getString(column), "");
	}

	/** A message as it was read. */
	private record Found(StoredMessage message, Standing standing, int deaths) {

	}

	/** A message with a concurrency key. */
	private record Member(String key, int priority, long seq) {

	}

}
