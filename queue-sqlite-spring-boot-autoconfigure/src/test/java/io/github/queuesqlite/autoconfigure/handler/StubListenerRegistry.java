package io.github.queuesqlite.autoconfigure.handler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.listen.ListenerRegistry;
import io.github.queuesqlite.listen.ListenerStatus;

/** Listeners that nobody calls. */
final class StubListenerRegistry implements ListenerRegistry {

	private final List<ListenerDefinition> listeners = new ArrayList<>();

	@Override
	public void register(ListenerDefinition listener) {
		if (this.listeners.stream().anyMatch((other) -> other.name().equals(listener.name()))) {
			throw new IllegalStateException("Listener '" + listener.name() + "' is declared twice");
		}
		this.listeners.add(listener);
	}

	@Override
	public Collection<ListenerDefinition> listeners() {
		return List.copyOf(this.listeners);
	}

	@Override
	public List<ListenerStatus> status() {
		return List.of();
	}

}
