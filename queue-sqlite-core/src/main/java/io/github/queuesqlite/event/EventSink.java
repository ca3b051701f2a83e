package io.github.queuesqlite.event;

/**
 * Takes events and passes them on later. Part of the engine, not of its API.
 * <p>
 * <b>Threads:</b> any, writer threads included: never blocks or throws.
 */
public interface EventSink {

	/** Nobody listens. */
	EventSink NONE = new EventSink() {

		@Override
		public boolean isListening() {
			return false;
		}

		@Override
		public void publish(MessageEvent event) {
		}

	};

	/**
	 * Returns whether anybody listens. Events need not be made otherwise.
	 * @return cheap to ask
	 */
	boolean isListening();

	/**
	 * Takes an event.
	 * @param event told after those that were taken before
	 */
	void publish(MessageEvent event);

}
