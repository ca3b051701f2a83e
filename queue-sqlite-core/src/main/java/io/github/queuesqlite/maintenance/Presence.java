package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.store.Hosting;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreInstance;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instance under which this application takes part in the store. A dead epoch is
 * final: once declared dead the application goes on under a new one.
 * <p>
 * <b>Threads:</b> safe for use by several threads; {@link #current()} never blocks.
 */
public final class Presence {

	private static final Logger logger = LoggerFactory.getLogger(Presence.class);

	private final MessageStore store;

	private final String name;

	private final Lease lease;

	private final ToIntFunction<String> maxAttempts;

	private final Runnable beforeLeaving;

	private volatile StoreInstance current;

	private volatile Hosting hosting = Hosting.NONE;

	/** Wakes whoever tells the store. */
	private volatile Runnable hostingChanged = () -> {
	};

	/** What the store was told last, and of whom. By one thread at a time. */
	private Hosting told = Hosting.NONE;

	private @Nullable StoreInstance toldOf;

	/**
	 * Joins the store.
	 * @param store the store
	 * @param name for people: host and process id
	 * @param lease how long a sign of life holds
	 * @param maxAttempts attempts by task, for messages whose sender set none; asked when
	 * it leaves
	 * @param beforeLeaving waits until nobody hands in under an older instance; ids of an
	 * instance that has left may be given again
	 */
	public Presence(MessageStore store, String name, Lease lease, ToIntFunction<String> maxAttempts,
			Runnable beforeLeaving) {
		this.store = store;
		this.name = name;
		this.lease = lease;
		this.maxAttempts = maxAttempts;
		this.beforeLeaving = beforeLeaving;
		this.current = store.register(name);
	}

	/**
	 * Returns the instance to act as.
	 * @return changes with {@link #renew}
	 */
	public StoreInstance current() {
		return this.current;
	}

	/**
	 * Returns whether nobody can have taken an instance for dead so far.
	 * @param instance the current one or an earlier one
	 * @return false when nothing that it claimed may begin: it may be somebody else's
	 */
	public boolean holdsLease(StoreInstance instance) {
		return this.lease.isHeldBy(instance);
	}

	/**
	 * Returns how long a sign of life holds, and so what somebody has claimed who gives
	 * none by himself.
	 * @return more than 0
	 */
	public Duration leaseDuration() {
		return this.lease.duration();
	}

	/**
	 * Says what this process takes: soon the others know it, also under a new epoch.
	 * @param hosting what it takes
	 */
	public void host(Hosting hosting) {
		this.hosting = hosting;
		this.hostingChanged.run();
	}

	/**
	 * Returns whether this process hosts a task, whatever the store knows of it.
	 * @param queue the queue
	 * @param task the task
	 * @return as it was said last
	 */
	boolean hosts(String queue, String task) {
		return this.hosting.hosts(queue, task);
	}

	/** Sets who is to call {@link #tellHosting()}. */
	void onHosting(Runnable hostingChanged) {
		this.hostingChanged = hostingChanged;
	}

	/** Tells the store what this process takes, unless it knows. */
	void tellHosting() {
		Hosting hosting = this.hosting;
		StoreInstance instance = this.current;
		boolean known = hosting.equals(this.told) && (instance == this.toldOf || hosting.equals(Hosting.NONE));
		if (!known && this.store.host(instance, hosting)) {
			this.told = hosting;
			this.toldOf = instance;
		}
	}

	/**
	 * Takes a new epoch and leaves the old one. Blocks until committed.
	 * @param old the instance to replace; no effect when it was replaced before
	 */
	public synchronized void renew(StoreInstance old) {
		if (this.current != old) {
			return;
		}
		this.current = this.store.register(this.name);
		this.store.demandChanged();
		logger.info("'{}' goes on under epoch {}, after epoch {}", this.name, this.current.epoch(), old.epoch());
		this.beforeLeaving.run();
		this.store.deregister(old, this.maxAttempts);
	}

	/** Leaves the store. Blocks until committed. */
	public synchronized void leave() {
		this.beforeLeaving.run();
		this.store.deregister(this.current, this.maxAttempts);
	}

}
