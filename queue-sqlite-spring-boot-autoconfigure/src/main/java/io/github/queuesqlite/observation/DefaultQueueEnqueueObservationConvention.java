package io.github.queuesqlite.observation;

import io.github.queuesqlite.observation.QueueObservation.EnqueueLowCardinalityKeys;
import io.micrometer.common.KeyValues;

/**
 * Names enqueues as {@link QueueObservation#ENQUEUE} says. Extend it to add keys.
 *
 * @since 0.1.0
 */
public class DefaultQueueEnqueueObservationConvention implements QueueEnqueueObservationConvention {

	@Override
	public String getName() {
		return "queue.enqueue";
	}

	@Override
	public String getContextualName(QueueEnqueueContext context) {
		return "enqueue " + context.getMessage().task();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(QueueEnqueueContext context) {
		return KeyValues.of(EnqueueLowCardinalityKeys.QUEUE.withValue(context.getQueue()),
				EnqueueLowCardinalityKeys.TASK.withValue(context.getMessage().task()));
	}

}
