package io.github.queuesqlite.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueFullException;
import org.jspecify.annotations.Nullable;

/**
 * The commands that a writer is yet to do. New messages need a place each, of which there
 * is a limited number.
 * <p>
 * <b>Threads:</b> any may add; only whoever has the {@link Baton} takes and keeps.
 *
 * @param <S> the session
 */
final class Inbox<S> {

	private final Queue<Command<S>> commands = new ConcurrentLinkedQueue<>();

	private final Semaphore places;

	private final WriterSettings settings;

	private final String label;

	/** Ends of runs that are tried again before anything else. */
	private final Deque<Command<S>> kept = new ArrayDeque<>();

	/** Taken before, but it did not fit the batch. */
	private @Nullable Command<S> held;

	Inbox(WriterSettings settings, String label) {
		this.settings = settings;
		this.label = label;
		this.places = new Semaphore(settings.maxPending());
	}

	/** Adds a command whatever is there already. */
	void add(Command<S> command) {
		this.commands.add(command);
	}

	/** Waits until there are places for the rows of a command. */
	void takePlaces(Command<S> command) {
		int rows = placesOf(command);
		if (!this.places.tryAcquire(rows)) {
			waitForPlaces(command, rows);
		}
	}

	private void waitForPlaces(Command<S> command, int rows) {
		WriterThread.refuse();
		try {
			if (!this.places.tryAcquire(rows, this.settings.blockTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
				throw new QueueFullException("The inbox of " + this.label + " stayed full for "
						+ this.settings.blockTimeout().toMillis() + " ms: " + this.settings.maxPending()
						+ " messages wait for their commit ('enqueue.max-pending'). Nothing was stored.");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new QueueException("Interrupted while waiting for a place in the inbox of " + this.label
					+ ": the message is not stored", command.message(), ex);
		}
	}

	/** Gives back the places of a command, if it has any. */
	void givePlacesBack(Command<S> command) {
		if (command instanceof Bounded) {
			this.places.release(placesOf(command));
		}
	}

	private int placesOf(Command<S> command) {
		return Math.min(command.rows(), this.settings.maxPending());
	}

	/** Returns how many places are taken. */
	int pending() {
		return this.settings.maxPending() - this.places.availablePermits();
	}

	/** Returns whether nobody has handed in anything that was not taken. */
	boolean hasNothingNew() {
		return this.commands.isEmpty();
	}

	boolean isEmpty() {
		return this.commands.isEmpty() && this.held == null && this.kept.isEmpty();
	}

	/** Takes the next command: what is kept first. */
	@Nullable Command<S> next() {
		return next(Integer.MAX_VALUE, Long.MAX_VALUE);
	}

	/**
	 * Takes the next command, what is kept first, unless it is too large; then it stays
	 * the next one.
	 * @param rows how many it may have
	 * @param bytes how many it may have
	 * @return null when there is none, or it is too large
	 */
	@Nullable Command<S> next(int rows, long bytes) {
		Command<S> kept = this.kept.peek();
		if (kept != null) {
			return isWithin(kept, rows, bytes) ? this.kept.poll() : null;
		}
		Command<S> next = nextNew();
		if (next == null || isWithin(next, rows, bytes)) {
			return next;
		}
		this.held = next;
		return null;
	}

	private static boolean isWithin(Command<?> command, int rows, long bytes) {
		return command.rows() <= rows && command.bytes() <= bytes;
	}

	/** Takes the next command that was not tried yet. */
	@Nullable Command<S> nextNew() {
		Command<S> command = this.held;
		if (command != null) {
			this.held = null;
			return command;
		}
		return this.commands.poll();
	}

	/** Takes a command that came too late for the writer; on any thread. */
	@Nullable Command<S> nextLate() {
		return this.commands.poll();
	}

	/** Puts a command back that is tried again before all others. */
	void keep(Command<S> command) {
		this.kept.add(command);
	}

	/** Marks commands that take places. */
	interface Bounded {

	}

}
