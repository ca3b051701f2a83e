package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.PartialEnqueueException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueFullException;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.Completion;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.InsertResult;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.StoreInstance;
import org.jspecify.annotations.Nullable;

/**
 * Many messages on their way into the store, in chunks that commit while later messages
 * are still made ready. Messages without keys fill one chunk after the other, each on the
 * shard with the shortest inbox; those with an id or a key go to their shard in the order
 * of the input, so that of equal keys the first one wins.
 * <p>
 * <b>Threads:</b> one thread adds and waits; outcomes come from writer threads.
 */
final class Bulk {

	private static final int MOST_ROWS = 500;

	private static final long MOST_BYTES = 2 * 1024 * 1024;

	/** Bounds the memory of what is ready and not yet committed. */
	private static final int MOST_CHUNKS = 16;

	private static final int KEYLESS = -1;

	private final StoreAccess access;

	private final RowListener listener;

	private final Semaphore places = new Semaphore(MOST_CHUNKS);

	/** The chunk of each shard that is being filled. */
	private final Map<Integer, Chunk> open = new HashMap<>();

	private final Object outcomes = new Object();

	/** Guarded by {@link #outcomes}. */
	private final @Nullable MessageId[] accepted;

	/** Guarded by {@link #outcomes}. */
	private final @Nullable QueueException[] failed;

	/** The ids that were assigned; 0 for none. */
	private final long[] ids;

	/** Ids of what is stored with a message. */
	private final Map<Integer, long[]> linkIds = new ConcurrentHashMap<>(0);

	/** Whether the id was given with the message, and others may know it. */
	private final boolean[] given;

	/** Why nothing more is handed in. */
	private @Nullable QueueException stopped;

	private int added;

	/**
	 * Begins.
	 * @param access the store
	 * @param size how many messages will be added
	 * @param listener is told of each message
	 */
	Bulk(StoreAccess access, int size, RowListener listener) {
		this.access = access;
		this.listener = listener;
		this.accepted = new MessageId[size];
		this.failed = new QueueException[size];
		this.ids = new long[size];
		this.given = new boolean[size];
	}

	/**
	 * Adds the next message.
	 * @param draft the message
	 */
	void add(Draft draft) {
		if (!draft.isPlaced() && draft.terms().bound() == null) {
			add(KEYLESS, draft);
			return;
		}
		int phase = this.access.inFlight().enter();
		try {
			addWithId(draft, draft.assignId(this.access.store(), this.access.instance().get()));
		}
		catch (StoreUnavailableException ex) {
			add(ex);
		}
		finally {
			this.access.inFlight().exit(phase);
		}
	}

	/**
	 * Adds the next message.
	 * @param draft the message
	 * @param id its id
	 * @param linkIds of what is stored with it
	 */
	void add(Draft draft, long id, long[] linkIds) {
		this.given[this.added] = true;
		this.linkIds.put(this.added, linkIds);
		addWithId(draft, id);
	}

	private void addWithId(Draft draft, long id) {
		this.ids[this.added] = id;
		add(IdLayout.shard(id), draft);
	}

	/**
	 * Counts the next message as failed.
	 * @param failure why
	 */
	void add(QueueException failure) {
		outcome(this.added++, 0, failure);
	}

	private void add(int shard, Draft draft) {
		Chunk chunk = this.open.computeIfAbsent(shard, (key) -> new Chunk());
		chunk.add(this.added++, draft);
		if (chunk.isFull()) {
			this.open.remove(shard);
			handIn(shard, chunk);
		}
	}

	private void handIn(int shard, Chunk chunk) {
		handInOnce(shard, chunk);
		if (chunk.isBounded()) {
			handInAgain(chunk.awaitFull());
		}
	}

	/**
	 * Hands in what found its queue full, in its order, before anything else: those
	 * without keys to other shards, then all of it as often as there may be room.
	 */
	private void handInAgain(List<Full> rejected) {
		List<Full> full = rejected;
		long deadline = this.access.bounds().deadline();
		for (int tries = 1; !full.isEmpty(); tries++) {
			QueueException refusal = refusal(full.get(0), tries, deadline);
			if (refusal != null) {
				full.forEach((row) -> outcome(row.index(), 0, refusal));
				return;
			}
			Map<Integer, Chunk> chunks = new TreeMap<>();
			for (Full row : full) {
				chunks.computeIfAbsent(shardOf(row), (key) -> new Chunk()).add(row.index(), row.draft());
			}
			chunks.forEach(this::handInOnce);
			List<Full> again = new ArrayList<>();
			chunks.values().forEach((chunk) -> again.addAll(chunk.awaitFull()));
			again.sort(Comparator.comparingInt(Full::index));
			full = again;
		}
	}

	private @Nullable QueueException refusal(Full first, int tries, long deadline) {
		Bounds bounds = this.access.bounds();
		Draft bounded = first.draft().bounded();
		if (tries < bounds.tries(bounded)) {
			return null;
		}
		if (!bounds.blocks(bounded)) {
			return first.failure();
		}
		try {
			bounds.awaitRoom(bounded.queue(), deadline);
			return null;
		}
		catch (QueueException ex) {
			return ex;
		}
	}

	private int shardOf(Full row) {
		if (!row.draft().isPlaced() && !this.given[row.index()]) {
			this.ids[row.index()] = row.draft().assignId(this.access.store(), this.access.instance().get());
		}
		return IdLayout.shard(this.ids[row.index()]);
	}

	private void handInOnce(int shard, Chunk chunk) {
		QueueException refusal = (this.stopped != null) ? this.stopped : refusal(shard, chunk);
		if (refusal != null) {
			// Only an unavailable shard leaves hope for the others.
			if (!(refusal instanceof StoreUnavailableException)) {
				this.stopped = refusal;
			}
			chunk.refuse(refusal);
		}
	}

	private @Nullable QueueException refusal(int shard, Chunk chunk) {
		if (!acquire(1)) {
			return new QueueException("Interrupted while waiting for commits: not handed in");
		}
		QueueException refusal = chunk.handIn(shard == KEYLESS);
		if (refusal != null) {
			this.places.release();
		}
		return refusal;
	}

	/** Returns false when the thread is interrupted; the flag is kept. */
	private boolean acquire(int chunks) {
		try {
			this.places.acquire(chunks);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Hands in the rest and waits for all commits.
	 * @return ids in the order of the messages
	 * @throws QueueException the failure of the only message
	 * @throws PartialEnqueueException if there were several and at least one is not
	 * stored, or nobody knows
	 */
	List<MessageId> finish() {
		this.open.forEach(this::handIn);
		acquire(MOST_CHUNKS);
		Map<Integer, MessageId> accepted = new LinkedHashMap<>();
		Map<Integer, QueueException> failed = new LinkedHashMap<>();
		synchronized (this.outcomes) {
			for (int i = 0; i < this.ids.length; i++) {
				MessageId id = this.accepted[i];
				if (id != null) {
					accepted.put(i, id);
				}
				else {
					failed.put(i, Objects.requireNonNullElseGet(this.failed[i], unknown(this.ids[i])));
				}
			}
		}
		if (!failed.isEmpty()) {
			throw failure(accepted, failed);
		}
		return new ArrayList<>(accepted.values());
	}

	private static Supplier<QueueException> unknown(long id) {
		return () -> new QueueException("Interrupted while waiting for the commit of message " + new MessageId(id)
				+ ": the outcome is unknown, look for it with find", new MessageId(id), null);
	}

	private QueueException failure(Map<Integer, MessageId> accepted, Map<Integer, QueueException> failed) {
		QueueException first = failed.values().iterator().next();
		if (this.ids.length == 1 || first == this.stopped && accepted.isEmpty()) {
			// The stack should show who asked; what went wrong below is the cause.
			first.fillInStackTrace();
			return first;
		}
		return new PartialEnqueueException(
				failed.size() + " of " + this.ids.length
						+ " messages are not stored, or nobody knows; the first failure: " + first.getMessage(),
				accepted, failed);
	}

	private void outcome(int index, long existing, @Nullable QueueException failure) {
		synchronized (this.outcomes) {
			this.failed[index] = failure;
			if (failure == null) {
				this.accepted[index] = new MessageId((existing != 0) ? existing : this.ids[index]);
			}
		}
		this.listener.outcome(index, this.ids[index], existing, failure);
	}

	/** Messages that are committed together. */
	private final class Chunk implements Completion<InsertResult> {

		private final List<Draft> drafts = new ArrayList<>();

		private final List<Integer> indexes = new ArrayList<>();

		private final List<Full> full = new ArrayList<>();

		private final CountDownLatch over = new CountDownLatch(1);

		private long bytes;

		private int size;

		private boolean bounded;

		private int phase;

		void add(int index, Draft draft) {
			this.indexes.add(index);
			this.drafts.add(draft);
			this.bytes += draft.size();
			this.size += draft.rows();
			this.bounded |= draft.bounded().terms().bound() != null;
		}

		boolean isBounded() {
			return this.bounded;
		}

		/**
		 * Waits for the commit, and returns what found its queue full: nothing when the
		 * thread is interrupted, which keeps its flag.
		 */
		List<Full> awaitFull() {
			try {
				this.over.await();
				return this.full;
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return List.of();
			}
		}

		/** It was not handed in. */
		void refuse(QueueException failure) {
			outcomes(failure);
			this.over.countDown();
		}

		boolean isFull() {
			return this.size >= MOST_ROWS || this.bytes >= MOST_BYTES;
		}

		/** Returns why nothing was handed in; null when it was. */
		@Nullable QueueException handIn(boolean withoutIds) {
			this.phase = Bulk.this.access.inFlight().enter();
			boolean handedIn = false;
			try {
				StoreInstance instance = Bulk.this.access.instance().get();
				if (withoutIds) {
					assignIds(instance);
				}
				Bulk.this.access.store().insert(instance, rows(), this);
				handedIn = true;
				return null;
			}
			catch (QueueException ex) {
				return ex;
			}
			finally {
				if (!handedIn) {
					Bulk.this.access.inFlight().exit(this.phase);
				}
			}
		}

		private void assignIds(StoreInstance instance) {
			long[] assigned = Bulk.this.access.store().assignIds(instance, this.drafts.size());
			for (int i = 0; i < assigned.length; i++) {
				Bulk.this.ids[this.indexes.get(i)] = assigned[i];
			}
		}

		private List<Insertion> rows() {
			List<Insertion> rows = new ArrayList<>(this.drafts.size());
			for (int i = 0; i < this.drafts.size(); i++) {
				int index = this.indexes.get(i);
				Draft draft = this.drafts.get(i);
				long id = Bulk.this.ids[index];
				rows.add(draft.withIds(id, linkIds(index, draft, id), Bulk.this.access.waiters()::isWaitedFor));
			}
			return rows;
		}

		private long[] linkIds(int index, Draft draft, long id) {
			long[] given = Bulk.this.given[index] ? Bulk.this.linkIds.get(index) : null;
			return (given != null) ? given : draft.assignLinks(Bulk.this.access, id);
		}

		@Override
		public void succeeded(InsertResult result) {
			record(result);
			for (int i = 0; i < this.drafts.size(); i++) {
				QueueException failure = result.failed().get(i);
				long existing = (failure != null) ? 0 : result.existing()[i];
				if (failure instanceof QueueFullException) {
					this.full.add(new Full(this.indexes.get(i), this.drafts.get(i), failure));
					continue;
				}
				if (failure == null) {
					failure = Handing.duplicate(this.drafts.get(i), existing);
				}
				outcome(this.indexes.get(i), existing, failure);
			}
			end();
		}

		@Override
		public void failed(QueueException failure) {
			outcomes(failure);
			end();
		}

		/** One call for each stretch of messages of one queue and task. */
		private void record(InsertResult result) {
			int stored = 0;
			for (int i = 0; i < this.drafts.size(); i++) {
				Draft draft = this.drafts.get(i);
				if (result.isInserted(i)) {
					stored++;
					draft.recordLinks(Bulk.this.access.recorder());
				}
				boolean last = i + 1 == this.drafts.size() || !draft.isAlike(this.drafts.get(i + 1));
				if (last && stored > 0) {
					Bulk.this.access.recorder().enqueued(draft.queue(), draft.keys().task(), stored);
					stored = 0;
				}
			}
		}

		private void outcomes(QueueException failure) {
			for (int index : this.indexes) {
				outcome(index, 0, about(Bulk.this.ids[index], failure));
			}
		}

		/** What failed together names one of its messages: each must be found. */
		private static QueueException about(long id, QueueException failure) {
			MessageId named = failure.messageId();
			if (named == null || named.value() == id || id == 0) {
				return failure;
			}
			String text = String.valueOf(failure.getMessage());
			if (failure instanceof ShardQuarantinedException quarantined) {
				return new ShardQuarantinedException(text, quarantined.shard(), new MessageId(id));
			}
			return (failure instanceof StoreUnavailableException)
					? new StoreUnavailableException(text, new MessageId(id), failure)
					: new QueueException(text, new MessageId(id), failure);
		}

		private void end() {
			Bulk.this.access.inFlight().exit(this.phase);
			Bulk.this.places.release();
			this.over.countDown();
		}

	}

	/**
	 * A message that found its queue full.
	 *
	 * @param index its place in the input
	 * @param draft the message
	 * @param failure says so
	 */
	private record Full(int index, Draft draft, QueueException failure) {

	}

	/** Is told of each message, on any thread; see {@link Waiter} for what it may do. */
	@FunctionalInterface
	interface RowListener {

		/** Wants to know nothing. */
		RowListener NONE = (index, id, existing, failure) -> {
		};

		/**
		 * A message is stored, another one has its key, or it failed.
		 * @param index its place in the input
		 * @param id its id; 0 when it has none yet
		 * @param existing the message that has its key; 0 for none
		 * @param failure why it is not stored; null when it is
		 */
		void outcome(int index, long id, long existing, @Nullable QueueException failure);

	}

}
