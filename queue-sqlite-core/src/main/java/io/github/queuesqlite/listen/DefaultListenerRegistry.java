package io.github.queuesqlite.listen;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The listeners of this process. A listener is known to the store when it is registered:
 * it gets every change after that.
 */
final class DefaultListenerRegistry implements ListenerRegistry {

	private final Map<String, ListenerDefinition> listeners = new ConcurrentHashMap<>();

	private final ListenStore store;

	private final ListenerDispatcher dispatcher;

	DefaultListenerRegistry(ListenStore store, ListenerDispatcher dispatcher) {
		this.store = store;
		this.dispatcher = dispatcher;
	}

	@Override
	public void register(ListenerDefinition listener) {
		if (this.listeners.putIfAbsent(listener.name(), listener) != null) {
			throw new IllegalStateException("There is already a listener named '" + listener.name()
					+ "'. A name owns a cursor: give each listener its own.");
		}
		try {
			this.store.declare(listener.name(), listener.replay());
		}
		catch (RuntimeException ex) {
			this.listeners.remove(listener.name());
			throw ex;
		}
		this.dispatcher.add(listener);
	}

	@Override
	public Collection<ListenerDefinition> listeners() {
		return List.copyOf(this.listeners.values());
	}

	@Override
	public List<ListenerStatus> status() {
		return this.dispatcher.status();
	}

}
