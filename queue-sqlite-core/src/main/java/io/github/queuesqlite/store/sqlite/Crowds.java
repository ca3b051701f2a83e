package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.sqlite.CrowdTable.Crowd;
import io.github.queuesqlite.store.sqlite.CrowdTable.Member;
import io.github.queuesqlite.store.sqlite.CrowdTable.Passed;
import io.github.queuesqlite.store.sqlite.CrowdTable.Waiting;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one task with one concurrency key: of each crowd at most its limit is
 * let through, READY or RUNNING, and at most its weight waits to be claimed; the others
 * are held. Who is let through gets a new order number, so that keys take turns: one with
 * a thousand times the load waits behind itself only. Where its task has a rate for each
 * key, who is let through takes a token of its key.
 * <p>
 * What changes the state of messages says so here afterwards, in the same transaction.
 * What was let through stays so when it is given back or taken back.
 */
final class Crowds {

	/** It is not among them any more. */
	private static final int ENDED = -1;

	private final Statements statements;

	private final ShardBooks books;

	private final ShardSequence sequence;

	private final CrowdTable table;

	private final KeyRates rates;

	Crowds(Statements statements, ShardBooks books, ShardSequence sequence, KeyRates rates) {
		this.statements = statements;
		this.books = books;
		this.sequence = sequence;
		this.table = new CrowdTable(statements);
		this.rates = rates;
	}

	/** Returns whether there may be a message with a concurrency key. */
	boolean isAny() {
		return this.books.isAnyCrowded();
	}

	/** Returns whether a new message may be READY from the first. */
	boolean isOpen(String key, String task) throws SQLException {
		Crowd crowd = new Crowd(task, key);
		return !this.rates.isRated(task) && this.table.first(crowd) == null
				&& mayPass(this.table.passed(crowd), crowd, this.table.weight(key));
	}

	/** A new message is stored. */
	void joined(Insertion row, String key, int state) throws SQLException {
		this.statements.update(CrowdTable.ADD, row.id(), row.task(), key, phase(state), row.priority(), row.id());
		this.books.crowded();
		if (state == StateCode.HELD && this.rates.isRated(row.task())) {
			letThrough(new Crowd(row.task(), key), new TokensLeft());
		}
	}

	/** A message that had ended is back. */
	void returned(long id) throws SQLException {
		if (this.statements.update(CrowdTable.ADD_AGAIN, id) > 0) {
			this.books.crowded();
			changed(List.of(id));
		}
	}

	/** The states of messages have changed. Reads nothing while there is no key. */
	void changed(Collection<Long> ids) throws SQLException {
		changed(ids, Set.of());
	}

	/**
	 * As above.
	 * @param begun those of which it is known that their run has begun
	 */
	void changed(Collection<Long> ids, Set<Long> begun) throws SQLException {
		if (!isAny() || ids.isEmpty()) {
			return;
		}
		Map<Crowd, TokensLeft> crowds = new LinkedHashMap<>();
		for (Member member : this.table.changed(LongJson.of(new ArrayList<>(ids)))) {
			TokensLeft left = crowds.computeIfAbsent(member.crowd(), (crowd) -> new TokensLeft());
			settle(member, begun.contains(member.id()), left);
		}
		for (Map.Entry<Crowd, TokensLeft> crowd : crowds.entrySet()) {
			letThrough(crowd.getKey(), crowd.getValue());
		}
	}

	private void settle(Member member, boolean begins, TokensLeft left) throws SQLException {
		boolean begun = member.begun() || begins;
		int phase = (member.state() < StateCode.COMPLETED) ? phase(member.state()) : ENDED;
		if (phase == CrowdTable.PASSED && !mayStay(member, begun)) {
			hold(member);
			phase = CrowdTable.WAITS;
		}
		boolean hasToken = phase == CrowdTable.PASSED || (phase == CrowdTable.RUNS && !begun);
		if (member.hasToken() && !hasToken) {
			left.add(begins);
		}
		if (phase == ENDED) {
			this.statements.update(CrowdTable.REMOVE, member.id());
		}
		else {
			this.table.setPhase(member.id(), phase, member.seq(), phase == CrowdTable.RUNS && begun);
		}
	}

	/**
	 * Whether one that is READY is let through: it was, and has not used its token up.
	 */
	private boolean mayStay(Member member, boolean begun) throws SQLException {
		return member.isLetThrough() && !isPaused(member.crowd().key())
				&& !(begun && this.rates.isRated(member.crowd().task()));
	}

	/** It is READY, but it was not let through. */
	private void hold(Member member) throws SQLException {
		this.statements.update(MessageTable.SET_STATE, StateCode.HELD, member.id());
		this.books.moved(member.queue(), member.crowd().task(), StateCode.READY, StateCode.HELD, 1);
		if (member.state() == StateCode.SUSPECT) {
			this.books.readySuspects().changed();
		}
		else {
			this.books.readyTasks().claimed(member.queue(), List.of(member.crowd().task()));
		}
	}

	private void letThrough(Crowd crowd, TokensLeft left) throws SQLException {
		KeyBucket bucket = this.rates.bucket(crowd);
		if (bucket == null) {
			letThrough(crowd, (KeyBucket) null);
			return;
		}
		bucket.fill(this.table.tokens(crowd), left.used, left.back);
		this.rates.put(crowd, bucket, letThrough(crowd, bucket));
	}

	/** Returns whether somebody waits for nothing but a token. */
	private boolean letThrough(Crowd crowd, @Nullable KeyBucket bucket) throws SQLException {
		Passed passed = this.table.passed(crowd);
		long weight = this.table.weight(crowd.key());
		Waiting first;
		while (mayPass(passed, crowd, weight) && (first = this.table.first(crowd)) != null) {
			if (bucket != null && !bucket.take()) {
				return true;
			}
			open(first, crowd.task());
			passed = new Passed(passed.ready() + 1, passed.all() + 1);
		}
		return false;
	}

	/** Lets those through whose rate allows it by now; returns of how many keys. */
	int letThroughDue(int max) throws SQLException {
		List<Crowd> due = this.rates.due(max);
		for (Crowd crowd : due) {
			letThrough(crowd, new TokensLeft());
		}
		if (!due.isEmpty()) {
			this.books.refreshKeyTurn();
		}
		return due.size();
	}

	private boolean mayPass(Passed passed, Crowd crowd, long weight) throws SQLException {
		return passed.ready() < weight && passed.all() < this.table.limit(crowd.task()) && !isPaused(crowd.key());
	}

	private boolean isPaused(String key) throws SQLException {
		return this.books.pauses().isKeyPaused(key);
	}

	/** A key was paused: what was let through is held again. */
	void paused(String key) throws SQLException {
		changed(this.table.passedOf(key));
	}

	/** A key is paused no more. */
	void resumed(String key) throws SQLException {
		letThroughOf(key);
	}

	private void letThroughOf(String key) throws SQLException {
		for (Crowd crowd : this.table.waitingOf(key)) {
			letThrough(crowd, new TokensLeft());
		}
	}

	private void open(Waiting first, String task) throws SQLException {
		long seq = this.sequence.next();
		this.statements.update(CrowdTable.OPEN, first.suspect() ? StateCode.SUSPECT : StateCode.READY, seq, first.id());
		this.table.setPhase(first.id(), CrowdTable.PASSED, seq, false);
		this.books.moved(first.queue(), task, StateCode.HELD, StateCode.READY, 1);
		this.books.ready(first.queue(), task, first.priority(), first.suspect());
	}

	private static int phase(int state) {
		return switch (state) {
			case StateCode.SCHEDULED -> CrowdTable.NOT_DUE;
			case StateCode.HELD -> CrowdTable.WAITS;
			case StateCode.RUNNING -> CrowdTable.RUNS;
			default -> CrowdTable.PASSED;
		};
	}

	// ---- limits and weights

	/**
	 * Sets how many messages of some tasks may run at once for each key.
	 * @param limits by task; null for any number
	 */
	void declare(Map<String, @Nullable Integer> limits) throws SQLException {
		int changed = 0;
		for (Map.Entry<String, @Nullable Integer> limit : limits.entrySet()) {
			Integer most = limit.getValue();
			changed += (most != null) ? this.statements.update(CrowdTable.DECLARE, limit.getKey(), most)
					: this.statements.update(CrowdTable.DECLARE_NONE, limit.getKey());
		}
		if (changed > 0) {
			letThroughAll();
		}
	}

	/** Changes such a number, if there is one; null for what is declared. */
	boolean change(String task, @Nullable Integer most) throws SQLException {
		boolean changed = this.statements.update(CrowdTable.CHANGE, task, most) > 0;
		if (changed) {
			letThroughAll();
		}
		return changed;
	}

	/** Sets how many messages of some tasks may begin in how long for each key. */
	void declareRates(Map<String, @Nullable RateLimit> rates) throws SQLException {
		if (this.rates.declare(rates)) {
			letThroughAll();
		}
	}

	/** Changes such a rate, if there is one; null for what is declared. */
	boolean changeRate(String task, @Nullable Integer count) throws SQLException {
		boolean changed = this.rates.change(task, count);
		if (changed) {
			letThroughAll();
		}
		return changed;
	}

	private void letThroughAll() throws SQLException {
		List<Crowd> crowds = new ArrayList<>();
		this.statements.each((row) -> crowds.add(new Crowd(row.getString(1), row.getString(2))),
				CrowdTable.WAITING_CROWDS);
		for (Crowd crowd : crowds) {
			letThrough(crowd, new TokensLeft());
		}
	}

	/** Sets how many messages of a key are let through together. */
	void weigh(String key, int weight) throws SQLException {
		if (weight == 1) {
			this.statements.update(CrowdTable.WEIGH_NORMALLY, key);
		}
		else {
			this.statements.update(CrowdTable.WEIGH, key, weight);
		}
		letThroughOf(key);
	}

	/** The tokens that messages of a crowd have in hand no more. */
	private static final class TokensLeft {

		private int used;

		private int back;

		private void add(boolean used) {
			if (used) {
				this.used++;
			}
			else {
				this.back++;
			}
		}

	}

}
