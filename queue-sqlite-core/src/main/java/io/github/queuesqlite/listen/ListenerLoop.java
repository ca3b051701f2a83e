package io.github.queuesqlite.listen;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.event.FailureNote;
import io.github.queuesqlite.listen.ChangeCaller.FailedCall;
import io.github.queuesqlite.listen.ListenStore.Cursor;
import io.github.queuesqlite.listen.ListenStore.HeldKey;
import io.github.queuesqlite.listen.ListenStore.Page;
import io.github.queuesqlite.listen.ListenStore.StoredChange;
import io.github.queuesqlite.listen.ListenerCursor.CursorLostException;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.payload.Payloads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one listener, on a thread of its own: takes the cursor, delivers changes in the
 * order of the log, and keeps the keys apart that the listener cannot take. Order is kept
 * for each key: while a key is held, its later changes are passed over and read again
 * once it is tried.
 * <p>
 * After any failure of the store the loop forgets what it knows and begins again at the
 * saved cursor: changes then come twice, never not at all.
 */
final class ListenerLoop implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(ListenerLoop.class);

	private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** Held keys that are tried before new changes get their turn. */
	private static final int HELD_PER_PASS = 16;

	private static final int SHOWN_KEYS = 100;

	private final ListenerDefinition listener;

	private final ListenStore store;

	private final ListenOwner owner;

	private final ListenSettings settings;

	private final ChangeCaller caller;

	private final AtomicLong coalesced = new AtomicLong();

	private volatile @Nullable ListenerCursor cursor;

	private volatile @Nullable Thread thread;

	private volatile boolean woken;

	private volatile boolean stopping;

	/** It outlived the stop: what it does no longer counts. */
	private volatile boolean abandoned;

	private final FailureNote failure;

	ListenerLoop(ListenerDefinition listener, ListenStore store, Payloads payloads, ListenOwner owner,
			ListenSettings settings) {
		this.listener = listener;
		this.store = store;
		this.owner = owner;
		this.settings = settings;
		this.caller = new ChangeCaller(listener, payloads);
		this.failure = new FailureNote(logger, "Listener '{}' cannot be served and is tried again every {} ms",
				listener.name(), TimeUnit.NANOSECONDS.toMillis(AGAIN_NANOS));
	}

	/** Looks again, now. */
	void wake() {
		if (!this.woken) {
			this.woken = true;
			LockSupport.unpark(this.thread);
		}
	}

	/** Ends after the current call. */
	void stop() {
		this.stopping = true;
		LockSupport.unpark(this.thread);
	}

	/** Gives the cursor away although the listener still runs. */
	void abandon() {
		this.abandoned = true;
		ListenerCursor cursor = this.cursor;
		if (cursor != null) {
			this.store.release(this.listener.name(), cursor.epoch());
		}
	}

	@Override
	public void run() {
		this.thread = Thread.currentThread();
		while (!this.stopping) {
			this.woken = false;
			long nanos = passSafely();
			if (nanos > 0 && !this.woken && !this.stopping) {
				LockSupport.parkNanos(this, nanos);
			}
			if (!this.stopping) {
				// A flag left by the listener would turn every wait into a busy loop.
				Thread.interrupted();
			}
		}
		leave();
	}

	private long passSafely() {
		try {
			long nanos = pass();
			if (this.failure.clear()) {
				logger.info("Listener '{}' is served again", this.listener.name());
			}
			return nanos;
		}
		catch (CursorLostException ex) {
			logger.warn("Listener '{}' is served by another process, which took this one for dead",
					this.listener.name());
			this.cursor = null;
			return this.settings.pollInterval().toNanos();
		}
		catch (RuntimeException | Error ex) {
			this.cursor = null;
			if (!this.stopping) {
				this.failure.note(ex);
			}
			return AGAIN_NANOS;
		}
	}

	/** Does what there is to do; returns how long to sleep. */
	private long pass() {
		ListenerCursor cursor = ownedCursor();
		if (cursor == null) {
			return this.settings.pollInterval().toNanos();
		}
		retryHeld(cursor);
		boolean more = mayDeliver(cursor) && deliver(cursor);
		if (this.stopping) {
			return 0;
		}
		if (!mayDeliver(cursor)) {
			return this.settings.pollInterval().toNanos();
		}
		if (more) {
			return 0;
		}
		cursor.saveIfOld();
		long next = cursor.held().nextDue();
		long nanos = (next != Long.MAX_VALUE) ? Math.max(0, next - System.nanoTime()) : Long.MAX_VALUE;
		return Math.min(nanos, cursor.nanosToSave());
	}

	/**
	 * A process that stood still for a lease may have lost the cursor without knowing:
	 * what it would deliver is another's by then.
	 */
	private boolean mayDeliver(ListenerCursor cursor) {
		return !this.stopping && this.owner.holdsLease(cursor.epoch());
	}

	private @Nullable ListenerCursor ownedCursor() {
		long epoch = this.owner.epoch();
		if (!this.owner.holdsLease(epoch)) {
			return null;
		}
		ListenerCursor cursor = this.cursor;
		if (cursor != null && cursor.epoch() == epoch) {
			return cursor;
		}
		Optional<Cursor> acquired = this.store.acquire(this.listener.name(), this.listener.replay(), this.owner);
		cursor = acquired.map((stored) -> new ListenerCursor(this.store, this.listener.name(), epoch, stored))
			.orElse(null);
		this.cursor = cursor;
		if (cursor != null) {
			logger.debug("Listener '{}' goes on after change {}", this.listener.name(), cursor.position());
		}
		return cursor;
	}

	/** Delivers a page; returns whether there is more. */
	private boolean deliver(ListenerCursor cursor) {
		Page page = this.store.read(this.listener.patterns(), cursor.toCursor());
		if (page.coalesced()) {
			noteCoalesced(page, cursor);
		}
		for (StoredChange change : page.changes()) {
			if (!mayDeliver(cursor) || !deliver(cursor, change)) {
				return false;
			}
			cursor.moveTo(change.number());
		}
		cursor.pageEnds(page.upTo());
		return page.more();
	}

	private void noteCoalesced(Page page, ListenerCursor cursor) {
		long count = page.changes().stream().filter((change) -> change.number() > cursor.replayTo()).count();
		if (count > 0) {
			this.coalesced.addAndGet(count);
			logger.warn("Listener '{}' came too late for changes that the log no longer keeps ('listen.retention'):"
					+ " it gets the current value of {} keys instead", this.listener.name(), count);
		}
	}

	/** Delivers a change or holds its key; false when it must come again after a stop. */
	private boolean deliver(ListenerCursor cursor, StoredChange change) {
		if (cursor.held().contains(change.key())) {
			return true;
		}
		FailedCall failed = this.caller.call(change);
		if (failed == null) {
			return !this.abandoned;
		}
		if (this.stopping) {
			return false;
		}
		hold(cursor, new HeldKey(change.key(), change.number() - 1, 0, false, ""), change, failed);
		return true;
	}

	private void retryHeld(ListenerCursor cursor) {
		for (int i = 0; i < HELD_PER_PASS && mayDeliver(cursor); i++) {
			HeldKey held = cursor.held().pollDue(System.nanoTime());
			if (held == null) {
				return;
			}
			retry(cursor, held);
			if (!this.stopping) {
				cursor.save();
			}
		}
	}

	private void retry(ListenerCursor cursor, HeldKey held) {
		long upTo = cursor.position();
		HeldKey current = held;
		Page page;
		do {
			page = this.store.readKey(held.key(), current.position(), upTo);
			if (page.coalesced()) {
				this.coalesced.addAndGet(page.changes().size());
			}
			for (StoredChange change : page.changes()) {
				if (!mayDeliver(cursor)) {
					cursor.held().hold(current, System.nanoTime());
					return;
				}
				FailedCall failed = this.caller.call(change);
				if (failed != null) {
					if (!this.stopping) {
						hold(cursor, current, change, failed);
					}
					return;
				}
				current = new HeldKey(held.key(), change.number(), 0, false, "");
				cursor.held().hold(current, System.nanoTime());
			}
			current = new HeldKey(held.key(), page.upTo(), current.attempts(), current.parked(), current.error());
		}
		while (page.more());
		cursor.held().free(held.key());
		logger.info("Listener '{}' takes changes of key '{}' again", this.listener.name(), Names.oneLine(held.key()));
	}

	private void hold(ListenerCursor cursor, HeldKey held, StoredChange change, FailedCall failed) {
		int attempts = held.attempts() + 1;
		boolean parked = held.parked() || failed.permanent() || attempts > this.settings.retry().maxRetries();
		Duration wait = parked ? this.settings.parkedInterval()
				: this.settings.retry().waitBefore(attempts, ThreadLocalRandom.current());
		log(held, parked, attempts, wait, change, failed.cause());
		cursor.held()
			.hold(new HeldKey(held.key(), held.position(), attempts, parked, failed.cause().toString()),
					System.nanoTime() + wait.toNanos());
	}

	private void log(HeldKey before, boolean parked, int attempts, Duration wait, StoredChange change,
			Throwable cause) {
		if (!parked) {
			logger.warn("Listener '{}' failed at version {} of key '{}', attempt {}; it comes again in {} ms",
					this.listener.name(), change.version(), Names.oneLine(change.key()), attempts, wait.toMillis(),
					cause);
		}
		else if (before.parked()) {
			logger.warn("Listener '{}' still fails at version {} of key '{}': {}", this.listener.name(),
					change.version(), Names.oneLine(change.key()), Names.oneLine(cause.toString()));
		}
		else {
			logger.error(
					"Listener '{}' failed at version {} of key '{}', attempt {}; the key is parked: its changes"
							+ " wait and are tried again every {} ms and after a restart, other keys go on",
					this.listener.name(), change.version(), Names.oneLine(change.key()), attempts, wait.toMillis(),
					cause);
		}
	}

	private void leave() {
		ListenerCursor cursor = this.cursor;
		if (cursor == null || this.abandoned) {
			return;
		}
		// The stop may have interrupted the listener; the last save must not suffer.
		boolean interrupted = Thread.interrupted();
		try {
			cursor.save();
			this.store.release(this.listener.name(), cursor.epoch());
		}
		catch (CursorLostException ex) {
			logger.debug("Listener '{}' already has another owner", this.listener.name());
		}
		catch (RuntimeException ex) {
			logger.warn("The cursor of listener '{}' could not be saved: its latest changes come again",
					this.listener.name(), ex);
		}
		finally {
			this.cursor = null;
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	ListenerStatus status(long latestChange) {
		ListenerCursor cursor = this.cursor;
		if (cursor == null) {
			return new ListenerStatus(this.listener.name(), false, 0, 0, Map.of(), 0, this.coalesced.get(),
					this.failure.text());
		}
		HeldKeys held = cursor.held();
		return new ListenerStatus(this.listener.name(), true, Math.max(0, latestChange - cursor.position()),
				held.retryingCount(), held.parked(SHOWN_KEYS), held.parkedCount(), this.coalesced.get(),
				this.failure.text());
	}

}
