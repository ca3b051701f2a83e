package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.StoredPage;
import org.jspecify.annotations.Nullable;

/**
 * Finds messages by their run: RUNNING ones stand in an index by owner, in which those of
 * one owner are in the order of their ids. So whatever has ended or waits is not looked
 * at.
 */
final class RunningRows {

	/** From one to the next, which skips all messages of an owner. */
	static final String OWNERS = """
			WITH RECURSIVE owners (epoch) AS (
			    SELECT min(owner) FROM message WHERE state = 30
			    UNION ALL
			    SELECT (SELECT min(owner) FROM message WHERE state = 30 AND owner > epoch)
			    FROM owners
			    WHERE epoch IS NOT NULL)
			SELECT epoch FROM owners
			WHERE epoch IS NOT NULL
			    AND (?1 IS NULL OR ?1 = (SELECT name FROM instance WHERE instance.epoch = owners.epoch))""";

	static final String AFTER = """
			SELECT id FROM message WHERE owner = ?1 AND state = 30 AND id > ?2 ORDER BY id LIMIT ?3""";

	static final String BEFORE = """
			SELECT id FROM message WHERE owner = ?1 AND state = 30 AND id < ?2 ORDER BY id DESC LIMIT ?3""";

	/** It may be somebody else's by now, or nobody's. */
	static final String MATCHING = "SELECT " + MessageTable.COLUMNS + """

			FROM message
			WHERE id IN (SELECT value FROM json_each(?1))
			    AND +state = 30 AND +owner = ?2
			""" + SqliteShardReader.CONDITIONS + """
			    AND (?13 IS NULL OR started_at < ?13)
			ORDER BY id
			LIMIT ?12""";

	static final String NEWEST_MATCHING = MATCHING.replace("ORDER BY id", "ORDER BY id DESC");

	private static final Direction OLDEST_FIRST = new Direction(AFTER, MATCHING,
			Comparator.comparingLong(StoredMessage::id));

	private static final Direction NEWEST_FIRST = new Direction(BEFORE, NEWEST_MATCHING,
			OLDEST_FIRST.order().reversed());

	/** So many are looked at in one read. */
	private static final int WINDOW = 1000;

	private final Reader reader;

	private final MessageQuery query;

	private final int shard;

	private final Checksum checksum = new Checksum();

	RunningRows(Reader reader, MessageQuery query, int shard) {
		this.reader = reader;
		this.query = query;
		this.shard = shard;
	}

	/** Whether a query is for what runs, and says more of it than that. */
	static boolean areMeant(MessageQuery query) {
		return query.startedBefore() != null || query.instance() != null;
	}

	/** Finds those with greater ids, in their order. */
	List<StoredMessage> list(long after, int most) {
		return find(after, most, OLDEST_FIRST);
	}

	/** Finds those with lesser ids, the newest first. */
	StoredPage browse(long before) {
		int most = this.query.limit();
		List<StoredMessage> found = find(before, most, NEWEST_FIRST);
		return new StoredPage(found, (found.size() == most) ? found.get(most - 1).id() : StoredPage.END);
	}

	private List<StoredMessage> find(long from, int most, Direction direction) {
		Stream<StoredMessage> found = Stream.of();
		for (long owner : owners()) {
			found = Stream.concat(found, of(owner, from, most, direction).stream());
		}
		return found.sorted(direction.order()).limit(most).toList();
	}

	private List<Long> owners() {
		return this.reader.read((statements) -> longs(statements, OWNERS, this.query.instance()));
	}

	private List<StoredMessage> of(long owner, long from, int most, Direction direction) {
		List<StoredMessage> found = new ArrayList<>();
		long next = from;
		boolean more = true;
		while (more && found.size() < most) {
			long start = next;
			int left = most - found.size();
			Looked looked = this.reader.read((statements) -> look(statements, owner, start, left, direction));
			found.addAll(looked.matching());
			more = looked.ids().size() == WINDOW;
			next = more ? looked.ids().get(WINDOW - 1) : next;
		}
		return found;
	}

	private Looked look(Statements statements, long owner, long from, int most, Direction direction)
			throws SQLException {
		List<Long> ids = longs(statements, direction.window(), owner, from, WINDOW);
		List<StoredMessage> matching = new ArrayList<>();
		statements.each((row) -> matching.add(MessageTable.stored(row, this.checksum, this.shard)),
				direction.matching(), values(ids, owner, most));
		return new Looked(ids, matching);
	}

	/** As {@link #MATCHING} has them. */
	private @Nullable Object[] values(List<Long> ids, long owner, int most) {
		@Nullable Object[] values = SqliteShardReader.values(LongJson.of(ids), owner, this.query, most);
		@Nullable Object[] all = Arrays.copyOf(values, values.length + 1);
		all[values.length] = SqliteShardReader.millis(this.query.startedBefore());
		return all;
	}

	private static List<Long> longs(Statements statements, String sql, @Nullable Object... values) throws SQLException {
		List<Long> found = new ArrayList<>();
		statements.each((row) -> found.add(row.getLong(1)), sql, values);
		return found;
	}

	/**
	 * Where a search goes.
	 *
	 * @param window gives the next ids
	 * @param matching gives those of them that match, in their order
	 * @param order that order
	 */
	private record Direction(String window, String matching, Comparator<StoredMessage> order) {

	}

	/** What one read has looked at, and what of it matches. */
	private record Looked(List<Long> ids, List<StoredMessage> matching) {

	}

	/** Reads from the shard. */
	@FunctionalInterface
	interface Reader {

		<R> R read(Reads.Read<R> read);

	}

}
