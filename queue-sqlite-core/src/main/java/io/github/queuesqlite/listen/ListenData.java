package io.github.queuesqlite.listen;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ThreadFactory;

import io.github.queuesqlite.payload.Payloads;

/**
 * Listen data of one queue in one process: values, listeners, and their delivery. Values
 * can be read and written, and listeners registered, as long as the store is open;
 * changes are delivered between {@link #start()} and {@link #stop()}.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
public final class ListenData {

	private final ListenOperations operations;

	private final DefaultListenerRegistry listeners;

	private final ListenerDispatcher dispatcher;

	/**
	 * Creates listen data on a store.
	 * @param store stays open; whoever opened it closes it, after {@link #stop()}
	 * @param payloads writes and reads values
	 * @param owner this process, and what it knows of others
	 * @param settings how changes are delivered
	 * @param clock the wall clock
	 * @param threads makes the threads of listeners; their names are set
	 */
	public ListenData(ListenStore store, Payloads payloads, ListenOwner owner, ListenSettings settings,
			InstantSource clock, ThreadFactory threads) {
		this.operations = new DefaultListenOperations(store, payloads);
		this.dispatcher = new ListenerDispatcher(store, payloads, owner, settings, clock, threads);
		this.listeners = new DefaultListenerRegistry(store, this.dispatcher);
	}

	/**
	 * Returns what reads and writes values.
	 * @return usable while the store is open
	 */
	public ListenOperations operations() {
		return this.operations;
	}

	/**
	 * Returns the listeners of this process. A listener gets every change that is made
	 * after it was registered, also when it starts later.
	 * @return usable while the store is open
	 */
	public ListenerRegistry listeners() {
		return this.listeners;
	}

	/** Starts to deliver changes. No effect while it runs. */
	public void start() {
		this.dispatcher.start(this.listeners.listeners());
	}

	/**
	 * Stops to deliver: waits for running listeners up to the stop timeout, interrupts
	 * them, and leaves their cursors to other processes. Idempotent; may be started
	 * again.
	 */
	public void stop() {
		this.dispatcher.stop();
	}

	/** Looks at once whether there is something to do: another process died. */
	public void wake() {
		this.dispatcher.wake();
	}

	/**
	 * Returns whether every listener of this process has been told of all changes.
	 * @return true also while stopped, and for listeners that cannot be served
	 */
	public boolean isCaughtUp() {
		return status().stream()
			.allMatch((listener) -> !listener.failure().isEmpty() || (listener.active() && listener.behind() == 0));
	}

	/**
	 * Returns how the listeners are.
	 * @return one for each listener of this process, by name; none while stopped
	 */
	public List<ListenerStatus> status() {
		return this.dispatcher.status();
	}

}
