package io.github.queuesqlite.autoconfigure;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.event.MessageEventListener;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Has the queue tell the listeners among the beans, in order, once all beans are there:
 * listeners may use the queue.
 */
final class EventListenerRegistrar implements SmartInitializingSingleton {

	private final EmbeddedQueue queue;

	private final ObjectProvider<MessageEventListener> listeners;

	EventListenerRegistrar(EmbeddedQueue queue, ObjectProvider<MessageEventListener> listeners) {
		this.queue = queue;
		this.listeners = listeners;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.listeners.orderedStream().forEach(this.queue::addEventListener);
	}

}
