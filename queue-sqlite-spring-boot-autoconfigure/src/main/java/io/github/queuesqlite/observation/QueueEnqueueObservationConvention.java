package io.github.queuesqlite.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names an enqueue's observation and gives it its keys; declare a bean to change them.
 *
 * @since 0.1.0
 */
public interface QueueEnqueueObservationConvention extends ObservationConvention<QueueEnqueueContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof QueueEnqueueContext;
	}

}
