package io.github.queuesqlite.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names a run's observation and gives it its keys; declare a bean to change them.
 *
 * @since 0.1.0
 */
public interface QueueTaskObservationConvention extends ObservationConvention<QueueTaskContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof QueueTaskContext;
	}

}
