package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoreListener;
import org.jspecify.annotations.Nullable;

/**
 * Ends, retries, releases and extends runs, each under its fence: owner, run and state
 * must be what the caller holds, else the run is lost.
 */
final class ShardSettling {

	private final Statements statements;

	private final ShardBooks books;

	private final ShardSequence sequence;

	private final AttemptTable attempts;

	private final OrderingLines lines;

	private final Crowds crowds;

	private final Retention retention;

	private final Checksum checksum = new Checksum();

	ShardSettling(Statements statements, ShardBooks books, ShardSequence sequence, AttemptTable attempts,
			OrderingLines lines, Crowds crowds, Retention retention) {
		this.statements = statements;
		this.books = books;
		this.sequence = sequence;
		this.attempts = attempts;
		this.lines = lines;
		this.crowds = crowds;
		this.retention = retention;
	}

	SettleResult[] settle(List<Settlement> settlements, long now) throws SQLException {
		SettleResult[] results = new SettleResult[settlements.size()];
		Set<String> keys = orderingKeys(settlements);
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
		this.lines.arrange(keys);
		if (this.crowds.isAny()) {
			this.crowds.changed(ids(settlements), begun(settlements, results));
		}
		return results;
	}

	private static Set<Long> begun(List<Settlement> settlements, SettleResult[] results) {
		Set<Long> begun = new HashSet<>();
		for (int i = 0; i < results.length; i++) {
			if (settlements.get(i).hasBegun() && results[i] != SettleResult.LOST) {
				begun.add(settlements.get(i).key().id());
			}
		}
		return begun;
	}

	/** The handlers of some runs have begun. */
	void begun(List<RunKey> runs) throws SQLException {
		Set<Long> begun = new HashSet<>();
		for (RunKey run : runs) {
			if (this.statements.number(MessageTable.IS_CANCEL_REQUESTED, run.id(), run.epoch(), run.run()) != null) {
				begun.add(run.id());
			}
		}
		this.crowds.changed(begun, begun);
	}

	private static List<Long> ids(List<Settlement> settlements) {
		return settlements.stream().map((settlement) -> settlement.key().id()).toList();
	}

	private Set<String> orderingKeys(List<Settlement> settlements) throws SQLException {
		if (!this.books.isAnyOrdered()) {
			return Set.of();
		}
		return this.lines.ofClaimed(ids(settlements));
	}

	// ---- many at once

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
					this.books.completedAndGone(key);
				}
				else {
					this.books.moved(key.queue(), key.task(), StateCode.RUNNING, StateCode.COMPLETED, 1);
				}
				this.books.ended(ended(key, MessageState.COMPLETED, null, null, null));
			}
			else {
				results[index] = SettleResult.LOST;
			}
		}
	}

	private Set<Long> deleteCompleted(Owner owner, String json) throws SQLException {
		Set<Long> deleted = new HashSet<>();
		List<Long> failedBefore = new ArrayList<>();
		this.statements.each((row) -> {
			deleted.add(row.getLong(1));
			if (row.getInt(2) != 0) {
				failedBefore.add(row.getLong(1));
			}
		}, MessageTable.COMPLETE_AND_DELETE, json, owner.epoch(), owner.run());
		this.attempts.delete(failedBefore);
		return deleted;
	}

	/** Completes what is still the owner's, and asks which ones only if not all were. */
	private Set<Long> complete(Owner owner, List<Long> ids, String json, long now) throws SQLException {
		int rows = this.statements.update(MessageTable.COMPLETE_MANY, now, json, owner.epoch(), owner.run());
		this.books.addPrunable(rows);
		if (rows == ids.size()) {
			return new HashSet<>(ids);
		}
		Set<Long> completed = new HashSet<>();
		if (rows > 0) {
			this.statements.each((row) -> completed.add(row.getLong(1)), MessageTable.COMPLETED_NOW, now, json,
					owner.epoch(), owner.run());
		}
		this.statements.each((row) -> completed.add(row.getLong(1)), MessageTable.COMPLETE_HELD, now, json,
				owner.epoch(), owner.run());
		return completed;
	}

	// ---- one

	private SettleResult settleOne(Settlement settlement, long now) throws SQLException {
		RunKey key = settlement.key();
		if (settlement instanceof Settlement.Complete complete) {
			Long hold = this.statements.number(MessageTable.COMPLETE, now, complete.codec(), complete.result(),
					key.id(), key.epoch(), key.run(), this.checksum.ofResult(complete.codec(), complete.result()));
			return end(hold, key, MessageState.COMPLETED, complete.codec(), complete.result(), null);
		}
		if (settlement instanceof Settlement.Retry retry) {
			return isCancelRequested(key)
					? endAs(key, MessageState.CANCELLED, retry.failure(), 0, now, SettleResult.CANCELLED)
					: retry(retry, now);
		}
		if (settlement instanceof Settlement.Dead dead) {
			return endAs(key, MessageState.DEAD, dead.failure(), dead.countsAttempt() ? 0 : 1, now,
					SettleResult.APPLIED);
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
		Long requested = this.statements.number(MessageTable.IS_CANCEL_REQUESTED, key.id(), key.epoch(), key.run());
		return requested != null && requested == 1;
	}

	private SettleResult endAs(RunKey key, MessageState state, @Nullable FailureRecord failure, int uncounted, long now,
			SettleResult applied) throws SQLException {
		// The process survived what it says has failed.
		Integer deaths = (failure != null) ? 0 : null;
		SettleResult result = endAs(key, state, failure, uncounted, deaths, now);
		return (result == SettleResult.APPLIED) ? applied : result;
	}

	/**
	 * Ends a run in a state other than COMPLETED.
	 * @param uncounted 1 when its attempt does not count, else 0
	 * @param deaths runs in a row whose process died; null when that stays as it is
	 */
	SettleResult endAs(RunKey key, MessageState state, @Nullable FailureRecord failure, int uncounted,
			@Nullable Integer deaths, long now) throws SQLException {
		String json = (failure != null) ? FailureCodec.encode(failure) : null;
		Long hold = this.statements.number(MessageTable.END, StateCode.of(state), now, json, uncounted, deaths,
				key.id(), key.epoch(), key.run());
		if (hold != null && json != null) {
			this.attempts.record(key, json);
		}
		return end(hold, key, state, null, null, failure);
	}

	private SettleResult end(@Nullable Long hold, RunKey key, MessageState state, @Nullable String codec,
			byte @Nullable [] result, @Nullable FailureRecord failure) {
		if (hold == null) {
			return SettleResult.LOST;
		}
		this.books.moved(key.queue(), key.task(), StateCode.RUNNING, StateCode.of(state), 1);
		if (state != MessageState.DEAD && hold != 1) {
			this.books.addPrunable(1);
		}
		this.books.ended(ended(key, state, codec, result, failure));
		return SettleResult.APPLIED;
	}

	private SettleResult retry(Settlement.Retry retry, long now) throws SQLException {
		RunKey key = retry.key();
		boolean due = retry.runAt() <= now;
		int state = due ? StateCode.READY : StateCode.SCHEDULED;
		String json = (retry.failure() != null) ? FailureCodec.encode(retry.failure()) : null;
		SettleResult[] result = { SettleResult.LOST };
		this.statements.each((row) -> {
			int to = row.getInt(2);
			this.books.moved(key.queue(), key.task(), StateCode.RUNNING, to, 1);
			this.books.waits(key.queue(), key.task(), to, retry.runAt(), row.getLong(1));
			result[0] = SettleResult.APPLIED;
		}, MessageTable.RETRY, state, retry.runAt(), this.sequence.back(key.queue()), json,
				retry.countsAttempt() ? 0 : 1, key.id(), key.epoch(), key.run());
		if (result[0] == SettleResult.APPLIED && json != null) {
			this.attempts.record(key, json);
			this.books.retried(key);
		}
		return result[0];
	}

	/** Makes runs READY again at their old place, their attempts uncounted. */
	void release(List<RunKey> keys) throws SQLException {
		List<Long> ids = keys.stream().map(RunKey::id).toList();
		Set<String> orderingKeys = this.lines.ofClaimed(ids);
		for (RunKey key : keys) {
			release(key);
		}
		this.lines.arrange(orderingKeys);
		this.crowds.changed(ids);
	}

	private SettleResult release(RunKey key) throws SQLException {
		SettleResult[] result = { SettleResult.LOST };
		this.statements.each((row) -> {
			this.books.back(key, row.getInt(2), row.getLong(1));
			result[0] = SettleResult.APPLIED;
		}, MessageTable.RELEASE, key.id(), key.epoch(), key.run());
		return result[0];
	}

	boolean extend(RunKey key, long deadline) throws SQLException {
		return this.statements.update(MessageTable.EXTEND, deadline, key.id(), key.epoch(), key.run()) == 1;
	}

	private static StoreListener.Ended ended(RunKey key, MessageState state, @Nullable String codec,
			byte @Nullable [] result, @Nullable FailureRecord failure) {
		return new StoreListener.Ended(key.id(), key.queue(), key.task(), state, codec, result, failure);
	}

	/** Runs that one statement can end together. */
	private record Owner(long epoch, long run) {

	}

}
