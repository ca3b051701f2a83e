package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.StartedRuns;
import io.github.queuesqlite.store.StoreListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes back what a dead epoch owns: what had not started gets its attempt back; what had
 * has spent it, and is a suspect when the process died.
 */
final class ShardRescue {

	private static final Logger logger = LoggerFactory.getLogger(ShardRescue.class);

	private final Statements statements;

	private final ShardBooks books;

	private final ShardSequence sequence;

	private final ShardSettling settling;

	private final AttemptTable attempts;

	private final OrderingLines lines;

	private final Crowds crowds;

	private final int shard;

	ShardRescue(Statements statements, ShardBooks books, ShardSequence sequence, ShardSettling settling,
			AttemptTable attempts, OrderingLines lines, Crowds crowds, int shard) {
		this.statements = statements;
		this.books = books;
		this.sequence = sequence;
		this.settling = settling;
		this.attempts = attempts;
		this.lines = lines;
		this.crowds = crowds;
		this.shard = shard;
	}

	/**
	 * Takes back some.
	 * @param died whether the process died, rather than left
	 */
	int rescue(long epoch, StartedRuns started, boolean died, ToIntFunction<String> maxAttempts, int max, long now)
			throws SQLException {
		List<Owned> rows = new ArrayList<>();
		this.statements.each((row) -> rows.add(new Owned(
				new RunKey(this.shard, row.getLong(1), epoch, row.getLong(2), row.getString(3), row.getString(4)),
				row.getInt(5), Statements.nullableLong(row, 6), row.getInt(7) != 0, row.getInt(8), row.getString(9))),
				MessageTable.OWNED, epoch, max);
		Set<Long> begun = new HashSet<>();
		for (Owned row : rows) {
			if (started.test(row.key())) {
				begun.add(row.key().id());
			}
			if (row.cancelRequested()) {
				int uncounted = started.test(row.key()) ? 0 : 1;
				this.settling.endAs(row.key(), MessageState.CANCELLED, null, uncounted, null, now);
			}
			else if (!started.test(row.key())) {
				ready(row.key(), row.deaths(), null, 1, now);
			}
			else {
				failed(row, (died && started.isKnown()) ? row.deaths() + 1 : 0, died, maxAttempts, now);
			}
			this.lines.arrange(row.orderingKey());
		}
		this.crowds.changed(rows.stream().map((row) -> row.key().id()).toList(), begun);
		return rows.size();
	}

	private void failed(Owned row, int deaths, boolean died, ToIntFunction<String> maxAttempts, long now)
			throws SQLException {
		RunKey key = row.key();
		long most = (row.maxAttempts() != null) ? row.maxAttempts() : maxAttempts.applyAsInt(key.task());
		FailureRecord failure = new FailureRecord(row.attempt(), FailureRecord.PROCESS_DIED, text(row, deaths, died),
				"", "", now, now);
		if (row.attempt() >= most) {
			logger.warn("Message {} of task '{}' is DEAD after attempt {} of {}: {}", new MessageId(key.id()),
					Names.oneLine(key.task()), row.attempt(), most, failure.message());
			this.settling.endAs(key, MessageState.DEAD, failure, 0, deaths, now);
		}
		else {
			String json = FailureCodec.encode(failure);
			this.attempts.record(key, json);
			ready(key, deaths, json, 0, now);
			this.books.takenBack(new StoreListener.TakenBack(key.id(), key.queue(), key.task(), failure));
		}
	}

	private static String text(Owned row, int deaths, boolean died) {
		String text = "The process that ran attempt " + row.attempt() + (died ? " died" : " stopped before its end")
				+ " (epoch " + row.key().epoch() + ")";
		return (deaths > 1) ? text + ". So ended " + deaths + " runs in a row: it may be the message that kills it"
				: text;
	}

	private void ready(RunKey key, int deaths, @Nullable String failure, int uncounted, long now) throws SQLException {
		this.statements.each((row) -> this.books.back(key, row.getInt(2), row.getLong(1)), MessageTable.RESCUE, deaths,
				now, (deaths > 0) ? this.sequence.next() : this.sequence.back(key.queue()), failure, uncounted,
				key.id(), key.epoch(), key.run());
	}

	/** A row that an epoch owns. */
	private record Owned(RunKey key, int attempt, @Nullable Long maxAttempts, boolean cancelRequested, int deaths,
			@Nullable String orderingKey) {

	}

}
