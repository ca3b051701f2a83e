package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.AttributesCodec;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.Wait;
import io.github.queuesqlite.store.sqlite.WaitingTable.Arrival;
import io.github.queuesqlite.store.sqlite.WaitingTable.Edge;
import io.github.queuesqlite.store.sqlite.WaitingTable.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait for others. Whoever ends a message says so in the books; what
 * ended is passed on here, in the same transaction: those who wait for it are set free,
 * are told so that they know when all have ended, end too, or are deleted as nobody needs
 * them.
 * <p>
 * Who has waited keeps its row among those that wait when it is cancelled, so that it can
 * wait again when it is retried, or when what its end was due to is.
 */
final class Followers {

	private static final String SET_FREE = """
			UPDATE message
			SET state = ?1, run_at = ?2, seq = ?3, codec = ?4, payload = ?5, expires_at = ?6, checksum = ?7
			WHERE id = ?8""";

	/** Its payload cannot be replaced: whoever claims it finds it damaged. */
	private static final String SET_DAMAGED_FREE = """
			UPDATE message SET state = ?1, run_at = ?2, seq = ?3 WHERE id = ?4""";

	private static final String COMPLETE = """
			UPDATE message
			SET state = 40, run_at = ?1, finished_at = ?1, result_codec = ?2, result = ?3, checksum = ?4
			WHERE id = ?5""";

	private static final String STOP = """
			UPDATE message SET state = 60, finished_at = ?1, last_error = ?2 WHERE id = ?3""";

	private static final String WAIT_AGAIN = """
			UPDATE message
			SET state = 10, run_at = ?1, attempt = 0, finished_at = NULL, last_error = NULL, cancel_requested = 0
			WHERE id = ?2""";

	private static final String DELETE = "DELETE FROM message WHERE id = ?1 AND state = 10";

	private final Statements statements;

	private final ShardBooks books;

	private final ShardSequence sequence;

	private final OrderingLines lines;

	private final Crowds crowds;

	private final WaitingTable table;

	private final int shard;

	private final Checksum checksum = new Checksum();

	Followers(Statements statements, ShardBooks books, ShardSequence sequence, OrderingLines lines, Crowds crowds,
			int shard) {
		this.statements = statements;
		this.books = books;
		this.sequence = sequence;
		this.lines = lines;
		this.crowds = crowds;
		this.table = new WaitingTable(statements);
		this.shard = shard;
	}

	/** A message is stored with others, some of which wait. */
	void joined(Insertion first) throws SQLException {
		joinedAlone(first);
		for (Insertion other : first.composition().others()) {
			joinedAlone(other);
		}
		this.books.followed();
	}

	private void joinedAlone(Insertion row) throws SQLException {
		Wait wait = row.composition().waits();
		if (wait != null) {
			this.table.add(row.id(), wait, this.shard);
		}
	}

	// ---- ends

	/** Gives what has ended to those that wait for it. */
	void passOn(long now) throws SQLException {
		List<StoreListener.Ended> ended;
		while (!(ended = this.books.takeUnfollowed()).isEmpty()) {
			if (mayBeFollowed(ended)) {
				passOn(ended, now);
			}
		}
	}

	/**
	 * What this process has claimed it knows of. Another one may have stored what is
	 * cancelled, expires or is deleted here a moment ago.
	 */
	private boolean mayBeFollowed(List<StoreListener.Ended> ended) {
		return this.books.isAnyFollowed()
				|| ended.stream().anyMatch((message) -> message.state() != MessageState.COMPLETED);
	}

	private void passOn(List<StoreListener.Ended> ended, long now) throws SQLException {
		Set<Long> gone = new HashSet<>();
		Map<Long, List<Edge>> edges = this.table
			.followers(ended.stream().map(StoreListener.Ended::id).distinct().toList());
		for (StoreListener.Ended message : ended) {
			List<Edge> followers = edges.getOrDefault(message.id(), List.of());
			for (Edge edge : followers) {
				arrived(edge, message, now);
			}
			if (message.state() == null || (!followers.isEmpty() && !isStored(message.id()))) {
				gone.add(message.id());
			}
		}
		forget(gone);
	}

	private boolean isStored(long id) throws SQLException {
		return this.statements.number(WaitingTable.IS_STORED, id) != null;
	}

	private void arrived(Edge edge, StoreListener.Ended message, long now) throws SQLException {
		Waiting waiting = this.table.read(edge.waitingId());
		if (waiting == null) {
			return;
		}
		Arrival arrival = Arrival.of(message);
		if (waiting.live() && isFreedBy(waiting, arrival)) {
			setFree(waiting, List.of(arrival), now);
			return;
		}
		boolean last = this.table.note(edge, message) && waiting.missing() == 1;
		if (!waiting.live()) {
			return;
		}
		switch (waiting.kind()) {
			case THEN -> stop(waiting, message, now);
			case FAILURE -> {
				if (last) {
					drop(waiting, now);
				}
			}
			case ALL, GATHER -> {
				if (last) {
					gathered(waiting, now);
				}
			}
		}
	}

	/** Whether one end is enough. */
	private static boolean isFreedBy(Waiting waiting, Arrival arrival) {
		return switch (waiting.kind()) {
			case THEN -> arrival.state() == StateCode.COMPLETED;
			case FAILURE -> arrival.isFailed();
			case ALL, GATHER -> false;
		};
	}

	/** All have ended. */
	private void gathered(Waiting waiting, long now) throws SQLException {
		List<Arrival> arrivals = this.table.arrivals(waiting.id());
		if (waiting.kind() == Wait.Kind.GATHER) {
			complete(waiting, Outcomes.of(waiting.kind(), arrivals), now);
		}
		else {
			setFree(waiting, arrivals, now);
		}
	}

	private void complete(Waiting waiting, Outcomes outcomes, long now) throws SQLException {
		StoredMessage message = read(waiting.id());
		long sum = this.checksum.of(message, message.codec(), message.payload())
				^ this.checksum.ofResult(outcomes.codec(), outcomes.payload());
		this.statements.update(COMPLETE, now, outcomes.codec(), outcomes.payload(), sum, waiting.id());
		this.table.free(waiting.id());
		this.books.moved(waiting.queue(), waiting.task(), StateCode.SCHEDULED, StateCode.COMPLETED, 1);
		this.books.addPrunable((waiting.hold() == 1) ? 0 : 1);
		this.books.ended(new StoreListener.Ended(waiting.id(), waiting.queue(), waiting.task(), MessageState.COMPLETED,
				outcomes.codec(), outcomes.payload(), null));
	}

	private void setFree(Waiting waiting, List<Arrival> arrivals, long now) throws SQLException {
		long runAt = (waiting.delay() != null) ? now + waiting.delay() : now;
		runAt = (waiting.runAt() != null) ? Math.max(runAt, waiting.runAt()) : runAt;
		StoredMessage message = read(waiting.id());
		String orderingKey = message.orderingKey();
		int state = (orderingKey != null) ? StateCode.HELD : StateCode.READY;
		state = (runAt > now) ? StateCode.SCHEDULED : state;
		Long end = (orderingKey != null) ? this.lines.end(orderingKey) : null;
		long seq = OrderingLines.place(this.sequence.next(), end);
		Long expiresAt = message.expiresAt();
		if (message.damaged()) {
			this.statements.update(SET_DAMAGED_FREE, state, runAt, seq, waiting.id());
		}
		else {
			Outcomes flow = waiting.takesPayload() ? Outcomes.of(waiting.kind(), arrivals)
					: new Outcomes(message.codec(), message.payload());
			expiresAt = (waiting.timeToLive() != null) ? Long.valueOf(now + waiting.timeToLive()) : expiresAt;
			long sum = this.checksum.of(message, flow.codec(), flow.payload()) ^ Checksum.ofExpiry(message.expiresAt())
					^ Checksum.ofExpiry(expiresAt);
			this.statements.update(SET_FREE, state, runAt, seq, flow.codec(), flow.payload(), expiresAt, sum,
					waiting.id());
		}
		this.table.free(waiting.id());
		this.books.moved(waiting.queue(), waiting.task(), StateCode.SCHEDULED, state, 1);
		this.books.waits(waiting.queue(), waiting.task(), state, runAt,
				(expiresAt != null) ? expiresAt : Long.MAX_VALUE);
		takePlace(message, seq);
	}

	/** Among the messages of its key, behind those that are there. */
	private void takePlace(StoredMessage message, long seq) throws SQLException {
		String attributes = message.attributes();
		if (message.orderingKey() != null) {
			this.lines.returned(message.orderingKey(), message.id(), seq);
			this.lines.arrange(message.orderingKey());
		}
		else if (attributes != null && attributes.contains(AttributesCodec.CONCURRENCY_KEY)) {
			this.crowds.returned(message.id());
		}
	}

	private StoredMessage read(long id) throws SQLException {
		StoredMessage[] found = { null };
		this.statements.each((row) -> found[0] = MessageTable.stored(row, this.checksum, this.shard),
				MessageTable.WAITING, id);
		if (found[0] == null) {
			throw new SQLException("Message " + id + " waits, yet it is not stored");
		}
		return found[0];
	}

	private void stop(Waiting waiting, StoreListener.Ended message, long now) throws SQLException {
		FailureRecord reason = message.failure();
		if (reason == null || !reason.type().equals(FailureRecord.STOPPED)) {
			reason = new FailureRecord(0, FailureRecord.STOPPED,
					"It waited for message " + new MessageId(message.id()) + " of task '" + message.task() + "', which "
							+ ((message.state() != null) ? "ended " + message.state() : "was deleted before its end"),
					"", "", now, now);
		}
		this.statements.update(STOP, now, FailureCodec.encode(reason), waiting.id());
		this.table.setStopped(waiting.id(), true);
		this.books.moved(waiting.queue(), waiting.task(), StateCode.SCHEDULED, StateCode.CANCELLED, 1);
		this.books.addPrunable((waiting.hold() == 1) ? 0 : 1);
		this.books.ended(new StoreListener.Ended(waiting.id(), waiting.queue(), waiting.task(), MessageState.CANCELLED,
				null, null, reason));
	}

	/** Deletes what nobody needs, and what only waits for that. */
	private void drop(Waiting first, long now) throws SQLException {
		Deque<Waiting> unneeded = new ArrayDeque<>(List.of(first));
		Waiting waiting;
		while ((waiting = unneeded.poll()) != null) {
			if (this.statements.update(DELETE, waiting.id()) == 0) {
				continue;
			}
			StoreListener.Ended ended = new StoreListener.Ended(waiting.id(), waiting.queue(), waiting.task(), null,
					null, null, null);
			this.books.removed(waiting.queue(), waiting.task(), StateCode.SCHEDULED, 1);
			this.books.ended(ended);
			for (Edge edge : this.table.followers(waiting.id())) {
				Waiting next = this.table.read(edge.waitingId());
				if (next != null && next.live() && next.kind() == Wait.Kind.THEN) {
					unneeded.add(next);
				}
				else {
					arrived(edge, ended, now);
				}
			}
			forget(List.of(waiting.id()));
		}
	}

	private void forget(Collection<Long> ids) throws SQLException {
		if (!ids.isEmpty()) {
			forget(LongJson.of(ids));
		}
	}

	/** Ended messages are deleted. */
	void forget(String ids) throws SQLException {
		this.table.forget(ids);
	}

	boolean isAny() {
		return this.books.isAnyFollowed();
	}

	// ---- changes by hand

	/**
	 * Lets a message that was cancelled or expired while it waited wait again, or sets it
	 * free when what it waited for has come meanwhile.
	 * @return null for a message that did not wait; false when what it waits for will not
	 * come
	 */
	@Nullable Boolean retry(long id, long now) throws SQLException {
		Waiting waiting = this.table.read(id);
		if (waiting == null) {
			return null;
		}
		List<Arrival> arrivals = this.table.arrivals(id);
		List<Arrival> freeing = arrivals.stream().filter((arrival) -> isFreedBy(waiting, arrival)).limit(1).toList();
		boolean gathers = waiting.kind() == Wait.Kind.ALL || waiting.kind() == Wait.Kind.GATHER;
		if (freeing.isEmpty() && waiting.missing() == 0 && !gathers) {
			return false;
		}
		waitAgain(waiting);
		if (!freeing.isEmpty()) {
			setFree(waiting, freeing, now);
		}
		else if (waiting.missing() == 0) {
			gathered(waiting, now);
		}
		returned(id);
		return true;
	}

	private void waitAgain(Waiting waiting) throws SQLException {
		Long expiresAt = this.statements.number(MessageTable.EXPIRY_OF, waiting.id());
		if (waiting.state() == StateCode.EXPIRED) {
			this.statements.update(MessageTable.RETRY_ENDED, this.sequence.next(), Wait.NOT_DUE, waiting.id(),
					Checksum.ofExpiry(expiresAt));
			expiresAt = null;
		}
		this.statements.update(WAIT_AGAIN, Wait.NOT_DUE, waiting.id());
		this.table.setStopped(waiting.id(), false);
		this.books.moved(waiting.queue(), waiting.task(), waiting.state(), StateCode.SCHEDULED, 1);
		this.books.waits(waiting.queue(), waiting.task(), StateCode.SCHEDULED, Wait.NOT_DUE,
				(expiresAt != null) ? expiresAt : Long.MAX_VALUE);
		this.books.addPrunable((waiting.hold() == 1) ? 0 : -1);
	}

	/** A message that had ended is back: those that its end has cancelled wait again. */
	void returned(long id) throws SQLException {
		Deque<Long> back = new ArrayDeque<>(List.of(id));
		Long next;
		while ((next = back.poll()) != null) {
			for (Edge edge : this.table.followers(next)) {
				this.table.unnote(edge);
				Waiting waiting = this.table.read(edge.waitingId());
				if (waiting != null && waiting.stopped() && waiting.state() == StateCode.CANCELLED) {
					waitAgain(waiting);
					back.add(waiting.id());
				}
			}
		}
	}

	/** Returns all that were stored with a message. */
	List<Long> together(long id) throws SQLException {
		List<Long> ids = new ArrayList<>();
		this.statements.each((row) -> ids.add(row.getLong(1)), WaitingTable.TOGETHER, LongJson.of(List.of(id)));
		return ids;
	}

	/** A message was given a payload of its own. */
	void keepsPayload(long id) throws SQLException {
		this.statements.update(WaitingTable.KEEPS_PAYLOAD, id);
	}

	/** Sets when a message that waits is due at the earliest; false for another one. */
	boolean reschedule(long id, long runAt) throws SQLException {
		return this.statements.update(WaitingTable.RESCHEDULE, runAt, id, Wait.NOT_DUE) > 0;
	}

}
