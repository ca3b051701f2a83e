package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.SettleResult;
import org.jspecify.annotations.Nullable;

/**
 * Takes back what a dead epoch owns: what had not started gets its attempt back, what had
 * pays it.
 */
final class ShardRescue {

	private final Statements statements;

	private final ShardBooks books;

	private final ShardSequence sequence;

	private final ShardSettling settling;

	private final AttemptTable attempts;

	private final int shard;

	ShardRescue(Statements statements, ShardBooks books, ShardSequence sequence, ShardSettling settling,
			AttemptTable attempts, int shard) {
		this.statements = statements;
		this.books = books;
		this.sequence = sequence;
		this.settling = settling;
		this.attempts = attempts;
		this.shard = shard;
	}

	int rescue(long epoch, Predicate<RunKey> started, ToIntFunction<String> maxAttempts, int max, long now)
			throws SQLException {
		List<Owned> rows = new ArrayList<>();
		this.statements.each((row) -> rows.add(new Owned(
				new RunKey(this.shard, row.getLong(1), epoch, row.getLong(2), row.getString(3), row.getString(4)),
				row.getInt(5), Statements.nullableLong(row, 6), row.getInt(7) != 0)), MessageTable.OWNED, epoch, max);
		for (Owned row : rows) {
			rescue(row, started.test(row.key()), maxAttempts, now);
		}
		return rows.size();
	}

	private void rescue(Owned row, boolean started, ToIntFunction<String> maxAttempts, long now) throws SQLException {
		RunKey key = row.key();
		if (row.cancelRequested()) {
			this.settling.endAs(key, MessageState.CANCELLED, null, started ? 0 : 1, now, SettleResult.APPLIED);
		}
		else if (!started) {
			ready(key, null, 1, now);
		}
		else {
			FailureRecord failure = new FailureRecord(row.attempt(), FailureRecord.PROCESS_DIED,
					"The process that ran attempt " + row.attempt() + " died (epoch " + key.epoch() + ")", "", "", now,
					now);
			long most = (row.maxAttempts() != null) ? row.maxAttempts() : maxAttempts.applyAsInt(key.task());
			if (row.attempt() >= most) {
				this.settling.endAs(key, MessageState.DEAD, failure, 0, now, SettleResult.APPLIED);
			}
			else {
				String json = FailureCodec.encode(failure);
				this.attempts.record(key, json);
				ready(key, json, 0, now);
			}
		}
	}

	private void ready(RunKey key, @Nullable String failure, int uncounted, long now) throws SQLException {
		Long expiresAt = this.statements.number(MessageTable.RETRY, StateCode.READY, now, this.sequence.next(), failure,
				uncounted, key.id(), key.epoch(), key.run());
		if (expiresAt != null) {
			this.books.back(key, expiresAt);
		}
	}

	/** A row that an epoch owns. */
	private record Owned(RunKey key, int attempt, @Nullable Long maxAttempts, boolean cancelRequested) {

	}

}
