package io.github.queuesqlite.event;

/**
 * Is told what has happened to messages. {@link MessageEvent} says what is promised.
 * <p>
 * <b>Threads:</b> called on threads of the library that may block, for one event after
 * the other. A listener that is slow delays neither commits nor handlers nor other
 * listeners; of more than 100,000 events that wait for it, the newest are dropped, with a
 * warning. What it throws is logged, and the next event comes.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface MessageEventListener {

	/**
	 * Something has happened.
	 * @param event what; {@code instanceof} tells the kinds apart
	 */
	void onEvent(MessageEvent event);

}
