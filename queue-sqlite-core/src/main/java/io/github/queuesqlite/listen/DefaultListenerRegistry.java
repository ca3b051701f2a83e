package io.github.queuesqlite.listen;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The listeners of this process. A listener is known to the store when it is registered:
 * it gets every change after that.
 */
final class DefaultListenerRegistry implements ListenerRegistry {

	private final Map<String, ListenerDefinition> listeners = new ConcurrentHashMap<>();

	private final ListenStore store;

	private final Consumer<ListenerDefinition> onRegistered;

	DefaultListenerRegistry(ListenStore store, Consumer<ListenerDefinition> onRegistered) {
		this.store = store;
		this.onRegistered = onRegistered;
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
		this.onRegistered.accept(listener);
	}

	@Override
	public Collection<ListenerDefinition> listeners() {
		return List.copyOf(this.listeners.values());
	}

}
