package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongConsumer;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What one transaction put off: handed in by one bulk insert after its commit, forgotten
 * when it is rolled back. A suspended transaction keeps its own.
 * <p>
 * <b>Threads:</b> the transaction's thread; {@link #refuseWaiting} any.
 */
final class Deferral implements TransactionSynchronization {

	private static final Logger logger = LoggerFactory.getLogger(Deferral.class);

	private final Deferrals deferrals;

	private final StoreAccess access;

	private final Thread thread = Thread.currentThread();

	private final List<Entry> entries = new ArrayList<>();

	/** How many entries there were at each savepoint. */
	private final Map<Object, Integer> savepoints = new IdentityHashMap<>();

	private volatile boolean open = true;

	Deferral(Deferrals deferrals, StoreAccess access) {
		this.deferrals = deferrals;
		this.access = access;
	}

	boolean isOpen() {
		return this.open;
	}

	/**
	 * Puts a message off.
	 * @param draft the message
	 * @return its id
	 */
	MessageId add(Draft draft) {
		return add(draft, null);
	}

	/**
	 * Puts a message off.
	 * @param draft the message
	 * @return completes after the commit
	 */
	CompletableFuture<MessageId> addAsync(Draft draft) {
		MessageId id = assignId(draft);
		DeferredFuture<MessageId> future = new DeferredFuture<>(this, id);
		add(draft, id, future);
		return future;
	}

	/**
	 * Puts a message off whose result is wanted.
	 * @param draft the message
	 * @param waiter makes what completes the future
	 * @return completes with the result
	 */
	<R> CompletableFuture<R> submit(Draft draft, Function<CompletableFuture<R>, ? extends Waiter> waiter) {
		MessageId id = assignId(draft);
		DeferredFuture<R> future = new DeferredFuture<>(this, id);
		this.access.waiters().register(add(draft, id, null).waitedFor(), waiter.apply(future));
		return future;
	}

	/**
	 * Puts a message off that somebody waits for.
	 * @param draft the message
	 * @param waiter told how it ends; null for nobody
	 * @return its id
	 */
	MessageId add(Draft draft, @Nullable Waiter waiter) {
		MessageId id = assignId(draft);
		Entry entry = add(draft, id, null);
		if (waiter != null) {
			this.access.waiters().register(entry.waitedFor(), waiter);
		}
		return id;
	}

	private MessageId assignId(Draft draft) {
		return this.access.as((instance) -> new MessageId(draft.assignId(this.access.store(), instance)));
	}

	private Entry add(Draft draft, MessageId id, @Nullable CompletableFuture<MessageId> future) {
		Entry entry = new Entry(draft, id.value(), draft.assignLinks(this.access, id.value()), future);
		entry.forEachId((one) -> {
			this.deferrals.add(one, this);
			this.access.waiters().handingIn(one);
		});
		this.entries.add(entry);
		return entry;
	}

	/**
	 * Refuses to wait inside the transaction.
	 * @param id a message that was put off
	 * @throws IllegalStateException on the transaction's thread before its end
	 */
	void refuseWaiting(MessageId id) {
		if (this.open && Thread.currentThread() == this.thread) {
			throw new IllegalStateException("Message " + id + " is stored only after the commit of the transaction "
					+ "that enqueued it: waiting for it inside the transaction would never end. Wait after the "
					+ "commit, or set 'enqueue.when' to 'now'.");
		}
	}

	@Override
	public void suspend() {
		TransactionSynchronizationManager.unbindResource(this.deferrals);
	}

	@Override
	public void resume() {
		TransactionSynchronizationManager.bindResource(this.deferrals, this);
	}

	@Override
	public void savepoint(Object savepoint) {
		this.savepoints.put(savepoint, this.entries.size());
	}

	@Override
	public void savepointRollback(Object savepoint) {
		// A savepoint that was set before the first enqueue is not known here.
		forgetFrom(this.savepoints.getOrDefault(savepoint, 0),
				"its part of the transaction was rolled back to a savepoint");
	}

	@Override
	public void afterCommit() {
		this.open = false;
		handIn();
	}

	@Override
	public void afterCompletion(int status) {
		this.open = false;
		TransactionSynchronizationManager.unbindResourceIfPossible(this.deferrals);
		if (status == STATUS_COMMITTED) {
			handInLate();
		}
		else if (status == STATUS_ROLLED_BACK) {
			forgetFrom(0, "its transaction was rolled back");
		}
		else if (!this.entries.isEmpty()) {
			logger.warn("The outcome of a transaction is unknown: {} messages that it enqueued are not stored",
					this.entries.size());
			forgetFrom(0, "the outcome of its transaction is unknown");
		}
	}

	/** For what was enqueued first while other synchronizations ran after the commit. */
	private void handInLate() {
		try {
			handIn();
		}
		catch (QueueException ex) {
			logger.error("Messages enqueued while a transaction ended are not stored", ex);
		}
	}

	private void handIn() {
		List<Entry> batch = List.copyOf(this.entries);
		this.entries.clear();
		if (batch.isEmpty()) {
			return;
		}
		Bulk bulk = new Bulk(this.access, batch.size(),
				(index, id, existing, failure) -> outcome(batch.get(index), existing, failure));
		batch.forEach((entry) -> bulk.add(entry.draft, entry.id, entry.linkIds));
		try {
			bulk.finish();
		}
		catch (QueueException ex) {
			if (batch.size() > 1 || ex.messageId() != null) {
				throw ex;
			}
			MessageId id = new MessageId(batch.get(0).id);
			throw new QueueException("Message " + id + " is not stored after the commit: " + ex.getMessage(), id, ex);
		}
	}

	private void outcome(Entry entry, long existing, @Nullable QueueException failure) {
		entry.forEachId((one) -> {
			this.deferrals.remove(one);
			Handing.tellWaiters(this.access, one, existing, failure);
		});
		CompletableFuture<MessageId> future = entry.future;
		if (future != null) {
			this.access.completions().execute(() -> {
				if (failure != null) {
					future.completeExceptionally(failure);
				}
				else {
					future.complete(new MessageId((existing != 0) ? existing : entry.id));
				}
			});
		}
	}

	private void forgetFrom(int first, String reason) {
		List<Entry> forgotten = this.entries.subList(first, this.entries.size());
		for (Entry entry : forgotten) {
			MessageId id = new MessageId(entry.id);
			outcome(entry, 0, new QueueException("Message " + id + " is not stored: " + reason, id, null));
		}
		forgotten.clear();
	}

	/**
	 * A message that was put off.
	 *
	 * @param draft the message
	 * @param id its id
	 * @param linkIds of what is stored with it
	 * @param future completes when it is stored; null for none
	 */
	private record Entry(Draft draft, long id, long[] linkIds, @Nullable CompletableFuture<MessageId> future) {

		long waitedFor() {
			return this.draft.lastId(this.id, this.linkIds);
		}

		void forEachId(LongConsumer action) {
			action.accept(this.id);
			for (long link : this.linkIds) {
				action.accept(link);
			}
		}

	}

}
