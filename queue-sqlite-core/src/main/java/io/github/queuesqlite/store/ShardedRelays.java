package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

import io.github.queuesqlite.message.DuplicateMessageException;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.ShardQuarantinedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands messages over that the end of a run has enqueued and that its shard cannot store
 * itself: their key is at home elsewhere, or may be another's. The target notes in the
 * same transaction from where each one came, and stores it once; then the source forgets
 * it.
 * <p>
 * Only its owner hands a message over, so that it does not come late when its note may be
 * gone. Who takes over from the dead first declares them dead everywhere; a handing over
 * of the dead is refused there.
 * <p>
 * <b>Threads:</b> one at a time hands over; the rest any.
 */
final class ShardedRelays {

	private static final Logger logger = LoggerFactory.getLogger(ShardedRelays.class);

	/** So many messages of a shard are handed over together. */
	private static final int STEP = 200;

	private final ShardAccess shards;

	private final ShardedInserts inserts;

	private final LongPredicate alive;

	ShardedRelays(ShardAccess shards, ShardedInserts inserts, LongPredicate alive) {
		this.shards = shards;
		this.inserts = inserts;
		this.alive = alive;
	}

	/** Returns whether there may be a message under way. */
	boolean isAny() {
		return this.shards.group().usable().stream().anyMatch((shard) -> shard.outlook().isAnyRelay());
	}

	/** Returns whether one is under way that will arrive without a repair. */
	boolean isUnderWay() {
		boolean[] any = { false };
		List<Long> targets = targets();
		inEachWithAny((shard) -> any[0] = any[0] || shard.reader().isAnyRelay(targets));
		return any[0];
	}

	/** Those that can be written. */
	private List<Long> targets() {
		return this.shards.group().usable().stream().map((shard) -> (long) shard.number()).toList();
	}

	/** Finds a message that is under way. */
	Optional<StoredMessage> find(long id) {
		List<StoredMessage> found = new ArrayList<>();
		inEachWithAny((shard) -> shard.reader().relay(id).ifPresent((relay) -> found.add(underWay(relay.message()))));
		return found.stream().findFirst();
	}

	private static StoredMessage underWay(Insertion row) {
		Keys keys = row.keys();
		return new StoredMessage(row.id(), IdLayout.shard(row.id()), row.id(), row.queue(), row.task(),
				MessageState.SCHEDULED, row.priority(), row.createdAt(), row.runAt(), 0, row.maxAttempts(), 0, 0, false,
				null, null, row.expiresAt(), null, keys.idempotencyKey(), keys.uniqueKey(), keys.orderingKey(),
				row.attributes(), row.codec(), row.payload(), null, null, null, false);
	}

	private void inEachWithAny(Consumer<Shard> action) {
		this.shards.inEach((shard) -> {
			if (shard.outlook().isAnyRelay()) {
				action.accept(shard);
			}
		});
	}

	/**
	 * Hands over what is to be handed over by this process.
	 * @param instance who hands it over
	 * @return how many messages have arrived
	 * @throws QueueException if some could not be handed over
	 */
	int handOver(StoreInstance instance) {
		int[] arrived = { 0 };
		List<QueueException> failures = new ArrayList<>();
		inEachWithAny((shard) -> arrived[0] += handOver(instance, shard, failures));
		if (!failures.isEmpty()) {
			throw failures.get(0);
		}
		return arrived[0];
	}

	private int handOver(StoreInstance instance, Shard source, List<QueueException> failures) {
		ownThoseOfTheDead(instance, source);
		long floor = source.reader().relayFloor();
		List<Relay> relays = source.reader().relays(instance.epoch(), targets(), STEP);
		Map<Integer, List<Relay>> byTarget = new LinkedHashMap<>();
		for (Relay relay : relays) {
			byTarget.computeIfAbsent(IdLayout.shard(relay.message().id()), (shard) -> new ArrayList<>()).add(relay);
		}
		int arrived = 0;
		for (List<Relay> some : byTarget.values()) {
			try {
				List<Long> seqs = store(instance, some, floor);
				this.shards.writer(source.number()).call((session) -> {
					session.forgetRelays(instance.epoch(), seqs);
					return 0;
				});
				arrived += seqs.size();
			}
			catch (ShardQuarantinedException ex) {
				logger.debug("Messages wait for a quarantined shard", ex);
			}
			catch (QueueException ex) {
				failures.add(ex);
			}
		}
		return arrived;
	}

	private void ownThoseOfTheDead(StoreInstance instance, Shard source) {
		for (long epoch : source.reader().relayEpochs()) {
			if (epoch == instance.epoch() || this.alive.test(epoch)) {
				continue;
			}
			// Whoever only stood still must not hand over what is handed over here.
			this.shards.<Integer>tellEach((writer, completion) -> writer.submit((session) -> {
				session.declareDead(epoch);
				return 0;
			}, completion)).refuseFailures();
			this.shards.writer(source.number()).call((session) -> {
				session.ownRelays(instance.epoch(), epoch);
				return 0;
			});
		}
	}

	/** Returns the numbers of those that need not be handed over again. */
	private List<Long> store(StoreInstance instance, List<Relay> relays, long floor) {
		List<Insertion> rows = relays.stream()
			.map((relay) -> relay.message().from(new Relay.Origin(relay.source(), relay.seq(), floor)))
			.toList();
		BlockingCompletion<InsertResult> completion = new BlockingCompletion<>();
		this.inserts.insert(instance, rows, completion);
		InsertResult result = completion
			.await(() -> new QueueException("Interrupted while messages were handed over to their shard"));
		List<Long> seqs = new ArrayList<>();
		QueueException failure = null;
		for (int i = 0; i < rows.size(); i++) {
			QueueException failed = result.failed().get(i);
			if (failed != null && !(failed instanceof DuplicateMessageException)) {
				failure = failed;
				continue;
			}
			if (failed != null || !result.isInserted(i)) {
				sayDuplicate(rows.get(i), result.existing()[i], failed);
			}
			seqs.add(relays.get(i).seq());
		}
		if (failure != null && seqs.isEmpty()) {
			throw failure;
		}
		return seqs;
	}

	private static void sayDuplicate(Insertion row, long holder, @Nullable QueueException failure) {
		logger.debug("Message {} (task '{}'), which the end of a run has enqueued, was not stored: {}",
				new MessageId(row.id()), row.task(),
				(failure != null) ? failure.getMessage() : "message " + new MessageId(holder) + " has its key");
	}

}
