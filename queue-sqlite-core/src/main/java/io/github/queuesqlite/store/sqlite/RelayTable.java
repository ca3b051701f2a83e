package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Relay;
import io.github.queuesqlite.store.RelayCodec;
import org.jspecify.annotations.Nullable;

/**
 * Statements on the tables {@code relay} and {@code relayed}: what was committed here to
 * be stored elsewhere, and what has come from there.
 */
final class RelayTable {

	static final String IS_ANY = "EXISTS (SELECT 1 FROM relay)";

	private static final String FIRST = """
			SELECT seq, epoch, body FROM relay
			WHERE epoch = ?1 AND target IN (SELECT value FROM json_each(?2))
			ORDER BY seq LIMIT ?3""";

	private static final String OF_MESSAGE = "SELECT seq, epoch, body FROM relay WHERE message_id = ?1";

	private static final String IS_ANY_FOR = """
			SELECT 1 FROM relay WHERE target IN (SELECT value FROM json_each(?1)) LIMIT 1""";

	private static final String FLOOR = "SELECT min(seq) FROM relay";

	private static final String EPOCHS = "SELECT DISTINCT epoch FROM relay";

	private static final String ADD = """
			INSERT INTO relay (epoch, target, message_id, body) VALUES (?1, ?2, ?3, ?4)""";

	private static final String OWN = "UPDATE relay SET epoch = ?1 WHERE epoch = ?2";

	private static final String FORGET = """
			DELETE FROM relay WHERE epoch = ?1 AND seq IN (SELECT value FROM json_each(?2))""";

	private static final String NOTE = """
			INSERT INTO relayed (source, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING""";

	private static final String FORGET_NOTES = "DELETE FROM relayed WHERE source = ?1 AND seq < ?2";

	private final Statements statements;

	RelayTable(Statements statements) {
		this.statements = statements;
	}

	void add(long epoch, Insertion message) throws SQLException {
		this.statements.update(ADD, epoch, IdLayout.shard(message.id()), message.id(), RelayCodec.encode(message));
	}

	/** What the dead have left is somebody's again. */
	void own(long epoch, long dead) throws SQLException {
		this.statements.update(OWN, epoch, dead);
	}

	/** They have arrived. */
	void forget(long epoch, List<Long> seqs) throws SQLException {
		this.statements.update(FORGET, epoch, LongJson.of(seqs));
	}

	/**
	 * Notes that a message arrives.
	 * @return false when it had arrived before
	 */
	boolean note(Relay.Origin origin) throws SQLException {
		this.statements.update(FORGET_NOTES, origin.source(), origin.floor());
		return this.statements.update(NOTE, origin.source(), origin.seq()) > 0;
	}

	/** Reads what waits longest to be handed over by one to some shards. */
	static List<Relay> first(Statements statements, int shard, long epoch, Collection<Long> targets, int max)
			throws SQLException {
		return read(statements, shard, FIRST, epoch, LongJson.of(targets), max);
	}

	static List<Relay> ofMessage(Statements statements, int shard, long messageId) throws SQLException {
		return read(statements, shard, OF_MESSAGE, messageId);
	}

	private static List<Relay> read(Statements statements, int shard, String sql, @Nullable Object... values)
			throws SQLException {
		List<Relay> relays = new ArrayList<>();
		statements.each(
				(row) -> relays
					.add(new Relay(shard, row.getLong(1), row.getLong(2), RelayCodec.decode(row.getBytes(3)))),
				sql, values);
		return relays;
	}

	static boolean isAnyFor(Statements statements, Collection<Long> targets) throws SQLException {
		return statements.number(IS_ANY_FOR, LongJson.of(targets)) != null;
	}

	/** Returns the least number there is; the greatest long when there is none. */
	static long floor(Statements statements) throws SQLException {
		Long floor = statements.number(FLOOR);
		return (floor != null) ? floor : Long.MAX_VALUE;
	}

	/** Returns whose there are. */
	static Set<Long> epochs(Statements statements) throws SQLException {
		Set<Long> epochs = new TreeSet<>();
		statements.each((row) -> epochs.add(row.getLong(1)), EPOCHS);
		return epochs;
	}

}
