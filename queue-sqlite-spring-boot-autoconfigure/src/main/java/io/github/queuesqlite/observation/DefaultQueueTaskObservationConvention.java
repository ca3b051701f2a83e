package io.github.queuesqlite.observation;

import java.util.Objects;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.observation.QueueObservation.TaskHighCardinalityKeys;
import io.github.queuesqlite.observation.QueueObservation.TaskLowCardinalityKeys;
import io.micrometer.common.KeyValues;

/**
 * Names runs as {@link QueueObservation#TASK} says. Extend it to add keys.
 *
 * @since 0.1.0
 */
public class DefaultQueueTaskObservationConvention implements QueueTaskObservationConvention {

	@Override
	public String getName() {
		return "queue.task";
	}

	@Override
	public String getContextualName(QueueTaskContext context) {
		return "task " + context.getRun().message().task();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(QueueTaskContext context) {
		Message message = context.getRun().message();
		return KeyValues.of(TaskLowCardinalityKeys.QUEUE.withValue(message.queue()),
				TaskLowCardinalityKeys.TASK.withValue(message.task()),
				TaskLowCardinalityKeys.OUTCOME.withValue(Objects.requireNonNullElse(context.getOutcome(), "UNKNOWN")));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(QueueTaskContext context) {
		return KeyValues.of(TaskHighCardinalityKeys.MESSAGE_ID.withValue(context.getRun().id().toString()),
				TaskHighCardinalityKeys.ATTEMPT.withValue(String.valueOf(context.getRun().attempt())));
	}

}
