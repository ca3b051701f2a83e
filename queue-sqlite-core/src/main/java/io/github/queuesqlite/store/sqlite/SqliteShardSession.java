package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.store.CancelResult;
import io.github.queuesqlite.store.ClaimOrder;
import io.github.queuesqlite.store.Firing;
import io.github.queuesqlite.store.HistoryRule;
import io.github.queuesqlite.store.HolderChange;
import io.github.queuesqlite.store.Hosting;
import io.github.queuesqlite.store.InsertResult;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Pauses;
import io.github.queuesqlite.store.PermitState;
import io.github.queuesqlite.store.PermitWish;
import io.github.queuesqlite.store.Quarantine;
import io.github.queuesqlite.store.Quota;
import io.github.queuesqlite.store.ReservedKey;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.Room;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.RunReport;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.ShardReader;
import io.github.queuesqlite.store.ShardSession;
import io.github.queuesqlite.store.StartedRuns;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.StoredSchedule;
import io.github.queuesqlite.store.StoredStep;
import io.github.queuesqlite.store.Suspect;
import io.github.queuesqlite.store.TokenState;
import io.github.queuesqlite.store.TokenWish;
import io.github.queuesqlite.store.UnhostedMessages;
import io.github.queuesqlite.store.UnhostedRule;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of one shard's file: its transactions, and who does what in them.
 */
final class SqliteShardSession extends SqliteSession implements ShardSession {

	private final int shard;

	private final InstantSource clock;

	private final ShardBooks books;

	private final ShardSequence sequence;

	private final ShardInserts inserts;

	private final ShardClaims claims;

	private final ShardSettling settling;

	private final ShardChanges changes;

	private final KeyHolders holders;

	private final UniqueWindows windows;

	private final ShardTime time;

	private final ShardUnhosted unhosted;

	private final HistoryTable history;

	private final ShardDeletions deletions;

	private final ShardRescue rescue;

	private final InstanceTable instances;

	private final ReservationTable reservations;

	private final SignalTable signals;

	private final OrderingLines lines;

	private final Crowds crowds;

	private final ShardSchedules schedules;

	private final RunRecords records;

	private final Followers followers;

	private final RelayTable relays;

	SqliteShardSession(Connection connection, ReaderGate gate, Path file, long walMax, Quarantine quarantine,
			Watermark watermark, int shard, InstantSource clock, Retention retention, ClaimOrder order,
			HistoryRule historyRule) throws SQLException {
		super(connection, gate, file, walMax, quarantine, watermark, "shard");
		Statements statements = statements();
		AttemptTable attempts = new AttemptTable(statements);
		this.shard = shard;
		this.clock = clock;
		this.instances = new InstanceTable(statements);
		this.reservations = new ReservationTable(statements);
		this.signals = new SignalTable(statements);
		this.books = new ShardBooks(statements, clock);
		this.relays = new RelayTable(statements);
		this.windows = new UniqueWindows(statements);
		this.sequence = new ShardSequence(statements, clock, shard, order.newestFirst());
		OrderingLines lines = new OrderingLines(statements, this.books);
		this.lines = lines;
		this.crowds = new Crowds(statements, this.books, this.sequence, new KeyRates(statements, this.books, clock));
		this.followers = new Followers(statements, this.books, this.sequence, lines, this.crowds, shard);
		this.settling = new ShardSettling(statements, this.books, this.sequence, attempts, lines, this.crowds,
				retention);
		this.claims = new ShardClaims(statements, this.books, this.sequence, this.settling, lines, this.crowds,
				new Ageing(statements, order), shard);
		this.changes = new ShardChanges(statements, this.books, this.sequence, this.signals, this.reservations, lines,
				this.crowds, this.followers, shard);
		this.time = new ShardTime(statements, this.books, this.sequence, lines, this.crowds);
		this.history = new HistoryTable(statements, historyRule);
		this.unhosted = new ShardUnhosted(statements, this.books, lines, this.crowds);
		this.records = new RunRecords(statements, this.books, !retention.completed().isZero());
		this.deletions = new ShardDeletions(statements, this.books, attempts, lines, this.windows, this.crowds,
				this.records, this.followers, retention);
		this.rescue = new ShardRescue(statements, this.books, this.sequence, this.settling, attempts, lines,
				this.crowds, shard);
		this.holders = new KeyHolders(statements, this.changes);
		this.inserts = new ShardInserts(statements, this.books, this.sequence, this.reservations, lines, this.holders,
				this.windows, this.crowds, this.followers, this.relays);
		this.schedules = new ShardSchedules(statements, this.books, this.inserts, lines);
	}

	@Override
	public int shard() {
		return this.shard;
	}

	@Override
	public String label() {
		return label(this.shard, file());
	}

	static String label(int shard, Path file) {
		return "shard " + shard + " (" + file.getFileName() + ")";
	}

	@Override
	public Room room(long bytes) {
		Room room = super.room(bytes);
		watermark().holdRoom();
		return room;
	}

	@Override
	public void damaged(SQLException failure) {
		new DamageNote(file()).declare(quarantine(), failure);
	}

	// ---- transactions

	@Override
	public void begin(boolean synced) throws SQLException {
		this.books.pauses().forgetKeys();
		super.begin(synced);
		this.history.begun(this.clock);
	}

	@Override
	public void writeProbe() throws SQLException {
		statements().update("UPDATE shard SET probe = probe + 1 WHERE id = 1");
	}

	@Override
	public void commit() throws SQLException {
		this.books.write();
		super.commit();
		this.books.committed();
		this.sequence.committed();
	}

	@Override
	public void rollback() {
		super.rollback();
		this.books.rolledBack();
		try {
			this.sequence.readHighWater();
			this.books.readShard();
		}
		catch (SQLException ex) {
			// The writer finds out at its probe; until then the values of the last commit
			// serve.
			this.sequence.forgetHighWater();
		}
	}

	@Override
	public void refresh() throws SQLException {
		this.sequence.readHighWater();
		this.books.refresh();
	}

	@Override
	public void passOn() throws SQLException {
		this.followers.passOn(this.clock.millis());
	}

	@Override
	public List<StoreListener.Ended> takeEnded() throws SQLException {
		passOn();
		List<StoreListener.Ended> ended = this.books.takeEnded();
		this.windows.ended(ended, this.clock.millis());
		this.records.ended(ended);
		return ended;
	}

	@Override
	public List<Insertion> takeStored() {
		return this.books.takeStored();
	}

	@Override
	public List<StoreListener.TakenBack> takeTakenBack() {
		return this.books.takeTakenBack();
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

	// ---- the life of a message

	@Override
	public InsertResult insert(List<Insertion> rows) throws SQLException {
		return this.inserts.insert(rows, this.clock.millis());
	}

	@Override
	public int bestReady(String queue, Set<String> tasks) throws SQLException {
		return this.books.readyTasks().best(queue, tasks);
	}

	@Override
	public List<StoredMessage> claim(long epoch, String queue, Set<String> tasks, int max, Quota quota)
			throws SQLException {
		return this.claims.claim(epoch, queue, tasks, max, quota, this.clock.millis());
	}

	@Override
	public List<StoredMessage> claim(long epoch, String queue, String task, long id) throws SQLException {
		return this.claims.claim(epoch, queue, task, id, this.clock.millis());
	}

	@Override
	public long firstSuspect(String queue, Set<String> tasks) throws SQLException {
		return this.books.readySuspects().first(queue, tasks);
	}

	@Override
	public List<Suspect> claimSuspects(long epoch, String queue, Set<String> tasks, int max, Quota quota)
			throws SQLException {
		return this.claims.claimSuspects(epoch, queue, tasks, max, quota, this.clock.millis());
	}

	@Override
	public void unclaim(List<RunKey> keys) throws SQLException {
		this.settling.release(keys);
	}

	@Override
	public SettleResult[] settle(List<Settlement> settlements) throws SQLException {
		long now = this.clock.millis();
		SettleResult[] results = this.settling.settle(settlements, now);
		for (int i = 0; i < results.length; i++) {
			List<Insertion> followUps = settlements.get(i).followUps();
			if (!followUps.isEmpty() && results[i] == SettleResult.APPLIED) {
				followUp(followUps, settlements.get(i).key().epoch(), now);
			}
		}
		return results;
	}

	private void followUp(List<Insertion> followUps, long epoch, long now) throws SQLException {
		List<Insertion> here = new ArrayList<>(followUps.size());
		for (Insertion message : followUps) {
			if (message.isRelayedBy(this.shard)) {
				this.relays.add(epoch, message);
				this.books.relayed();
			}
			else {
				here.add(message);
			}
		}
		this.inserts.insert(here, now);
	}

	@Override
	public boolean extend(RunKey key, long deadline) throws SQLException {
		return this.settling.extend(key, deadline);
	}

	@Override
	public boolean addStep(RunKey key, StoredStep step) throws SQLException {
		return this.records.add(key, step);
	}

	@Override
	public boolean report(RunKey key, RunReport report) throws SQLException {
		return isAlive(key.epoch()) && this.records.report(key, report);
	}

	// ---- steering

	@Override
	public CancelResult cancel(long id, LongPredicate own, List<RunKey> stop) throws SQLException {
		return this.changes.cancel(id, own, stop, this.clock.millis());
	}

	/** Nothing is passed on before all are cancelled, so none is set free. */
	@Override
	public int cancelTree(long id, LongPredicate own, List<RunKey> stop) throws SQLException {
		int changed = 0;
		for (long one : this.followers.together(id)) {
			List<RunKey> asked = new ArrayList<>();
			if (cancel(one, own, asked) != CancelResult.UNCHANGED) {
				changed++;
			}
			stop.addAll(asked);
		}
		return changed;
	}

	@Override
	public List<RunKey> takeSignals(LongPredicate epochs) throws SQLException {
		List<RunKey> keys = this.signals.of(epochs, this.shard);
		if (!keys.isEmpty()) {
			begin(false);
			this.signals.delete(keys);
			commit();
		}
		return keys;
	}

	@Override
	public int retry(Collection<Long> ids, List<Long> doubtful) throws SQLException {
		return this.changes.retry(ids, doubtful, this.clock.millis());
	}

	@Override
	public boolean retryReserved(long id) throws SQLException {
		return this.changes.retryReserved(id, this.clock.millis());
	}

	@Override
	public int delete(Collection<Long> ids) throws SQLException {
		return this.deletions.delete(ids);
	}

	@Override
	public boolean updatePayload(long id, @Nullable String codec, byte @Nullable [] payload) throws SQLException {
		return this.changes.updatePayload(id, codec, payload);
	}

	@Override
	public boolean reschedule(long id, long runAt) throws SQLException {
		return this.changes.reschedule(id, runAt, this.clock.millis());
	}

	@Override
	public long windowHolder(ReservedKey key, long messageId) throws SQLException {
		return this.windows.holder(key, messageId, this.clock.millis());
	}

	@Override
	public HolderChange changeHolder(long id, Insertion row) throws SQLException {
		return this.holders.change(id, row, this.clock.millis());
	}

	@Override
	public void pauseAll(long until) throws SQLException {
		pause(PauseTable.ALL, until);
	}

	@Override
	public void resumeAll() throws SQLException {
		resume(PauseTable.ALL);
	}

	@Override
	public void pause(String queue, long until) throws SQLException {
		this.books.pauses().pauseQueue(queue, this.clock.millis(), until);
		this.books.refreshDue();
	}

	@Override
	public void resume(String queue) throws SQLException {
		this.books.pauses().resumeQueue(queue);
	}

	@Override
	public void pauseTask(String task, long until) throws SQLException {
		this.books.pauses().pauseTask(task, this.clock.millis(), until);
		this.books.refreshDue();
	}

	@Override
	public void resumeTask(String task) throws SQLException {
		this.books.pauses().resumeTask(task);
	}

	@Override
	public void pauseKey(String key, long until) throws SQLException {
		this.books.pauses().pauseKey(key, this.clock.millis(), until);
		this.lines.arrange(key);
		this.crowds.paused(key);
		this.books.refreshDue();
	}

	@Override
	public void resumeKey(String key) throws SQLException {
		this.books.pauses().resumeKey(key);
		this.lines.arrange(key);
		this.crowds.resumed(key);
	}

	@Override
	public Pauses pauses() throws SQLException {
		return this.books.pauses().all();
	}

	@Override
	public int endPauses() throws SQLException {
		return this.time.endPauses(this.clock.millis());
	}

	// ---- time

	@Override
	public long nextDueAt() {
		return this.books.nextDueAt();
	}

	@Override
	public boolean isDue() {
		return this.books.isDue();
	}

	@Override
	public int promote(int max) throws SQLException {
		return this.time.promote(max, this.clock.millis());
	}

	@Override
	public int expire(int max) throws SQLException {
		return this.time.expire(max, this.clock.millis());
	}

	@Override
	public List<UnhostedMessages> expireUnhosted(int max, UnhostedRule rule) throws SQLException {
		return this.unhosted.expire(max, rule, this.clock.millis());
	}

	@Override
	public int prune(int max) throws SQLException {
		return this.deletions.prune(max, this.clock.millis()) + this.history.prune(max);
	}

	@Override
	public int pruneByAge(int max) throws SQLException {
		long now = this.clock.millis();
		return this.deletions.pruneByAge(max, now) + this.history.pruneByAge(max, now);
	}

	// ---- instances

	@Override
	public void join(long epoch, String name, int slot) throws SQLException {
		this.instances.join(epoch, name, slot, this.clock.millis());
	}

	@Override
	public long maxEpoch() throws SQLException {
		return this.instances.maxEpoch();
	}

	@Override
	public long highWater() {
		return this.sequence.highWater();
	}

	@Override
	public boolean beat(long epoch, long number) throws SQLException {
		return this.instances.beat(epoch, number, this.clock.millis());
	}

	@Override
	public void host(long epoch, Hosting hosting) throws SQLException {
		this.instances.host(epoch, hosting.encode());
	}

	@Override
	public void audit(AuditEntry entry) throws SQLException {
		AuditTable.add(statements(), entry);
	}

	@Override
	public boolean isAlive(long epoch) throws SQLException {
		return this.instances.isAlive(epoch);
	}

	@Override
	public void declareDead(long epoch) throws SQLException {
		this.instances.declareDead(epoch);
		this.signals.deleteOf(epoch);
		this.books.permits().removeOf(epoch);
		this.books.rates().removeOf(epoch, this.clock.millis());
		this.schedules.leave(epoch);
	}

	@Override
	public boolean declareDead(long epoch, long latestBeat) throws SQLException {
		return this.instances.declareDead(epoch, latestBeat);
	}

	@Override
	public int rescue(long epoch, StartedRuns started, boolean died, ToIntFunction<String> maxAttempts, int max)
			throws SQLException {
		return this.rescue.rescue(epoch, started, died, maxAttempts, max, this.clock.millis());
	}

	// ---- keys

	@Override
	public boolean isAnyCrowded() {
		return this.crowds.isAny();
	}

	@Override
	public void declareKeyLimits(Map<String, @Nullable Integer> limits) throws SQLException {
		this.crowds.declare(limits);
	}

	@Override
	public void declareKeyRates(Map<String, @Nullable RateLimit> rates) throws SQLException {
		this.crowds.declareRates(rates);
	}

	@Override
	public boolean changeKeyRate(String task, @Nullable Integer count) throws SQLException {
		return this.crowds.changeRate(task, count);
	}

	@Override
	public void begun(List<RunKey> runs) throws SQLException {
		this.settling.begun(runs);
	}

	@Override
	public int letThroughDue(int max) throws SQLException {
		return this.crowds.letThroughDue(max);
	}

	@Override
	public void weigh(String concurrencyKey, int weight) throws SQLException {
		this.crowds.weigh(concurrencyKey, weight);
	}

	// ---- relays

	@Override
	public boolean isAnyRelay() {
		return this.books.isAnyRelay();
	}

	@Override
	public boolean takeRelaysAdded() {
		return this.books.takeRelaysAdded();
	}

	@Override
	public void ownRelays(long epoch, long dead) throws SQLException {
		this.relays.own(epoch, dead);
	}

	@Override
	public void forgetRelays(long epoch, List<Long> seqs) throws SQLException {
		this.relays.forget(epoch, seqs);
		this.books.refreshRelays();
	}

	// ---- schedules

	@Override
	public boolean putSchedule(StoredSchedule schedule) throws SQLException {
		return this.schedules.put(schedule);
	}

	@Override
	public boolean deleteSchedule(String name, long revision) throws SQLException {
		return this.schedules.delete(name, revision);
	}

	@Override
	public void declare(String schedule, long epoch) throws SQLException {
		this.schedules.declare(schedule, epoch);
	}

	@Override
	public void undeclare(String schedule, long epoch) throws SQLException {
		this.schedules.undeclare(schedule, epoch);
	}

	@Override
	public Firing.@Nullable Outcome fire(Firing firing) throws SQLException {
		return this.schedules.fire(firing, this.clock.millis());
	}

	@Override
	public long nextFiringAt() {
		return this.books.nextFiringAt();
	}

	// ---- permits

	@Override
	public PermitState permits(long epoch, PermitWish wish) throws SQLException {
		return this.books.permits().settle(epoch, wish, isAlive(epoch));
	}

	@Override
	public TokenState tokens(long epoch, TokenWish wish) throws SQLException {
		return this.books.rates().settle(epoch, wish, isAlive(epoch), this.clock.millis());
	}

	@Override
	public boolean changeLimit(String name, @Nullable Integer most) throws SQLException {
		return this.books.permits().change(name, most);
	}

	@Override
	public boolean changeRate(String name, @Nullable Integer count) throws SQLException {
		return this.books.rates().change(name, count);
	}

	@Override
	public boolean changeKeyLimit(String task, @Nullable Integer most) throws SQLException {
		return this.crowds.change(task, most);
	}

	@Override
	public boolean takePermitsChanged() {
		return this.books.permits().takeChanged();
	}

	// ---- reservations

	@Override
	public long reserve(ReservedKey key, long messageId, long epoch) throws SQLException {
		return this.reservations.reserve(key, messageId, epoch);
	}

	@Override
	public void confirm(ReservedKey key, long messageId) throws SQLException {
		this.reservations.confirm(key, messageId);
	}

	@Override
	public void unreserve(ReservedKey key, long messageId) throws SQLException {
		this.reservations.unreserve(key, messageId);
	}

	@Override
	public void forget(ShardReader.Reservation stale) throws SQLException {
		this.reservations.forget(stale);
	}

}
