package io.github.queuesqlite.observation;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import io.github.queuesqlite.task.RetryTaskException;
import io.github.queuesqlite.task.TaskInterceptor;
import io.github.queuesqlite.task.TaskInvocation;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;

/**
 * Observes each run as a continuation of the sender's trace. Outermost of the
 * interceptors, so that the others are part of what is observed. The observation of a
 * handler that returns a stage stops when the stage does.
 */
final class ObservationTaskInterceptor implements TaskInterceptor, Ordered {

	private static final QueueTaskObservationConvention DEFAULT = new DefaultQueueTaskObservationConvention();

	private final ObservationRegistry registry;

	private final @Nullable QueueTaskObservationConvention convention;

	/**
	 * Creates an interceptor.
	 * @param registry takes the observations
	 * @param convention names them; null for the default
	 */
	ObservationTaskInterceptor(ObservationRegistry registry, @Nullable QueueTaskObservationConvention convention) {
		this.registry = registry;
		this.convention = convention;
	}

	@Override
	public @Nullable Object intercept(TaskInvocation invocation) throws Exception {
		if (this.registry.isNoop()) {
			return invocation.proceed();
		}
		QueueTaskContext context = new QueueTaskContext(invocation.context());
		Observation observation = QueueObservation.TASK
			.observation(this.convention, DEFAULT, () -> context, this.registry)
			.start();
		return observe(invocation, context, observation);
	}

	private static @Nullable Object observe(TaskInvocation invocation, QueueTaskContext context,
			Observation observation) throws Exception {
		boolean goesOn = false;
		try (Observation.Scope scope = observation.openScope()) {
			Object result = invocation.proceed();
			if (result instanceof CompletionStage<?> stage) {
				goesOn = true;
				// The stage itself is handed on, for the worker to cancel.
				stage.whenComplete((value, failure) -> {
					ended(context, observation, failure);
					observation.stop();
				});
				return result;
			}
			ended(context, observation, null);
			return result;
		}
		catch (Throwable ex) {
			ended(context, observation, ex);
			throw ex;
		}
		finally {
			if (!goesOn) {
				observation.stop();
			}
		}
	}

	private static void ended(QueueTaskContext context, Observation observation, @Nullable Throwable thrown) {
		Throwable failure = (thrown instanceof CompletionException && thrown.getCause() != null) ? thrown.getCause()
				: thrown;
		if (failure == null) {
			context.setOutcome("COMPLETED");
		}
		else if (failure instanceof RetryTaskException retry && !retry.countsAttempt()) {
			context.setOutcome("SNOOZED");
		}
		else {
			context.setOutcome("FAILED");
			observation.error(failure);
		}
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

}
