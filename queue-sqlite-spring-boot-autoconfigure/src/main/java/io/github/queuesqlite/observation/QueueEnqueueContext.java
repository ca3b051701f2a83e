package io.github.queuesqlite.observation;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import io.github.queuesqlite.message.NewMessage;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;

/**
 * What is known while a message is handed in. The carrier takes the headers that
 * propagation adds.
 *
 * @since 0.1.0
 */
public final class QueueEnqueueContext extends SenderContext<Map<String, String>> {

	private final NewMessage message;

	private final String queue;

	/**
	 * Creates a context.
	 * @param message the message, without the headers that propagation will add
	 * @param queue the queue it goes to
	 */
	public QueueEnqueueContext(NewMessage message, String queue) {
		super((carrier, key, value) -> {
			if (carrier != null) {
				carrier.put(key, value);
			}
		}, Kind.PRODUCER);
		this.message = Objects.requireNonNull(message, "'message' must not be null");
		this.queue = Objects.requireNonNull(queue, "'queue' must not be null");
		setCarrier(new LinkedHashMap<>());
		setRemoteServiceName("queue");
	}

	/**
	 * Returns the message as it was handed in.
	 * @return the message
	 */
	public NewMessage getMessage() {
		return this.message;
	}

	/**
	 * Returns the queue it goes to.
	 * @return the name
	 */
	public String getQueue() {
		return this.queue;
	}

}
