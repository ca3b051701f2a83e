package io.github.queuesqlite.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of the queue.
 *
 * @since 0.1.0
 */
public enum QueueObservation implements ObservationDocumentation {

	/**
	 * A message is handed in. The trace context of the sender goes into the headers of
	 * the message.
	 */
	ENQUEUE {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultQueueEnqueueObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return EnqueueLowCardinalityKeys.values();
		}

	},

	/**
	 * A handler runs. Its trace continues that of the sender, read from the headers of
	 * the message.
	 */
	TASK {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultQueueTaskObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return TaskLowCardinalityKeys.values();
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return TaskHighCardinalityKeys.values();
		}

	};

	/** Keys of {@link #ENQUEUE} with few values. */
	public enum EnqueueLowCardinalityKeys implements KeyName {

		/** Queue the message goes to. */
		QUEUE {
			@Override
			public String asString() {
				return "queue";
			}
		},

		/** Task that will handle it. */
		TASK {
			@Override
			public String asString() {
				return "task";
			}
		}

	}

	/** Keys of {@link #TASK} with few values. */
	public enum TaskLowCardinalityKeys implements KeyName {

		/** Queue the message stands in. */
		QUEUE {
			@Override
			public String asString() {
				return "queue";
			}
		},

		/** Task that handles it. */
		TASK {
			@Override
			public String asString() {
				return "task";
			}
		},

		/**
		 * What the handler did: {@code COMPLETED}, {@code FAILED}, {@code SNOOZED} (it
		 * asked to run again without spending an attempt), or {@code UNKNOWN} while it
		 * runs.
		 */
		OUTCOME {
			@Override
			public String asString() {
				return "outcome";
			}
		}

	}

	/** Keys of {@link #TASK} with many values. */
	public enum TaskHighCardinalityKeys implements KeyName {

		/** Id of the message. */
		MESSAGE_ID {
			@Override
			public String asString() {
				return "message.id";
			}
		},

		/** Attempt, 1 for the first run. */
		ATTEMPT {
			@Override
			public String asString() {
				return "attempt";
			}
		}

	}

}
