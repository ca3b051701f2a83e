package io.github.queuesqlite.listen;

import java.util.Collection;
import java.util.List;

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

	/**
	 * Returns how the listeners are: how far behind, which keys are parked and why.
	 * @return one for each, by name; none while listeners do not run
	 * @throws io.github.queuesqlite.message.StoreUnavailableException if listen data
	 * cannot be read
	 */
	List<ListenerStatus> status();

}
