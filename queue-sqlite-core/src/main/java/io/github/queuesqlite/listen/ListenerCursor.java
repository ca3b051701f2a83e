package io.github.queuesqlite.listen;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.listen.ListenStore.Cursor;
import io.github.queuesqlite.listen.ListenStore.HeldKey;
import io.github.queuesqlite.listen.ListenStore.Progress;
import org.jspecify.annotations.Nullable;

/**
 * A cursor that this process owns. What was delivered is saved within 100 ms of
 * deliveries; what was only passed over, as it is not the listener's, within a minute.
 * <p>
 * <b>Threads:</b> used by the listener's thread; {@link #position()} and {@link #held()}
 * may be read by others.
 */
final class ListenerCursor {

	private static final long SAVE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long PASSED_NANOS = TimeUnit.MINUTES.toNanos(1);

	private static final long PASSED_CHANGES = 1000;

	private final ListenStore store;

	private final String listener;

	private final long epoch;

	private final long replayTo;

	private final HeldKeys held = new HeldKeys();

	private volatile long position;

	private long savedPosition;

	private boolean delivered;

	private long savedAt = System.nanoTime();

	ListenerCursor(ListenStore store, String listener, long epoch, Cursor cursor) {
		this.store = store;
		this.listener = listener;
		this.epoch = epoch;
		this.position = cursor.position();
		this.savedPosition = cursor.position();
		this.replayTo = cursor.replayTo();
		cursor.held().forEach((key) -> this.held.add(key, System.nanoTime()));
	}

	long epoch() {
		return this.epoch;
	}

	long position() {
		return this.position;
	}

	long replayTo() {
		return this.replayTo;
	}

	HeldKeys held() {
		return this.held;
	}

	/** As far as reading needs it. */
	Cursor toCursor() {
		return new Cursor(this.position, this.replayTo, List.of());
	}

	/** Notes that a change was delivered or its key is held. */
	void moveTo(long number) {
		this.position = number;
		this.delivered = true;
		if (System.nanoTime() - this.savedAt >= SAVE_NANOS) {
			save();
		}
	}

	/** Notes the end of a page. */
	void pageEnds(long upTo) {
		this.position = upTo;
		if (this.delivered || this.position - this.savedPosition >= PASSED_CHANGES) {
			save();
		}
	}

	/** Saves what was only passed over, if it is time. */
	void saveIfOld() {
		if (isBehind() && System.nanoTime() - this.savedAt >= PASSED_NANOS) {
			save();
		}
	}

	private boolean isBehind() {
		return this.delivered || this.held.hasChanges() || this.position != this.savedPosition;
	}

	/** Returns when to come again for {@link #saveIfOld()}. */
	long nanosToSave() {
		return isBehind() ? Math.max(1, this.savedAt + PASSED_NANOS - System.nanoTime()) : Long.MAX_VALUE;
	}

	/**
	 * Saves all there is.
	 * @throws CursorLostException if another process owns the cursor
	 */
	void save() {
		if (!isBehind()) {
			return;
		}
		List<HeldKey> hold = new ArrayList<>();
		List<String> free = new ArrayList<>();
		for (Map.Entry<String, @Nullable HeldKey> change : this.held.takeChanges().entrySet()) {
			HeldKey key = change.getValue();
			if (key != null) {
				hold.add(key);
			}
			else {
				free.add(change.getKey());
			}
		}
		if (!this.store.save(this.listener, this.epoch, new Progress(this.position, hold, free))) {
			throw new CursorLostException();
		}
		this.savedPosition = this.position;
		this.delivered = false;
		this.savedAt = System.nanoTime();
	}

	/** Another process took the cursor: this one was taken for dead. */
	static final class CursorLostException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		CursorLostException() {
			super("The cursor has another owner", null, false, false);
		}

	}

}
