package io.github.queuesqlite.listen;

import java.util.Collection;

/**
 * The listeners of this process. May be added at any time, also while workers run.
 *
 * @since 0.1.0
 */
public interface ListenerRegistry {

	/**
	 * Adds a listener.
	 * @param listener the listener
	 * @throws IllegalStateException if its name is taken
	 */
	void register(ListenerDefinition listener);

	/**
	 * Returns the listeners.
	 * @return a copy, in no order
	 */
	Collection<ListenerDefinition> listeners();

}
