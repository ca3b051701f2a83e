package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.StateChange;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.message.TaskTotals;
import io.github.queuesqlite.store.Arrivals;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.FileReads;
import io.github.queuesqlite.store.HistoryRule;
import io.github.queuesqlite.store.LimitUse;
import io.github.queuesqlite.store.Pauses;
import io.github.queuesqlite.store.Peer;
import io.github.queuesqlite.store.Quarantine;
import io.github.queuesqlite.store.Relay;
import io.github.queuesqlite.store.ReservedKey;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.RunCount;
import io.github.queuesqlite.store.ShardReader;
import io.github.queuesqlite.store.Situation;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.StoredPage;
import io.github.queuesqlite.store.StoredSchedule;
import io.github.queuesqlite.store.StoredStep;
import org.jspecify.annotations.Nullable;

/** The reading side of one shard's file. */
final class SqliteShardReader implements ShardReader {

	/** Dead ones too, while they own messages: who took those back came to its end. */
	private static final String PEERS = """
			SELECT epoch, name, slot, beat, dead FROM instance
			WHERE dead = 0 OR epoch IN (SELECT owner FROM message WHERE state = 30)""";

	private static final String LIMITS = """
			SELECT name, coalesce(chosen, declared), declared, coalesce(sum(held), 0), coalesce(sum(waits > 0), 0), NULL
			FROM permit_limit LEFT JOIN permit USING (name)
			GROUP BY name
			UNION ALL
			SELECT name, coalesce(chosen, declared), declared, coalesce(sum(held), 0), coalesce(sum(waits), 0), period
			FROM rate LEFT JOIN token USING (name)
			GROUP BY name
			UNION ALL SELECT 'keys:' || task, coalesce(chosen, declared), declared, 0, 0, NULL FROM key_limit
			UNION ALL SELECT 'rate:keys:' || task, coalesce(chosen, declared), declared, 0, 0, period FROM key_rate
			UNION ALL SELECT 'weight:' || concurrency_key, weight, 1, 0, 0, NULL FROM key_weight""";

	static final String INSTANCES = """
			SELECT epoch, name FROM instance WHERE epoch IN (SELECT value FROM json_each(?1))""";

	private static final String SIGHTINGS = """
			SELECT epoch, name, started_at, beat_at FROM instance WHERE dead = 0""";

	/** Rows that one read passes over: a long query is many short reads. */
	private static final int WINDOW = 5000;

	/** Priorities of a task that are looked at for its oldest message. */
	private static final int MAX_PRIORITIES = 16;

	private static final String FIND = "SELECT " + MessageTable.COLUMNS + " FROM message WHERE id = ?1";

	private static final String FIND_ALL = "SELECT " + MessageTable.COLUMNS
			+ " FROM message WHERE id IN (SELECT value FROM json_each(?1))";

	private static final String FIND_BY_KEY = "SELECT " + MessageTable.COLUMNS
			+ " FROM message WHERE idempotency_key = ?1";

	private static final String WINDOW_END = """
			SELECT max(id) FROM (SELECT id FROM message WHERE id > ?1 ORDER BY id LIMIT ?2)""";

	private static final String RANGE = "id > ?1 AND id <= ?2";

	/** What a query asks for whatever it goes through, with {@link #values}. */
	static final String CONDITIONS = """
			    AND (?3 IS NULL OR state IN (SELECT value FROM json_each(?3)))
			    AND (?4 IS NULL OR queue = ?4)
			    AND (?5 IS NULL OR task = ?5)
			    AND (?6 IS NULL OR ?6 IN (
			        SELECT value FROM json_each(CASE WHEN json_valid(attributes) THEN attributes END, '$.tags')))
			    AND (?7 IS NULL OR created_at > ?7)
			    AND (?8 IS NULL OR created_at < ?8)
			    AND (?9 IS NULL OR finished_at > ?9)
			    AND (?10 IS NULL OR finished_at < ?10)
			    AND (?11 IS NULL OR idempotency_key = ?11 OR unique_key = ?11 OR ordering_key = ?11
			        OR ?11 = json_extract(CASE WHEN json_valid(attributes) THEN attributes END, '$.concurrencyKey'))
			""";

	private static final String MATCH = """
			FROM message
			WHERE id > ?1 AND id <= ?2
			""" + CONDITIONS + """
			ORDER BY id
			LIMIT ?12""";

	static final String LIST = "SELECT " + MessageTable.COLUMNS + "\n" + MATCH;

	private static final String WINDOW_BEGIN = """
			SELECT min(id), count(*) FROM (SELECT id FROM message WHERE id < ?1 ORDER BY id DESC LIMIT ?2)""";

	static final String BROWSE = LIST.replace(RANGE, "id >= ?1 AND id < ?2").replace("ORDER BY id", "ORDER BY id DESC");

	/**
	 * Who an index has under a key: who lives, and whose idempotency key it is. An index
	 * of keys begins with the task; there are few.
	 */
	static final String KEYED = LIST.replace(RANGE, """
			id IN (
			    SELECT id FROM message WHERE idempotency_key = ?11
			    UNION ALL
			    SELECT message.id FROM (SELECT DISTINCT task FROM counter) AS known
			        CROSS JOIN message ON message.task = known.task AND unique_key = ?11 AND message.state < 40
			    UNION ALL
			    SELECT message_id FROM (
			        SELECT message_id FROM line WHERE ordering_key = ?11 ORDER BY seq DESC LIMIT ?12)
			    UNION ALL
			    SELECT message_id FROM (
			        SELECT message_id FROM (SELECT DISTINCT task FROM counter) AS known
			            CROSS JOIN crowd ON crowd.task = known.task AND concurrency_key = ?11
			        LIMIT ?12))""").replace("ORDER BY id", "ORDER BY id DESC");

	/** For each way of being kept, as the index has them. */
	static final String ENDED = "SELECT " + MessageTable.COLUMNS + """

			FROM message
			WHERE hold = ?1 AND state = ?2 AND finished_at IS NOT NULL
			ORDER BY finished_at DESC
			LIMIT ?3""";

	static final String IDS = "SELECT id\n" + MATCH;

	private static final String HEAD_OF_PRIORITY = """
			SELECT priority, run_at FROM message
			WHERE state = 20 AND queue = ?1 AND task = ?2 AND priority < ?3
			ORDER BY priority DESC, seq
			LIMIT 1""";

	private static final String OLDEST_SUSPECT = """
			SELECT min(run_at) FROM message WHERE state = 22 AND queue = ?1 AND task = ?2""";

	private static final String RETRYING = """
			SELECT 1 FROM message INDEXED BY message_retrying
			WHERE state = 10 AND attempt > 0 AND queue = ?1 AND task = ?2
			LIMIT 1""";

	private static final String DUE = """
			SELECT 1 FROM message INDEXED BY message_due
			WHERE state = 10 AND run_at <= ?3 AND queue = ?1 AND task = ?2
			LIMIT 1""";

	private static final Arrivals NONE = new Arrivals(0, 0, 0, 0);

	private final int shard;

	private final Path file;

	private final ReaderGate gate;

	private final Reads reads;

	private final Quarantine quarantine;

	private final Retention retention;

	private final HistoryRule history;

	private final InstantSource clock;

	SqliteShardReader(int shard, Path file, ReaderGate gate, Reads reads, Quarantine quarantine, Retention retention,
			HistoryRule history, InstantSource clock) {
		this.shard = shard;
		this.file = file;
		this.gate = gate;
		this.reads = reads;
		this.quarantine = quarantine;
		this.retention = retention;
		this.history = history;
		this.clock = clock;
	}

	private <R> R read(Reads.Read<R> read) {
		this.quarantine.refuse();
		try {
			return this.reads.read(this.file, this.gate, read);
		}
		catch (StoreUnavailableException ex) {
			if (SqliteFault.isDamage(ex)) {
				new DamageNote(this.file).declare(this.quarantine, ex);
				this.quarantine.refuse();
			}
			throw ex;
		}
	}

	/** Reads several things as they are at one moment. */
	private <R> R snapshot(Reads.Read<R> read) {
		return read((statements) -> {
			statements.run("BEGIN");
			try {
				R result = read.read(statements);
				statements.run("COMMIT");
				return result;
			}
			catch (SQLException | RuntimeException ex) {
				endAfter(ex, statements);
				throw ex;
			}
		});
	}

	private static void endAfter(Exception failure, Statements statements) {
		try {
			statements.run("ROLLBACK");
		}
		catch (SQLException ex) {
			// SQLite ends a transaction itself after some failures.
			failure.addSuppressed(ex);
		}
	}

	private List<StoredMessage> messages(String sql, @Nullable Object... values) {
		return read((statements) -> {
			List<StoredMessage> found = new ArrayList<>();
			Checksum checksum = new Checksum();
			statements.each((row) -> found.add(MessageTable.stored(row, checksum, this.shard)), sql, values);
			return found;
		});
	}

	@Override
	public Optional<StoredMessage> find(long id) {
		return messages(FIND, id).stream().findFirst();
	}

	@Override
	public List<StoredMessage> findAll(Collection<Long> ids) {
		return messages(FIND_ALL, LongJson.of(ids));
	}

	@Override
	public Optional<StoredMessage> findByKey(String idempotencyKey) {
		return messages(FIND_BY_KEY, idempotencyKey).stream().findFirst();
	}

	@Override
	public @Nullable Reservation reservation(ReservedKey key) {
		List<Reservation> found = reservations("""
				SELECT idempotency_key, message_id, epoch, confirmed FROM reservation
				WHERE idempotency_key = ?1""", key.name());
		return found.isEmpty() ? null : found.get(0);
	}

	@Override
	public List<Reservation> reservations(String after, int max) {
		return reservations("""
				SELECT idempotency_key, message_id, epoch, confirmed FROM reservation
				WHERE idempotency_key > ?1
				ORDER BY idempotency_key
				LIMIT ?2""", after, max);
	}

	private List<Reservation> reservations(String sql, Object... values) {
		return read((statements) -> {
			List<Reservation> found = new ArrayList<>();
			statements.each((row) -> found.add(new Reservation(ReservedKey.ofName(row.getString(1)), row.getLong(2),
					row.getLong(3), row.getInt(4) != 0)), sql, values);
			return found;
		});
	}

	@Override
	public List<StoredMessage> list(MessageQuery query) {
		if (RunningRows.areMeant(query)) {
			return running(query).list(after(query), query.limit());
		}
		Checksum checksum = new Checksum();
		return windows(query, after(query), query.limit(), LIST,
				(row) -> MessageTable.stored(row, checksum, this.shard));
	}

	@Override
	public StoredPage browse(MessageQuery query, int most) {
		long before = (query.after() != null) ? query.after().value() : Long.MAX_VALUE;
		if (RunningRows.areMeant(query)) {
			return running(query).browse(before);
		}
		Checksum checksum = new Checksum();
		List<StoredMessage> found = new ArrayList<>();
		int left = most;
		while (left > 0) {
			long end = before;
			int window = Math.min(left, WINDOW);
			int wanted = query.limit() - found.size();
			Window<StoredMessage> read = read((statements) -> windowBefore(statements, query, end, window, wanted,
					(row) -> MessageTable.stored(row, checksum, this.shard)));
			found.addAll(read.rows());
			if (found.size() == query.limit()) {
				return new StoredPage(found, found.get(found.size() - 1).id());
			}
			if (read.end() == StoredPage.END) {
				return new StoredPage(found, StoredPage.END);
			}
			before = read.end();
			left -= window;
		}
		return new StoredPage(found, before);
	}

	@Override
	public List<StoredMessage> keyed(MessageQuery query) {
		if (RunningRows.areMeant(query)) {
			// Its pages have all of them, in order.
			return List.of();
		}
		return messages(KEYED, values(0, 0, query, query.limit()));
	}

	/** Its end is where to go on. */
	private static <T> Window<T> windowBefore(Statements statements, MessageQuery query, long before, int window,
			int most, RowMapper<T> mapper) throws SQLException {
		long[] begin = { StoredPage.END, 0 };
		statements.each((row) -> {
			begin[0] = row.getLong(1);
			begin[1] = row.getLong(2);
		}, WINDOW_BEGIN, before, window);
		List<T> rows = new ArrayList<>();
		if (begin[1] == 0) {
			return new Window<>(rows, StoredPage.END);
		}
		statements.each((row) -> rows.add(mapper.map(row)), BROWSE, values(begin[0], before, query, most));
		return new Window<>(rows, (begin[1] < window) ? StoredPage.END : begin[0]);
	}

	@Override
	public List<StoredMessage> endedLately(MessageState state, int max) {
		List<StoredMessage> found = new ArrayList<>();
		for (int hold = 0; hold <= 2; hold++) {
			found.addAll(messages(ENDED, hold, StateCode.of(state), max));
		}
		return found;
	}

	@Override
	public List<Long> ids(MessageQuery query, long after, int max) {
		if (RunningRows.areMeant(query)) {
			return running(query).list(after, max).stream().map(StoredMessage::id).toList();
		}
		return windows(query, after, max, IDS, (row) -> row.getLong(1));
	}

	private RunningRows running(MessageQuery query) {
		return new RunningRows(this::read, query, this.shard);
	}

	private static long after(MessageQuery query) {
		return (query.after() != null) ? query.after().value() : -1;
	}

	private <T> List<T> windows(MessageQuery query, long after, int max, String sql, RowMapper<T> mapper) {
		List<T> found = new ArrayList<>();
		long from = after;
		while (from < Long.MAX_VALUE && found.size() < max) {
			long start = from;
			int most = max - found.size();
			Window<T> window = read((statements) -> window(statements, query, start, most, sql, mapper));
			found.addAll(window.rows());
			from = window.end();
		}
		return found;
	}

	private static <T> Window<T> window(Statements statements, MessageQuery query, long start, int most, String sql,
			RowMapper<T> mapper) throws SQLException {
		List<T> rows = new ArrayList<>();
		Long end = statements.number(WINDOW_END, start, WINDOW);
		if (end == null) {
			return new Window<>(rows, Long.MAX_VALUE);
		}
		statements.each((row) -> rows.add(mapper.map(row)), sql, values(start, end, query, most));
		return new Window<>(rows, end);
	}

	/**
	 * As {@link #CONDITIONS} has them.
	 * @param first what the search goes through, as {@code second}
	 */
	static @Nullable Object[] values(Object first, Object second, MessageQuery query, int most) {
		return new @Nullable Object[] { first, second, states(query), query.queue(), query.task(), query.tag(),
				millis(query.createdAfter()), millis(query.createdBefore()), millis(query.endedAfter()),
				millis(query.endedBefore()), query.key(), most };
	}

	/** Instants reach further than milliseconds in a long do. */
	static @Nullable Long millis(@Nullable Instant time) {
		if (time == null) {
			return null;
		}
		if (time.getEpochSecond() >= Long.MAX_VALUE / 1000) {
			return Long.MAX_VALUE;
		}
		return (time.getEpochSecond() <= Long.MIN_VALUE / 1000) ? Long.valueOf(Long.MIN_VALUE)
				: Long.valueOf(time.toEpochMilli());
	}

	private static @Nullable String states(MessageQuery query) {
		if (query.states().isEmpty()) {
			return null;
		}
		List<Long> codes = new ArrayList<>();
		for (MessageState state : query.states()) {
			codes.add((long) StateCode.of(state));
			if (state == MessageState.READY) {
				codes.add((long) StateCode.HELD);
				codes.add((long) StateCode.SUSPECT);
			}
		}
		return LongJson.of(codes);
	}

	@Override
	public Optional<MessageTree> tree(long id) {
		List<MessageTree.Node> nodes = read((statements) -> {
			List<MessageTree.Node> found = new ArrayList<>();
			statements.each((row) -> found.add(TreeNodes.of(row)), WaitingTable.NODES, LongJson.of(List.of(id)),
					MessageTree.MAX_NODES + 1);
			return found;
		});
		boolean complete = nodes.size() <= MessageTree.MAX_NODES;
		return nodes.isEmpty() ? Optional.empty()
				: Optional.of(new MessageTree(complete ? nodes : nodes.subList(0, MessageTree.MAX_NODES), complete));
	}

	@Override
	public Optional<Arrivals> arrivals(long id) {
		return snapshot((statements) -> {
			int[] counts = new int[4];
			Long missing = statements.number(WaitingTable.MISSING, id);
			counts[0] = (missing != null) ? missing.intValue() : 0;
			statements.each((row) -> counts[column(row.getInt(1))] += row.getInt(2),
					(missing != null) ? WaitingTable.COUNT_ARRIVALS : WaitingTable.COUNT_WAITED_FOR, id);
			Arrivals arrivals = new Arrivals(counts[0], counts[1], counts[2], counts[3]);
			return (missing == null && arrivals.equals(NONE)) ? Optional.empty() : Optional.of(arrivals);
		});
	}

	private static int column(int state) {
		return switch (state) {
			case StateCode.COMPLETED -> 1;
			case StateCode.DEAD, StateCode.EXPIRED -> 2;
			case StateCode.CANCELLED, WaitingTable.DELETED -> 3;
			default -> 0;
		};
	}

	@Override
	public Optional<Situation> situation(long id) {
		return snapshot((statements) -> Optional
			.ofNullable(new SituationReader(statements, this.shard, this.clock.millis()).read(id)));
	}

	@Override
	public int ahead(StoredMessage message, Predicate<String> tasks, boolean newestFirst, int most) {
		return read((statements) -> new ClaimOutlook(statements).ahead(message, tasks, newestFirst, most));
	}

	@Override
	public List<RunCount> running(Collection<Long> epochs) {
		return read((statements) -> new ClaimOutlook(statements).running(epochs));
	}

	@Override
	public List<Situation.Other> running(long epoch, String task, Set<String> exceptQueues, int most) {
		return read((statements) -> new ClaimOutlook(statements).running(epoch, task, exceptQueues, most));
	}

	@Override
	public double pace(String queue, Duration window) {
		long now = this.clock.millis();
		return read((statements) -> new ClaimOutlook(statements).pace(queue, now - window.toMillis(), now));
	}

	@Override
	public Optional<LimitUse> limit(String name) {
		return snapshot(
				(statements) -> Optional.ofNullable(new ClaimOutlook(statements).limit(name, this.clock.millis())));
	}

	@Override
	public List<FailureRecord> failures(long id) {
		return read((statements) -> {
			List<FailureRecord> found = new ArrayList<>();
			statements.each((row) -> found.add(FailureCodec.decodeRecord(row.getString(1))),
					"SELECT failure FROM failed_attempt WHERE message_id = ?1 ORDER BY run", id);
			return found;
		});
	}

	@Override
	public List<StoredStep> steps(long id) {
		return read((statements) -> RunRecords.steps(statements, id));
	}

	@Override
	public Map<Long, Progress> progress(Collection<Long> ids) {
		return read((statements) -> RunRecords.progress(statements, LongJson.of(ids)));
	}

	@Override
	public Map<Long, String> instances(Collection<Long> epochs) {
		return read((statements) -> {
			Map<Long, String> names = new HashMap<>();
			statements.each((row) -> names.put(row.getLong(1), row.getString(2)), INSTANCES, LongJson.of(epochs));
			return names;
		});
	}

	@Override
	public List<LogEntry> log(long id) {
		return read((statements) -> RunRecords.log(statements, id));
	}

	@Override
	public List<QueueStats.Count> counts() {
		return read((statements) -> counts(statements, CounterTable.ALL));
	}

	@Override
	public List<TaskTotals> totals() {
		return read((statements) -> {
			List<TaskTotals> totals = new ArrayList<>();
			statements.each((row) -> totals.add(new TaskTotals(row.getString(1), row.getString(2), row.getLong(3),
					row.getLong(4), row.getLong(5), row.getLong(6))), CounterTable.TOTALS);
			return totals;
		});
	}

	@Override
	public List<QueueStats.LimitStats> limits() {
		return read((statements) -> {
			List<QueueStats.LimitStats> limits = new ArrayList<>();
			statements.each((row) -> limits.add(limit(row)), LIMITS);
			return limits;
		});
	}

	private static QueueStats.LimitStats limit(ResultSet row) throws SQLException {
		Long period = Statements.nullableLong(row, 6);
		return new QueueStats.LimitStats(row.getString(1), row.getInt(2), row.getInt(3), row.getInt(4), row.getInt(5),
				(period != null) ? Duration.ofMillis(period) : null);
	}

	private static List<QueueStats.Count> counts(Statements statements, String sql) throws SQLException {
		List<QueueStats.Count> counts = new ArrayList<>();
		statements.each((row) -> counts.add(new QueueStats.Count(row.getString(1), row.getString(2),
				StateCode.toState(row.getInt(3)), row.getLong(4))), sql);
		return counts;
	}

	@Override
	public Map<String, Long> oldestReady() {
		Map<String, Long> oldest = new TreeMap<>();
		for (QueueStats.Count count : read((statements) -> counts(statements, CounterTable.LIVE_UNHELD))) {
			if (count.state() == MessageState.READY) {
				long at = oldestReady(count.queue(), count.task());
				if (at < Long.MAX_VALUE) {
					oldest.merge(count.queue(), at, Math::min);
				}
			}
		}
		return oldest;
	}

	/**
	 * The first of each priority is its oldest; there are few priorities. No message: the
	 * greatest long.
	 */
	private long oldestReady(String queue, String task) {
		return read((statements) -> {
			long[] found = { Long.MAX_VALUE };
			long[] below = { Long.MAX_VALUE };
			for (int i = 0; i < MAX_PRIORITIES; i++) {
				boolean[] any = { false };
				statements.each((row) -> {
					any[0] = true;
					below[0] = row.getLong(1);
					found[0] = Math.min(found[0], row.getLong(2));
				}, HEAD_OF_PRIORITY, queue, task, below[0]);
				if (!any[0]) {
					break;
				}
			}
			Long suspect = statements.number(OLDEST_SUSPECT, queue, task);
			return (suspect != null) ? Math.min(found[0], suspect) : found[0];
		});
	}

	@Override
	public List<Peer> peers() {
		return read((statements) -> {
			List<Peer> peers = new ArrayList<>();
			statements.each((row) -> peers
				.add(new Peer(row.getLong(1), row.getString(2), row.getInt(3), row.getLong(4), row.getBoolean(5))),
					PEERS);
			return peers;
		});
	}

	@Override
	public List<Sighting> sightings() {
		return read((statements) -> {
			List<Sighting> sightings = new ArrayList<>();
			statements.each(
					(row) -> sightings
						.add(new Sighting(row.getLong(1), row.getString(2), row.getLong(3), row.getLong(4))),
					SIGHTINGS);
			return sightings;
		});
	}

	@Override
	public boolean hasRunnable(BiPredicate<String, String> hosted, long now) {
		// One snapshot: what is promoted meanwhile is not missed in both states.
		return snapshot((statements) -> {
			List<QueueStats.Count> scheduled = new ArrayList<>();
			for (QueueStats.Count count : counts(statements, CounterTable.LIVE_UNHELD)) {
				if (hosted.test(count.queue(), count.task())) {
					if (count.state() != MessageState.SCHEDULED) {
						return true;
					}
					scheduled.add(count);
				}
			}
			for (QueueStats.Count count : scheduled) {
				if (statements.number(RETRYING, count.queue(), count.task()) != null
						|| statements.number(DUE, count.queue(), count.task(), now) != null) {
					return true;
				}
			}
			return isAnyWaitingForToken(statements, hosted);
		});
	}

	@Override
	public boolean hasStartable(BiPredicate<String, String> hosted) {
		return read((statements) -> counts(statements, CounterTable.LIVE_UNHELD).stream()
			.anyMatch((count) -> count.state() != MessageState.SCHEDULED && hosted.test(count.queue(), count.task())));
	}

	/** Of those that are held only these go on by themselves. */
	private static boolean isAnyWaitingForToken(Statements statements, BiPredicate<String, String> hosted)
			throws SQLException {
		for (QueueStats.Count count : counts(statements, CounterTable.HELD)) {
			if (hosted.test(count.queue(), count.task())
					&& statements.number(KeyRateTable.WAITS, count.task()) != null) {
				return true;
			}
		}
		return false;
	}

	@Override
	public boolean mayPrune() {
		return read((statements) -> {
			for (PruneRule rule : PruneRule.of(this.retention, this.clock.millis())) {
				Long oldest = statements.number(MessageTable.OLDEST_ENDED, rule.hold(), rule.state());
				if (oldest != null && oldest <= rule.before()) {
					return true;
				}
			}
			Long window = statements.number(UniqueWindows.FIRST_END);
			return (window != null && window <= this.clock.millis()) || mayPruneByCount(statements)
					|| HistoryTable.mayPrune(statements, this.history, this.clock.millis());
		});
	}

	private boolean mayPruneByCount(Statements statements) throws SQLException {
		Long prunable = statements.number("SELECT prunable FROM shard WHERE id = 1");
		return prunable != null && prunable > this.retention.maxRows() && statements
			.number(MessageTable.IS_PRUNABLE_BY_COUNT, this.clock.millis() - PruneRule.WAITER_MILLIS) != null;
	}

	@Override
	public List<StateChange> history(long id) {
		return read((statements) -> HistoryTable.of(statements, id));
	}

	@Override
	public List<AuditEntry> audit(int max) {
		return read((statements) -> AuditTable.latest(statements, max));
	}

	@Override
	public Pauses pauses() {
		return read((statements) -> PauseTable.read(statements, this.clock.millis()));
	}

	@Override
	public List<Relay> relays(long epoch, Collection<Long> targets, int max) {
		return read((statements) -> RelayTable.first(statements, this.shard, epoch, targets, max));
	}

	@Override
	public boolean isAnyRelay(Collection<Long> targets) {
		return read((statements) -> RelayTable.isAnyFor(statements, targets));
	}

	@Override
	public long relayFloor() {
		return read(RelayTable::floor);
	}

	@Override
	public Set<Long> relayEpochs() {
		return read(RelayTable::epochs);
	}

	@Override
	public Optional<Relay> relay(long messageId) {
		return read((statements) -> RelayTable.ofMessage(statements, this.shard, messageId)).stream().findFirst();
	}

	@Override
	public List<StoredSchedule> schedules() {
		return read((statements) -> ScheduleTable.read(statements, ScheduleTable.ALL));
	}

	@Override
	public Optional<StoredSchedule> schedule(String name) {
		return read((statements) -> ScheduleTable.read(statements, ScheduleTable.FIND, name)).stream().findFirst();
	}

	@Override
	public List<StoredSchedule> dueSchedules(long now, int max) {
		return read((statements) -> ScheduleTable.read(statements, ScheduleTable.DUE, now, max));
	}

	@Override
	public FileReads file() {
		return new SqliteFileReads(this.file, this.gate, this.quarantine, true,
				(finding) -> new DamageNote(this.file).declare(this.quarantine, finding));
	}

	@Override
	public void close() {
		this.gate.endLongReaders();
		// The threads are closed by the store that shares them.
	}

	/** What one read of a long query found, and where the next begins. */
	private record Window<T>(List<T> rows, long end) {
	}

	/** Maps a row. */
	@FunctionalInterface
	private interface RowMapper<T> {

		T map(ResultSet row) throws SQLException;

	}

}
