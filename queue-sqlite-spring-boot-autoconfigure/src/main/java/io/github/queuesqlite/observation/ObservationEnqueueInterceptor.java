package io.github.queuesqlite.observation;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.EnqueueInterceptor;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;

/**
 * Observes each enqueue and writes the trace context into the headers of the message.
 * Last of the interceptors, so that it sees the message as it will be stored.
 */
final class ObservationEnqueueInterceptor implements EnqueueInterceptor, Ordered {

	private static final QueueEnqueueObservationConvention DEFAULT = new DefaultQueueEnqueueObservationConvention();

	private final ObservationRegistry registry;

	private final @Nullable QueueEnqueueObservationConvention convention;

	private final Supplier<TaskRegistry> tasks;

	/**
	 * Creates an interceptor.
	 * @param registry takes the observations
	 * @param convention names them; null for the default
	 * @param tasks knows the queue of a message that names none; asked at the first
	 * enqueue, since it belongs to the queue that this interceptor is part of
	 */
	ObservationEnqueueInterceptor(ObservationRegistry registry, @Nullable QueueEnqueueObservationConvention convention,
			Supplier<TaskRegistry> tasks) {
		this.registry = registry;
		this.convention = convention;
		this.tasks = tasks;
	}

	@Override
	public NewMessage beforeEnqueue(NewMessage message) {
		if (this.registry.isNoop()) {
			return message;
		}
		QueueEnqueueContext context = new QueueEnqueueContext(message, queueOf(message));
		Observation observation = QueueObservation.ENQUEUE
			.observation(this.convention, DEFAULT, () -> context, this.registry)
			.start();
		observation.stop();
		return withHeaders(message, context.getCarrier());
	}

	private String queueOf(NewMessage message) {
		String queue = message.queue();
		return (queue != null) ? queue
				: this.tasks.get().find(message.task()).map(TaskDefinition::queue).orElse("default");
	}

	private static NewMessage withHeaders(NewMessage message, @Nullable Map<String, String> added) {
		if (added == null || added.isEmpty()) {
			return message;
		}
		Map<String, String> headers = new LinkedHashMap<>(message.headers());
		headers.putAll(added);
		return message.headers(headers);
	}

	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

}
