package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.StoreListener;
import org.jspecify.annotations.Nullable;

/**
 * What a shard keeps beside its messages: how many there are by state, how many pruning
 * by count may delete, which tasks have ready messages and which are paused, when the
 * next one becomes due, and what ended since somebody asked. Changes add up in memory,
 * are written before the commit and forgotten by a rollback.
 * <p>
 * <b>Threads:</b> the writer's; {@link #nextDueAt()}, {@link #isDue()},
 * {@link #nextFiringAt()} and {@link #isAnyRelay()} any.
 */
final class ShardBooks {

	private static final String SHARD = "SELECT prunable, " + ReadySuspects.IS_ANY + ", " + LineTable.IS_ANY
			+ ", permit_changes, " + CrowdTable.IS_ANY + ", " + KeyRateTable.IS_ANY + ", " + RunRecords.IS_ANY + ", "
			+ ScheduleTable.NEXT + ", " + WaitingTable.IS_ANY + ", " + RelayTable.IS_ANY + " FROM shard WHERE id = 1";

	private final Statements statements;

	private final InstantSource clock;

	private final CounterTable counters;

	private final ReadyTasks readyTasks;

	private final ReadySuspects readySuspects;

	private final PermitTable permits;

	private final RateTable rates;

	private final PauseTable pauses;

	/** What a transaction stored by itself. */
	private final List<Insertion> stored = new ArrayList<>();

	private final List<StoreListener.Ended> ended = new ArrayList<>();

	/** How many of them were passed on. */
	private int followed;

	private final List<StoreListener.TakenBack> takenBack = new ArrayList<>();

	/** Whether a live message may have an ordering key. */
	private boolean anyOrdered;

	/** Whether a live message may have a concurrency key. */
	private boolean anyCrowded;

	/** Whether the handler of a message may have said or done something. */
	private boolean anyRecorded;

	/** Whether a task may have a rate for each concurrency key. */
	private boolean anyKeyRate;

	/** Whether a message may wait for another one, or may have waited. */
	private boolean anyFollowed;

	/** Whether a message may wait to be handed over to another shard. */
	private volatile boolean anyRelay;

	/** Whether one was added since somebody asked. */
	private boolean relaysAdded;

	private long prunable;

	private long prunableDelta;

	private volatile long nextDue;

	private volatile long nextExpiry;

	private volatile long nextPauseEnd;

	/** When the next key may let one through for its rate. */
	private volatile long nextKeyTurn;

	private volatile long nextFiring;

	ShardBooks(Statements statements, InstantSource clock) throws SQLException {
		this.statements = statements;
		this.clock = clock;
		this.counters = new CounterTable(statements);
		this.pauses = new PauseTable(statements, clock);
		this.readyTasks = new ReadyTasks(statements, this.pauses);
		this.readySuspects = new ReadySuspects(statements, this.pauses);
		this.permits = new PermitTable(statements);
		this.rates = new RateTable(statements, this.permits);
		readShard();
		refreshDue();
	}

	// ---- transactions

	/** Writes what the transaction changed. */
	void write() throws SQLException {
		this.counters.flush();
		if (this.prunableDelta != 0) {
			this.statements.update("UPDATE shard SET prunable = prunable + ?1 WHERE id = 1", this.prunableDelta);
		}
	}

	/** What was written is committed. */
	void committed() {
		this.prunable += this.prunableDelta;
		this.prunableDelta = 0;
		this.permits.committed();
	}

	/** Nothing of what the transaction changed has happened. */
	void rolledBack() {
		this.counters.forget();
		this.readyTasks.forget();
		this.stored.clear();
		this.ended.clear();
		this.followed = 0;
		this.takenBack.clear();
		this.readySuspects.changed();
		this.permits.rolledBack();
		this.prunableDelta = 0;
		this.nextDue = 0;
		this.nextPauseEnd = 0;
		this.nextKeyTurn = 0;
		this.pauses.forgetTasks();
		this.pauses.forgetKeys();
	}

	/** Another process may have changed the shard. */
	void refresh() throws SQLException {
		this.readyTasks.forget();
		readShard();
		refreshDue();
	}

	void readShard() throws SQLException {
		this.statements.each((row) -> {
			this.prunable = row.getLong(1);
			this.readySuspects.set(row.getInt(2) != 0);
			this.anyOrdered = row.getInt(3) != 0;
			this.permits.read(row.getLong(4));
			this.anyCrowded = row.getInt(5) != 0;
			this.anyKeyRate = row.getInt(6) != 0;
			this.anyRecorded = row.getInt(7) != 0;
			nextFiring(Statements.nullableLong(row, 8));
			this.anyFollowed = row.getInt(9) != 0;
			this.anyRelay = row.getInt(10) != 0;
		}, SHARD);
		this.relaysAdded = this.anyRelay;
		this.pauses.forgetTasks();
	}

	// ---- messages

	void inserted(Insertion row, long now) {
		inserted(row, (row.runAt() > now) ? StateCode.SCHEDULED : StateCode.READY);
	}

	void inserted(Insertion row, int state) {
		this.counters.inserted(row.queue(), row.task(), state);
		if (state == StateCode.SCHEDULED) {
			this.nextDue = Math.min(this.nextDue, row.runAt());
		}
		else if (state == StateCode.READY) {
			this.readyTasks.add(row.queue(), row.task(), row.priority());
		}
		if (row.expiresAt() != null) {
			this.nextExpiry = Math.min(this.nextExpiry, row.expiresAt());
		}
	}

	/** Messages went from one state to another. */
	void moved(String queue, String task, int from, int to, int n) {
		this.counters.move(queue, task, from, to, n);
	}

	/** A run has completed its message, which is gone from the file. */
	void completedAndGone(RunKey key) {
		this.counters.completedAndGone(key.queue(), key.task(), StateCode.RUNNING);
	}

	/** A run has failed, and its message was moved to where it waits for the next one. */
	void retried(RunKey key) {
		this.counters.retried(key.queue(), key.task());
	}

	/** How many messages of a queue have not ended. */
	long length(String queue) throws SQLException {
		return this.counters.live(queue);
	}

	/** Messages are gone from the file. */
	void removed(String queue, String task, int state, int n) {
		this.counters.add(queue, task, state, -n);
	}

	/** A message is ready that was not. */
	void ready(String queue, String task, boolean suspect) {
		if (suspect) {
			this.readySuspects.changed();
		}
		else {
			this.readyTasks.add(queue, task);
		}
	}

	/** A message with a known priority is ready that was not. */
	void ready(String queue, String task, int priority, boolean suspect) {
		if (suspect) {
			this.readySuspects.changed();
		}
		else {
			this.readyTasks.add(queue, task, priority);
		}
	}

	/** A message waits that did not: scheduled for a time, held, or ready. */
	void waits(String queue, String task, int state, long runAt, long expiresAt) {
		// While it ran the expiry may have been left out.
		this.nextExpiry = Math.min(this.nextExpiry, expiresAt);
		if (state == StateCode.SCHEDULED) {
			this.nextDue = Math.min(this.nextDue, runAt);
		}
		else if (state != StateCode.HELD) {
			ready(queue, task, state == StateCode.SUSPECT);
		}
	}

	/** A run has become ready again, or is held in its line. */
	void back(RunKey key, int state, long expiresAt) {
		moved(key.queue(), key.task(), StateCode.RUNNING, StateCode.counted(state), 1);
		waits(key.queue(), key.task(), state, 0, expiresAt);
	}

	/** A message with an ordering key was stored, claimed or brought back. */
	void ordered() {
		this.anyOrdered = true;
	}

	/** Returns whether a message that this process claimed may have an ordering key. */
	boolean isAnyOrdered() {
		return this.anyOrdered;
	}

	/** A message with a concurrency key was stored or brought back. */
	void crowded() {
		this.anyCrowded = true;
	}

	/** Returns whether a live message may have a concurrency key. */
	boolean isAnyCrowded() {
		return this.anyCrowded;
	}

	/** A handler said or did something. */
	void recorded() {
		this.anyRecorded = true;
	}

	/** Returns whether there may be something that a handler said or did. */
	boolean isAnyRecorded() {
		return this.anyRecorded;
	}

	/** A task has a rate for each concurrency key. */
	void keysRated() {
		this.anyKeyRate = true;
	}

	/** Returns whether a task may have a rate for each concurrency key. */
	boolean isAnyKeyRate() {
		return this.anyKeyRate;
	}

	/** A key may let one through then. */
	void keyTurn(long at) {
		this.nextKeyTurn = Math.min(this.nextKeyTurn, at);
	}

	boolean isKeyTurn(long now) {
		return this.nextKeyTurn <= now;
	}

	/** A message was stored that waits for another one. */
	void followed() {
		this.anyFollowed = true;
	}

	/**
	 * Returns whether somebody may wait for a message that this process claimed.
	 */
	boolean isAnyFollowed() {
		return this.anyFollowed;
	}

	/** A message waits to be handed over to another shard. */
	void relayed() {
		this.anyRelay = true;
		this.relaysAdded = true;
	}

	/** Messages have arrived. */
	void refreshRelays() throws SQLException {
		Long any = this.statements.number("SELECT " + RelayTable.IS_ANY);
		this.anyRelay = any != null && any != 0;
	}

	boolean isAnyRelay() {
		return this.anyRelay;
	}

	/** Returns whether one was added since the last call. */
	boolean takeRelaysAdded() {
		boolean added = this.relaysAdded;
		this.relaysAdded = false;
		return added;
	}

	/** Pruning by count may delete so many more; negative for fewer. */
	void addPrunable(long n) {
		this.prunableDelta += n;
	}

	/** How many ended messages pruning by count may delete. */
	long prunable() {
		return this.prunable + this.prunableDelta;
	}

	ReadyTasks readyTasks() {
		return this.readyTasks;
	}

	PermitTable permits() {
		return this.permits;
	}

	RateTable rates() {
		return this.rates;
	}

	ReadySuspects readySuspects() {
		return this.readySuspects;
	}

	PauseTable pauses() {
		return this.pauses;
	}

	// ---- schedules

	/** Messages were stored that nobody has handed in. */
	void stored(List<Insertion> messages) {
		this.stored.addAll(messages);
	}

	/** Returns what was stored so since the last call and forgets it. */
	List<Insertion> takeStored() {
		return take(this.stored);
	}

	/** When the next schedule fires; null for never. */
	void nextFiring(@Nullable Long at) {
		this.nextFiring = (at != null) ? at : Long.MAX_VALUE;
	}

	long nextFiringAt() {
		return this.nextFiring;
	}

	// ---- ends

	void ended(StoreListener.Ended message) {
		this.ended.add(message);
	}

	/** Returns what ended and was not passed on; now it was. */
	List<StoreListener.Ended> takeUnfollowed() {
		if (this.followed == this.ended.size()) {
			return List.of();
		}
		List<StoreListener.Ended> unfollowed = List.copyOf(this.ended.subList(this.followed, this.ended.size()));
		this.followed = this.ended.size();
		return unfollowed;
	}

	/** Returns what ended since the last call and forgets it. */
	List<StoreListener.Ended> takeEnded() {
		this.followed = 0;
		return take(this.ended);
	}

	void takenBack(StoreListener.TakenBack message) {
		this.takenBack.add(message);
	}

	/** Returns what was taken back since the last call and forgets it. */
	List<StoreListener.TakenBack> takeTakenBack() {
		return take(this.takenBack);
	}

	private static <T> List<T> take(List<T> noted) {
		if (noted.isEmpty()) {
			return List.of();
		}
		List<T> taken = List.copyOf(noted);
		noted.clear();
		return taken;
	}

	// ---- time

	long nextDueAt() {
		return Math.min(Math.min(this.nextDue, this.nextExpiry), Math.min(this.nextPauseEnd, this.nextKeyTurn));
	}

	boolean isPauseOver(long now) {
		return this.nextPauseEnd <= now;
	}

	boolean isDue() {
		return nextDueAt() <= this.clock.millis();
	}

	void refreshDue() throws SQLException {
		Long due = this.statements.number(MessageTable.NEXT_DUE);
		Long expiry = this.statements.number(MessageTable.NEXT_EXPIRY);
		this.nextDue = (due != null) ? due : Long.MAX_VALUE;
		this.nextExpiry = (expiry != null) ? expiry : Long.MAX_VALUE;
		this.nextPauseEnd = this.pauses.nextEnd();
		refreshKeyTurn();
	}

	void refreshKeyTurn() throws SQLException {
		Long turn = this.anyKeyRate ? this.statements.number(KeyRateTable.NEXT) : null;
		this.nextKeyTurn = (turn != null) ? turn : Long.MAX_VALUE;
	}

}
