package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.CancelResult;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.IdGenerator;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.ShardSession;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.store.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of one shard's file.
 */
final class SqliteShardSession extends SqliteSession implements ShardSession {

	/**
	 * How far ahead of the latest id the stored high water goes: one write per so many
	 * milliseconds.
	 */
	private static final long HIGH_WATER_STEP = 1000;

	private static final String DELETE_ATTEMPTS = """
			DELETE FROM failed_attempt WHERE message_id IN (SELECT value FROM json_each(?1))""";

	private final int shard;

	private final InstantSource clock;

	private final Retention retention;

	private final IdGenerator sequence;

	private final CounterTable counters;

	private final ReadyTasks readyTasks;

	private final Texts texts = new Texts();

	private final List<StoreListener.Ended> ended = new ArrayList<>();

	private long highWater;

	/** Greatest id seen, which what comes back goes behind. */
	private long greatestId;

	private long prunable;

	private long prunableDelta;

	private volatile long nextDue;

	private volatile long nextExpiry;

	SqliteShardSession(Connection connection, ReaderGate gate, Path file, long walMax, int shard, InstantSource clock,
			Retention retention) throws SQLException {
		super(connection, gate, file, walMax);
		this.shard = shard;
		this.clock = clock;
		this.retention = retention;
		this.counters = new CounterTable(statements());
		this.readyTasks = new ReadyTasks(statements());
		readShard();
		refreshDue();
		this.sequence = new IdGenerator(clock, shard, 0, this.highWater);
	}

	@Override
	public int shard() {
		return this.shard;
	}

	@Override
	public String label() {
		return "shard " + this.shard + " (" + file().getFileName() + ")";
	}

	@Override
	public long highWater() {
		return this.highWater;
	}

	private void readShard() throws SQLException {
		Long highWater = statements().number("SELECT high_water FROM shard WHERE id = 1");
		Long prunable = statements().number("SELECT prunable FROM shard WHERE id = 1");
		this.highWater = (highWater != null) ? highWater : 0;
		this.prunable = (prunable != null) ? prunable : 0;
	}

	@Override
	public void writeProbe() throws SQLException {
		statements().update("UPDATE shard SET probe = probe + 1 WHERE id = 1");
	}

	@Override
	public void commit() throws SQLException {
		this.counters.flush();
		if (this.prunableDelta != 0) {
			statements().update("UPDATE shard SET prunable = prunable + ?1 WHERE id = 1", this.prunableDelta);
		}
		super.commit();
		this.prunable += this.prunableDelta;
		this.prunableDelta = 0;
	}

	@Override
	public void rollback() {
		super.rollback();
		this.counters.forget();
		this.readyTasks.forget();
		this.ended.clear();
		this.prunableDelta = 0;
		this.nextDue = 0;
		try {
			readShard();
		}
		catch (SQLException ex) {
			// The writer finds out at its probe; until then the values of the last commit
			// serve.
			this.highWater = 0;
		}
	}

	@Override
	public void refresh() throws SQLException {
		this.readyTasks.forget();
		readShard();
		refreshDue();
	}

	@Override
	public List<StoreListener.Ended> takeEnded() {
		if (this.ended.isEmpty()) {
			return List.of();
		}
		List<StoreListener.Ended> taken = List.copyOf(this.ended);
		this.ended.clear();
		return taken;
	}

	// ---- insert

	@Override
	public long[] insert(List<Insertion> rows) throws SQLException {
		long[] existing = new long[rows.size()];
		long now = this.clock.millis();
		raiseHighWater(rows);
		List<Insertion> plain = new ArrayList<>(rows.size());
		for (int i = 0; i < existing.length; i++) {
			Insertion row = rows.get(i);
			if (row.keys().isEmpty()) {
				plain.add(row);
			}
			else {
				existing[i] = insertKeyed(row, now);
			}
		}
		insertPlain(plain, now);
		return existing;
	}

	private void raiseHighWater(List<Insertion> rows) throws SQLException {
		long greatest = this.greatestId;
		for (Insertion row : rows) {
			greatest = Math.max(greatest, row.id());
		}
		raiseHighWater(greatest);
	}

	/** What comes later, after a restart and a clock step too, goes behind. */
	private void raiseHighWater(long greatest) throws SQLException {
		this.greatestId = greatest;
		long tick = IdLayout.tick(greatest);
		if (tick > this.highWater) {
			this.highWater = tick + HIGH_WATER_STEP;
			statements().update("UPDATE shard SET high_water = max(high_water, ?1) WHERE id = 1", this.highWater);
		}
	}

	private void insertPlain(List<Insertion> rows, long now) throws SQLException {
		int from = 0;
		while (rows.size() - from >= MessageTable.INSERT_ROWS) {
			PreparedStatement statement = statements().prepare(MessageTable.INSERT_MANY);
			for (int i = 0; i < MessageTable.INSERT_ROWS; i++) {
				Insertion row = rows.get(from + i);
				MessageTable.bind(statement, i, row, row.runAt() > now);
			}
			statement.executeUpdate();
			from += MessageTable.INSERT_ROWS;
		}
		for (; from < rows.size(); from++) {
			PreparedStatement statement = statements().prepare(MessageTable.INSERT_ONE);
			Insertion row = rows.get(from);
			MessageTable.bind(statement, 0, row, row.runAt() > now);
			statement.executeUpdate();
		}
		rows.forEach((row) -> inserted(row, now));
	}

	private long insertKeyed(Insertion row, long now) throws SQLException {
		String idempotencyKey = row.keys().idempotencyKey();
		if (idempotencyKey != null) {
			Long reserved = statements().number(
					"SELECT message_id FROM reservation WHERE idempotency_key = ?1 AND message_id <> ?2",
					idempotencyKey, row.id());
			if (reserved != null) {
				return reserved;
			}
		}
		PreparedStatement statement = statements().prepare(MessageTable.INSERT_KEYED);
		MessageTable.bind(statement, 0, row, row.runAt() > now);
		if (statement.executeUpdate() == 1) {
			inserted(row, now);
			return 0;
		}
		Long holder = (idempotencyKey != null)
				? statements().number(MessageTable.FIND_BY_IDEMPOTENCY_KEY, idempotencyKey) : null;
		if (holder == null) {
			holder = statements().number(MessageTable.FIND_BY_UNIQUE_KEY, row.task(), row.keys().uniqueKey());
		}
		if (holder == null) {
			throw new SQLException("Message " + row.id() + " was not inserted, yet nothing has its key");
		}
		return holder;
	}

	private void inserted(Insertion row, long now) {
		boolean scheduled = row.runAt() > now;
		this.counters.add(row.queue(), row.task(), scheduled ? StateCode.SCHEDULED : StateCode.READY, 1);
		if (scheduled) {
			this.nextDue = Math.min(this.nextDue, row.runAt());
		}
		else {
			this.readyTasks.add(row.queue(), row.task(), row.priority());
		}
		if (row.expiresAt() != null) {
			this.nextExpiry = Math.min(this.nextExpiry, row.expiresAt());
		}
	}

	private long nextSeq() throws SQLException {
		raiseHighWater(Math.max(this.greatestId + 1, this.sequence.next()));
		return this.greatestId;
	}

	// ---- claim

	@Override
	public boolean mayClaim(String queue, Set<String> tasks) throws SQLException {
		return this.readyTasks.isAny(queue, tasks);
	}

	@Override
	public int bestReady(String queue, Set<String> tasks) throws SQLException {
		return this.readyTasks.best(queue, tasks);
	}

	@Override
	public List<StoredMessage> claim(long epoch, String queue, Set<String> tasks, int max) throws SQLException {
		List<String> ready = this.readyTasks.of(queue, tasks);
		if (ready.isEmpty() || isHeldBack(epoch, queue)) {
			return List.of();
		}
		long now = this.clock.millis();
		List<StoredMessage> claimed = (ready.size() == 1) ? claimTask(epoch, queue, ready.get(0), max, now)
				: claimBest(epoch, queue, ready, max, now);
		if (claimed.isEmpty()) {
			return claimed;
		}
		List<Long> ids = new ArrayList<>(claimed.size());
		claimed.forEach((message) -> ids.add(message.id()));
		int changed = statements().update(MessageTable.CLAIM, epoch, now, LongJson.of(ids));
		if (changed != claimed.size()) {
			throw new IllegalStateException(
					"Claimed " + changed + " of " + claimed.size() + " messages of queue '" + queue + "'");
		}
		this.readyTasks.claimed(queue, ready);
		claimed.sort(StoredMessage.CLAIM_ORDER);
		Map<String, Integer> byTask = new HashMap<>();
		claimed.forEach((message) -> byTask.merge(message.task(), 1, Integer::sum));
		byTask.forEach((task, n) -> this.counters.move(queue, task, StateCode.READY, StateCode.RUNNING, n));
		return claimed;
	}

	/**
	 * A paused queue gives nothing, and a dead epoch gets nothing: nobody would rescue
	 * what it claims.
	 */
	private boolean isHeldBack(long epoch, String queue) throws SQLException {
		return statements().number("""
				SELECT 1 WHERE EXISTS (SELECT 1 FROM queue WHERE name = ?1)
				    OR NOT EXISTS (SELECT 1 FROM instance WHERE epoch = ?2 AND dead = 0)""", queue, epoch) != null;
	}

	private List<StoredMessage> claimTask(long epoch, String queue, String task, int max, long now)
			throws SQLException {
		List<StoredMessage> claimed = new ArrayList<>();
		statements().each((row) -> claimed.add(MessageTable.claimed(row, this.texts, this.shard, queue, epoch, now)),
				MessageTable.CLAIMABLE_OF_TASK, queue, task, max);
		if (claimed.size() < max) {
			this.readyTasks.remove(queue, task);
		}
		return claimed;
	}

	/**
	 * Merges the tasks' ready messages in claim order, reading no more than is claimed.
	 */
	private List<StoredMessage> claimBest(long epoch, String queue, List<String> tasks, int max, long now)
			throws SQLException {
		List<Long> ids = new ArrayList<>();
		PriorityQueue<Head> heads = new PriorityQueue<>();
		try {
			for (String task : tasks) {
				advance(new Head(task, open(queue, task, max)), heads, queue);
			}
			while (ids.size() < max && !heads.isEmpty()) {
				Head best = heads.remove();
				ids.add(best.id);
				advance(best, heads, queue);
			}
		}
		finally {
			for (Head head : heads) {
				head.close();
			}
		}
		List<StoredMessage> claimed = new ArrayList<>();
		if (!ids.isEmpty()) {
			statements().each(
					(row) -> claimed.add(MessageTable.claimed(row, this.texts, this.shard, queue, epoch, now)),
					MessageTable.CLAIMABLE_OF_IDS, LongJson.of(ids));
		}
		return claimed;
	}

	private ResultSet open(String queue, String task, int max) throws SQLException {
		// Each open cursor needs a statement of its own.
		return statements().bindOwn(task, MessageTable.READY_OF_TASK, queue, task, max).executeQuery();
	}

	private void advance(Head head, PriorityQueue<Head> heads, String queue) throws SQLException {
		if (head.next()) {
			heads.add(head);
		}
		else {
			if (head.rows == 0) {
				this.readyTasks.remove(queue, head.task);
			}
			head.close();
		}
	}

	// ---- settle

	@Override
	public SettleResult[] settle(List<Settlement> settlements) throws SQLException {
		SettleResult[] results = new SettleResult[settlements.size()];
		long now = this.clock.millis();
		Map<Owner, List<Integer>> plain = new HashMap<>();
		for (int i = 0; i < results.length; i++) {
			Settlement settlement = settlements.get(i);
			if (settlement instanceof Settlement.Complete complete && complete.codec() == null) {
				RunKey key = complete.key();
				plain.computeIfAbsent(new Owner(key.epoch(), key.run()), (owner) -> new ArrayList<>()).add(i);
			}
			else {
				results[i] = settleOne(settlement, now);
			}
		}
		for (Map.Entry<Owner, List<Integer>> entry : plain.entrySet()) {
			completeMany(entry.getKey(), entry.getValue(), settlements, results, now);
		}
		return results;
	}

	private void completeMany(Owner owner, List<Integer> indexes, List<Settlement> settlements, SettleResult[] results,
			long now) throws SQLException {
		List<Long> ids = new ArrayList<>(indexes.size());
		indexes.forEach((index) -> ids.add(settlements.get(index).key().id()));
		String json = LongJson.of(ids);
		Set<Long> deleted = this.retention.completed().isZero() ? deleteCompleted(owner, json) : new HashSet<>();
		Set<Long> completed = (deleted.size() < ids.size()) ? complete(owner, ids, json, now) : new HashSet<>();
		for (int index : indexes) {
			RunKey key = settlements.get(index).key();
			boolean gone = deleted.remove(key.id());
			if (gone || completed.remove(key.id())) {
				results[index] = SettleResult.APPLIED;
				if (gone) {
					this.counters.add(key.queue(), key.task(), StateCode.RUNNING, -1);
				}
				else {
					this.counters.move(key.queue(), key.task(), StateCode.RUNNING, StateCode.COMPLETED, 1);
				}
				this.ended.add(ended(key, MessageState.COMPLETED, null, null, null));
			}
			else {
				results[index] = SettleResult.LOST;
			}
		}
	}

	private Set<Long> deleteCompleted(Owner owner, String json) throws SQLException {
		Set<Long> deleted = new HashSet<>();
		List<Long> failedBefore = new ArrayList<>();
		statements().each((row) -> {
			deleted.add(row.getLong(1));
			if (row.getInt(2) != 0) {
				failedBefore.add(row.getLong(1));
			}
		}, MessageTable.COMPLETE_AND_DELETE, json, owner.epoch(), owner.run());
		deleteAttempts(failedBefore);
		return deleted;
	}

	/** Completes what is still the owner's, and asks which ones only if not all were. */
	private Set<Long> complete(Owner owner, List<Long> ids, String json, long now) throws SQLException {
		int rows = statements().update(MessageTable.COMPLETE_MANY, now, json, owner.epoch(), owner.run());
		this.prunableDelta += rows;
		if (rows == ids.size()) {
			return new HashSet<>(ids);
		}
		Set<Long> completed = new HashSet<>();
		if (rows > 0) {
			statements().each((row) -> completed.add(row.getLong(1)), MessageTable.COMPLETED_NOW, now, json,
					owner.epoch(), owner.run());
		}
		statements().each((row) -> completed.add(row.getLong(1)), MessageTable.COMPLETE_HELD, now, json, owner.epoch(),
				owner.run());
		return completed;
	}

	private SettleResult settleOne(Settlement settlement, long now) throws SQLException {
		RunKey key = settlement.key();
		if (settlement instanceof Settlement.Complete complete) {
			Long hold = statements().number(MessageTable.COMPLETE, now, complete.codec(), complete.result(), key.id(),
					key.epoch(), key.run());
			return end(hold, key, MessageState.COMPLETED, complete.codec(), complete.result(), null);
		}
		if (settlement instanceof Settlement.Retry retry) {
			return isCancelRequested(key)
					? endAs(key, MessageState.CANCELLED, retry.failure(), 0, now, SettleResult.CANCELLED)
					: retry(retry, now);
		}
		if (settlement instanceof Settlement.Dead dead) {
			return endAs(key, MessageState.DEAD, dead.failure(), 0, now, SettleResult.APPLIED);
		}
		if (settlement instanceof Settlement.Release) {
			return isCancelRequested(key) ? endAs(key, MessageState.CANCELLED, null, 1, now, SettleResult.CANCELLED)
					: release(key);
		}
		if (settlement instanceof Settlement.Expire) {
			return endAs(key, MessageState.EXPIRED, null, 1, now, SettleResult.APPLIED);
		}
		return endAs(key, MessageState.CANCELLED, null, 0, now, SettleResult.APPLIED);
	}

	private boolean isCancelRequested(RunKey key) throws SQLException {
		Long requested = statements().number(MessageTable.IS_CANCEL_REQUESTED, key.id(), key.epoch(), key.run());
		return requested != null && requested == 1;
	}

	private SettleResult endAs(RunKey key, MessageState state, @Nullable FailureRecord failure, int uncounted, long now,
			SettleResult applied) throws SQLException {
		String json = (failure != null) ? FailureCodec.encode(failure) : null;
		Long hold = statements().number(MessageTable.END, StateCode.of(state), now, json, uncounted, key.id(),
				key.epoch(), key.run());
		if (hold != null && json != null) {
			recordAttempt(key, json);
		}
		SettleResult result = end(hold, key, state, null, null, failure);
		return (result == SettleResult.APPLIED) ? applied : result;
	}

	private SettleResult end(@Nullable Long hold, RunKey key, MessageState state, @Nullable String codec,
			byte @Nullable [] result, @Nullable FailureRecord failure) {
		if (hold == null) {
			return SettleResult.LOST;
		}
		this.counters.move(key.queue(), key.task(), StateCode.RUNNING, StateCode.of(state), 1);
		if (state != MessageState.DEAD && hold != 1) {
			this.prunableDelta++;
		}
		this.ended.add(ended(key, state, codec, result, failure));
		return SettleResult.APPLIED;
	}

	private SettleResult retry(Settlement.Retry retry, long now) throws SQLException {
		RunKey key = retry.key();
		boolean due = retry.runAt() <= now;
		int state = due ? StateCode.READY : StateCode.SCHEDULED;
		String json = (retry.failure() != null) ? FailureCodec.encode(retry.failure()) : null;
		Long expiresAt = statements().number(MessageTable.RETRY, state, retry.runAt(), nextSeq(), json,
				retry.countsAttempt() ? 0 : 1, key.id(), key.epoch(), key.run());
		if (expiresAt == null) {
			return SettleResult.LOST;
		}
		if (json != null) {
			recordAttempt(key, json);
		}
		this.counters.move(key.queue(), key.task(), StateCode.RUNNING, state, 1);
		waits(key.queue(), key.task(), state, retry.runAt(), expiresAt);
		return SettleResult.APPLIED;
	}

	private SettleResult release(RunKey key) throws SQLException {
		Long expiresAt = statements().number(MessageTable.RELEASE, key.id(), key.epoch(), key.run());
		if (expiresAt == null) {
			return SettleResult.LOST;
		}
		back(key, expiresAt);
		return SettleResult.APPLIED;
	}

	/** A run has become READY again. */
	private void back(RunKey key, long expiresAt) {
		this.counters.move(key.queue(), key.task(), StateCode.RUNNING, StateCode.READY, 1);
		waits(key.queue(), key.task(), StateCode.READY, 0, expiresAt);
	}

	private void waits(String queue, String task, int state, long runAt, long expiresAt) {
		// While it ran the expiry may have been left out.
		this.nextExpiry = Math.min(this.nextExpiry, expiresAt);
		if (state == StateCode.READY) {
			this.readyTasks.add(queue, task);
		}
		else {
			this.nextDue = Math.min(this.nextDue, runAt);
		}
	}

	private void recordAttempt(RunKey key, String json) throws SQLException {
		statements().update("INSERT OR REPLACE INTO failed_attempt (message_id, run, failure) VALUES (?1, ?2, ?3)",
				key.id(), key.run(), json);
	}

	private void deleteAttempts(List<Long> ids) throws SQLException {
		if (!ids.isEmpty()) {
			statements().update(DELETE_ATTEMPTS, LongJson.of(ids));
		}
	}

	private static StoreListener.Ended ended(RunKey key, MessageState state, @Nullable String codec,
			byte @Nullable [] result, @Nullable FailureRecord failure) {
		return new StoreListener.Ended(key.id(), key.queue(), key.task(), state, codec, result, failure);
	}

	@Override
	public boolean extend(RunKey key, long deadline) throws SQLException {
		return statements().update(MessageTable.EXTEND, deadline, key.id(), key.epoch(), key.run()) == 1;
	}

	@Override
	public boolean isStored(long id) throws SQLException {
		return statements().number("SELECT 1 FROM message WHERE id = ?1", id) != null;
	}

	@Override
	public boolean isEndedBy(RunKey key) throws SQLException {
		return statements().number("SELECT 1 FROM message WHERE id = ?1 AND owner = ?2 AND run = ?3 AND state <> 30",
				key.id(), key.epoch(), key.run()) != null;
	}

	@Override
	public void unclaim(List<RunKey> keys) throws SQLException {
		for (RunKey key : keys) {
			release(key);
		}
	}

	// ---- steering

	@Override
	public CancelResult cancel(long id, LongPredicate own, List<RunKey> stop) throws SQLException {
		Row row = row(id);
		if (row != null && row.state() < StateCode.RUNNING) {
			statements().update(MessageTable.CANCEL_WAITING, this.clock.millis(), id);
			this.counters.move(row.queue(), row.task(), row.state(), StateCode.CANCELLED, 1);
			this.prunableDelta += (row.hold() == 1) ? 0 : 1;
			this.ended.add(row.ended(id, MessageState.CANCELLED));
			return CancelResult.CANCELLED;
		}
		statements().each((result) -> stop.add(new RunKey(this.shard, id, result.getLong(1), result.getLong(2),
				result.getString(3), result.getString(4))), MessageTable.REQUEST_CANCEL, id);
		for (RunKey key : stop) {
			if (!own.test(key.epoch())) {
				statements().update("INSERT OR REPLACE INTO signal (message_id, epoch, run) VALUES (?1, ?2, ?3)", id,
						key.epoch(), key.run());
			}
		}
		return stop.isEmpty() ? CancelResult.UNCHANGED : CancelResult.REQUESTED;
	}

	@Override
	public List<RunKey> takeSignals(LongPredicate epochs) throws SQLException {
		List<RunKey> keys = new ArrayList<>();
		statements().each((row) -> {
			if (epochs.test(row.getLong(2))) {
				keys.add(new RunKey(this.shard, row.getLong(1), row.getLong(2), row.getLong(3), "", ""));
			}
		}, "SELECT message_id, epoch, run FROM signal");
		if (!keys.isEmpty()) {
			begin(false);
			for (RunKey key : keys) {
				statements().update("DELETE FROM signal WHERE epoch = ?1 AND message_id = ?2", key.epoch(), key.id());
			}
			commit();
		}
		return keys;
	}

	@Override
	public int retry(Collection<Long> ids) throws SQLException {
		int changed = 0;
		long now = this.clock.millis();
		for (long id : ids) {
			Row row = row(id);
			if (row == null || row.state() <= StateCode.COMPLETED || isUniqueKeyTaken(id)) {
				continue;
			}
			statements().update(MessageTable.RETRY_ENDED, nextSeq(), now, id);
			this.counters.move(row.queue(), row.task(), row.state(), StateCode.READY, 1);
			this.readyTasks.add(row.queue(), row.task());
			if (row.isPrunable()) {
				this.prunableDelta--;
			}
			changed++;
		}
		return changed;
	}

	private boolean isUniqueKeyTaken(long id) throws SQLException {
		return statements().number("""
				SELECT 1 FROM message AS live
				WHERE (live.task, live.unique_key) = (SELECT task, unique_key FROM message WHERE id = ?1)
				    AND live.unique_key IS NOT NULL AND live.state < 40""", id) != null;
	}

	@Override
	public int delete(Collection<Long> ids) throws SQLException {
		return deleted(MessageTable.DELETE, true, LongJson.of(ids));
	}

	/** Runs a deletion that gives back what it deleted. */
	private int deleted(String sql, boolean tell, @Nullable Object... values) throws SQLException {
		List<Long> failedBefore = new ArrayList<>();
		int[] rows = { 0 };
		statements().each((row) -> {
			rows[0]++;
			long id = row.getLong(1);
			Row gone = new Row(row.getInt(4), row.getString(2), row.getString(3), row.getInt(6));
			this.counters.add(gone.queue(), gone.task(), gone.state(), -1);
			if (gone.isPrunable()) {
				this.prunableDelta--;
			}
			if (row.getInt(5) != 0) {
				failedBefore.add(id);
			}
			if (tell) {
				this.ended.add(gone.ended(id, null));
			}
		}, sql, values);
		deleteAttempts(failedBefore);
		return rows[0];
	}

	private @Nullable Row row(long id) throws SQLException {
		Row[] found = { null };
		statements().each((row) -> found[0] = new Row(row.getInt(1), row.getString(2), row.getString(3), row.getInt(4)),
				MessageTable.STATE_OF, id);
		return found[0];
	}

	@Override
	public boolean updatePayload(long id, @Nullable String codec, byte @Nullable [] payload) throws SQLException {
		String[] attributes = { null };
		statements().each((row) -> attributes[0] = row.getString(1), MessageTable.ATTRIBUTES_OF, id);
		return statements().update(MessageTable.UPDATE_PAYLOAD, codec, payload,
				MessageTable.checksum(codec, attributes[0], payload), id) == 1;
	}

	@Override
	public boolean reschedule(long id, long runAt) throws SQLException {
		Row row = row(id);
		if (row == null || row.state() >= StateCode.RUNNING) {
			return false;
		}
		int state = (runAt > this.clock.millis()) ? StateCode.SCHEDULED : StateCode.READY;
		statements().update(MessageTable.RESCHEDULE, state, runAt, nextSeq(), id);
		this.counters.move(row.queue(), row.task(), row.state(), state, 1);
		waits(row.queue(), row.task(), state, runAt, Long.MAX_VALUE);
		return true;
	}

	@Override
	public void pause(String queue) throws SQLException {
		statements().update("INSERT INTO queue (name, paused_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING", queue,
				this.clock.millis());
	}

	@Override
	public void resume(String queue) throws SQLException {
		statements().update("DELETE FROM queue WHERE name = ?1", queue);
	}

	@Override
	public Set<String> pausedQueues() throws SQLException {
		Set<String> names = new TreeSet<>();
		statements().each((row) -> names.add(row.getString(1)), "SELECT name FROM queue");
		return names;
	}

	// ---- time

	@Override
	public long nextDueAt() {
		return Math.min(this.nextDue, this.nextExpiry);
	}

	@Override
	public boolean isDue() {
		return nextDueAt() <= this.clock.millis();
	}

	private void refreshDue() throws SQLException {
		Long due = statements().number(MessageTable.NEXT_DUE);
		Long expiry = statements().number(MessageTable.NEXT_EXPIRY);
		this.nextDue = (due != null) ? due : Long.MAX_VALUE;
		this.nextExpiry = (expiry != null) ? expiry : Long.MAX_VALUE;
	}

	@Override
	public int promote(int max) throws SQLException {
		List<Long> ids = new ArrayList<>();
		statements().each((row) -> {
			ids.add(row.getLong(1));
			this.counters.move(row.getString(2), row.getString(3), StateCode.SCHEDULED, StateCode.READY, 1);
			this.readyTasks.add(row.getString(2), row.getString(3));
		}, MessageTable.DUE, this.clock.millis(), max);
		for (long id : ids) {
			statements().update(MessageTable.PROMOTE, nextSeq(), id);
		}
		refreshDue();
		return ids.size();
	}

	@Override
	public int expire(int max) throws SQLException {
		List<Long> ids = new ArrayList<>();
		long now = this.clock.millis();
		statements().each((row) -> {
			long id = row.getLong(1);
			ids.add(id);
			Row gone = new Row(row.getInt(4), row.getString(2), row.getString(3), 0);
			this.counters.move(gone.queue(), gone.task(), gone.state(), StateCode.EXPIRED, 1);
			this.ended.add(gone.ended(id, MessageState.EXPIRED));
		}, MessageTable.EXPIRED, now, max);
		if (!ids.isEmpty()) {
			String json = LongJson.of(ids);
			statements().update(MessageTable.EXPIRE, now, json);
			Long prunable = statements().number(
					"SELECT count(*) FROM message WHERE id IN (SELECT value FROM json_each(?1)) AND hold <> 1", json);
			this.prunableDelta += (prunable != null) ? prunable : 0;
		}
		refreshDue();
		return ids.size();
	}

	// ---- pruning

	/** How many ended messages are above the count that is kept. */
	private int prunable() {
		return (int) Math.min(Integer.MAX_VALUE,
				Math.max(0, this.prunable + this.prunableDelta - this.retention.maxRows()));
	}

	@Override
	public int prune(int max) throws SQLException {
		int above = Math.min(max, prunable());
		if (above <= 0) {
			return 0;
		}
		String ids = statements().text(MessageTable.ABOVE_COUNT, this.clock.millis() - PruneRule.WAITER_MILLIS, above);
		long[] failedBefore = { 0 };
		statements().each((row) -> {
			this.counters.add(row.getString(1), row.getString(2), row.getInt(3), -row.getInt(4));
			failedBefore[0] += row.getLong(5);
		}, MessageTable.COUNT_IDS, ids);
		if (failedBefore[0] > 0) {
			statements().update(DELETE_ATTEMPTS, ids);
		}
		int rows = statements().update(MessageTable.PRUNE_IDS, ids);
		this.prunableDelta -= rows;
		return rows;
	}

	@Override
	public int pruneByAge(int max) throws SQLException {
		int rows = 0;
		for (PruneRule rule : PruneRule.of(this.retention, this.clock.millis())) {
			if (rows < max) {
				rows += deleted(MessageTable.PRUNE_BY_AGE, false, rule.hold(), rule.state(), rule.before(), max - rows);
			}
		}
		return rows;
	}

	// ---- instances

	@Override
	public void join(long epoch, String name, int slot) throws SQLException {
		statements().update("INSERT INTO instance (epoch, name, slot, started_at) VALUES (?1, ?2, ?3, ?4)", epoch, name,
				slot, this.clock.millis());
		statements().update("""
				DELETE FROM instance
				WHERE dead = 1 AND epoch NOT IN (SELECT epoch FROM instance ORDER BY epoch DESC LIMIT 100)
				    AND epoch NOT IN (SELECT owner FROM message WHERE state = 30)""");
	}

	@Override
	public long maxEpoch() throws SQLException {
		Long epoch = statements().number("SELECT max(epoch) FROM instance");
		return (epoch != null) ? epoch : 0;
	}

	@Override
	public boolean beat(long epoch) throws SQLException {
		return statements().update("UPDATE instance SET beat = beat + 1 WHERE epoch = ?1 AND dead = 0", epoch) == 1;
	}

	@Override
	public void declareDead(long epoch) throws SQLException {
		statements().update("UPDATE instance SET dead = 1 WHERE epoch = ?1", epoch);
		statements().update("DELETE FROM signal WHERE epoch = ?1", epoch);
	}

	@Override
	public int rescue(long epoch, Predicate<RunKey> started, ToIntFunction<String> maxAttempts, int max)
			throws SQLException {
		List<Owned> rows = new ArrayList<>();
		statements().each((row) -> rows.add(new Owned(
				new RunKey(this.shard, row.getLong(1), epoch, row.getLong(2), row.getString(3), row.getString(4)),
				row.getInt(5), Statements.nullableLong(row, 6), row.getInt(7) != 0)), MessageTable.OWNED, epoch, max);
		long now = this.clock.millis();
		for (Owned row : rows) {
			rescue(row, started.test(row.key()), maxAttempts, now);
		}
		return rows.size();
	}

	private void rescue(Owned row, boolean started, ToIntFunction<String> maxAttempts, long now) throws SQLException {
		RunKey key = row.key();
		if (row.cancelRequested()) {
			endAs(key, MessageState.CANCELLED, null, started ? 0 : 1, now, SettleResult.APPLIED);
		}
		else if (!started) {
			rescued(key, null, 1, now);
		}
		else {
			FailureRecord failure = new FailureRecord(row.attempt(), FailureRecord.PROCESS_DIED,
					"The process that ran attempt " + row.attempt() + " died (epoch " + key.epoch() + ")", "", "", now,
					now);
			long most = (row.maxAttempts() != null) ? row.maxAttempts() : maxAttempts.applyAsInt(key.task());
			if (row.attempt() >= most) {
				endAs(key, MessageState.DEAD, failure, 0, now, SettleResult.APPLIED);
			}
			else {
				String json = FailureCodec.encode(failure);
				recordAttempt(key, json);
				rescued(key, json, 0, now);
			}
		}
	}

	private void rescued(RunKey key, @Nullable String failure, int uncounted, long now) throws SQLException {
		Long expiresAt = statements().number(MessageTable.RETRY, StateCode.READY, now, nextSeq(), failure, uncounted,
				key.id(), key.epoch(), key.run());
		if (expiresAt != null) {
			back(key, expiresAt);
		}
	}

	// ---- reservations

	@Override
	public long reserve(String idempotencyKey, long messageId, long epoch) throws SQLException {
		Long holder = statements().number(MessageTable.FIND_BY_IDEMPOTENCY_KEY, idempotencyKey);
		if (holder == null) {
			holder = statements().number("SELECT message_id FROM reservation WHERE idempotency_key = ?1",
					idempotencyKey);
		}
		if (holder != null) {
			return (holder == messageId) ? 0 : holder;
		}
		statements().update("INSERT INTO reservation (idempotency_key, message_id, epoch) VALUES (?1, ?2, ?3)",
				idempotencyKey, messageId, epoch);
		return 0;
	}

	@Override
	public void confirm(String idempotencyKey, long messageId) throws SQLException {
		statements().update("UPDATE reservation SET confirmed = 1 WHERE idempotency_key = ?1 AND message_id = ?2",
				idempotencyKey, messageId);
	}

	@Override
	public void unreserve(String idempotencyKey, long messageId) throws SQLException {
		statements().update("DELETE FROM reservation WHERE idempotency_key = ?1 AND message_id = ?2", idempotencyKey,
				messageId);
	}

	/** What a change of one row must know of it. */
	private record Row(int state, String queue, String task, int hold) {

		boolean isPrunable() {
			return this.hold != 1 && this.state >= StateCode.COMPLETED && this.state != StateCode.DEAD;
		}

		StoreListener.Ended ended(long id, @Nullable MessageState state) {
			return new StoreListener.Ended(id, this.queue, this.task, state, null, null, null);
		}

	}

	/** A row that an epoch owns. */
	private record Owned(RunKey key, int attempt, @Nullable Long maxAttempts, boolean cancelRequested) {

	}

	/** Runs that one statement can end together. */
	private record Owner(long epoch, long run) {

	}

	/** The best unclaimed message of one task. */
	private static final class Head implements Comparable<Head> {

		private final String task;

		private final ResultSet cursor;

		private int rows;

		private long id;

		private int priority;

		private long seq;

		Head(String task, ResultSet cursor) {
			this.task = task;
			this.cursor = cursor;
		}

		boolean next() throws SQLException {
			if (!this.cursor.next()) {
				return false;
			}
			this.rows++;
			this.id = this.cursor.getLong(1);
			this.priority = this.cursor.getInt(2);
			this.seq = this.cursor.getLong(3);
			return true;
		}

		void close() throws SQLException {
			this.cursor.close();
		}

		@Override
		public int compareTo(Head other) {
			int byPriority = Integer.compare(other.priority, this.priority);
			if (byPriority != 0) {
				return byPriority;
			}
			int bySeq = Long.compare(this.seq, other.seq);
			return (bySeq != 0) ? bySeq : Long.compare(this.id, other.id);
		}

	}

}
