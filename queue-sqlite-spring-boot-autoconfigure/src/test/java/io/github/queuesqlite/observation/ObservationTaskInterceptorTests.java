package io.github.queuesqlite.observation;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.task.RetryTaskException;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskInvocation;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** Tests for {@link ObservationTaskInterceptor}. */
class ObservationTaskInterceptorTests {

	private static final MessageId ID = new MessageId(4711);

	private final RecordedObservations observations = new RecordedObservations();

	private final ObservationTaskInterceptor interceptor = new ObservationTaskInterceptor(this.observations.registry,
			null);

	@Test
	void interceptWhenTheHandlerReturnsObservesCompleted() throws Exception {
		assertThat(this.interceptor.intercept(invocation(() -> "done"))).isEqualTo("done");
		Observation.Context context = stopped();
		assertThat(context.getName()).isEqualTo("queue.task");
		assertThat(context.getContextualName()).isEqualTo("task mail.welcome");
		assertThat(context.getLowCardinalityKeyValues()).containsExactlyInAnyOrder(KeyValue.of("queue", "mail"),
				KeyValue.of("task", "mail.welcome"), KeyValue.of("outcome", "COMPLETED"));
		assertThat(context.getHighCardinalityKeyValues())
			.containsExactlyInAnyOrder(KeyValue.of("message.id", ID.toString()), KeyValue.of("attempt", "2"));
		assertThat(context.getError()).isNull();
	}

	@Test
	void interceptReadsTheTraceFromTheHeaders() throws Exception {
		this.interceptor.intercept(invocation(() -> null));
		assertThat(this.observations.received).containsExactly(RecordedObservations.TRACE);
	}

	@Test
	void interceptRunsTheHandlerInsideTheObservation() throws Exception {
		Object current = this.interceptor
			.intercept(invocation(() -> this.observations.registry.getCurrentObservation().getContextView().getName()));
		assertThat(current).isEqualTo("queue.task");
		assertThat(this.observations.registry.getCurrentObservation()).isNull();
	}

	@Test
	void interceptWhenTheHandlerThrowsObservesFailedAndThrowsTheSame() {
		IllegalStateException failure = new IllegalStateException("no");
		assertThatThrownBy(() -> this.interceptor.intercept(invocation(() -> {
			throw failure;
		}))).isSameAs(failure);
		assertThat(outcome()).isEqualTo("FAILED");
		assertThat(stopped().getError()).isSameAs(failure);
	}

	@Test
	void interceptWhenTheHandlerThrowsAnErrorObservesFailed() {
		StackOverflowError failure = new StackOverflowError();
		assertThatThrownBy(() -> this.interceptor.intercept(invocation(() -> {
			throw failure;
		}))).isSameAs(failure);
		assertThat(outcome()).isEqualTo("FAILED");
	}

	@Test
	void interceptWhenTheHandlerSnoozesObservesNoError() {
		assertThatThrownBy(() -> this.interceptor.intercept(invocation(() -> {
			throw new RetryTaskException(Duration.ofSeconds(1)).withoutAttempt();
		}))).isInstanceOf(RetryTaskException.class);
		assertThat(outcome()).isEqualTo("SNOOZED");
		assertThat(stopped().getError()).isNull();
	}

	@Test
	void interceptWhenTheHandlerAsksForARetryObservesFailed() {
		assertThatThrownBy(() -> this.interceptor.intercept(invocation(() -> {
			throw new RetryTaskException(Duration.ofSeconds(1));
		}))).isInstanceOf(RetryTaskException.class);
		assertThat(outcome()).isEqualTo("FAILED");
	}

	@Test
	void interceptWhenTheHandlerReturnsAStageObservesUntilItEnds() throws Exception {
		CompletableFuture<String> stage = new CompletableFuture<>();
		assertThat(this.interceptor.intercept(invocation(() -> stage))).isSameAs(stage);
		assertThat(this.observations.stopped).isEmpty();
		stage.complete("done");
		assertThat(outcome()).isEqualTo("COMPLETED");
	}

	@Test
	void interceptWhenTheStageFailsObservesItsCause() throws Exception {
		IllegalStateException failure = new IllegalStateException("no");
		CompletableFuture<Object> source = new CompletableFuture<>();
		this.interceptor.intercept(invocation(() -> source.thenApply((value) -> value)));
		source.completeExceptionally(failure);
		assertThat(outcome()).isEqualTo("FAILED");
		assertThat(stopped().getError()).isSameAs(failure);
	}

	@Test
	void interceptWhenTheRegistryIsNoopJustProceeds() throws Exception {
		ObservationTaskInterceptor noop = new ObservationTaskInterceptor(ObservationRegistry.NOOP, null);
		assertThat(noop.intercept(invocation(() -> "done"))).isEqualTo("done");
	}

	private Observation.Context stopped() {
		assertThat(this.observations.stopped).hasSize(1);
		return this.observations.stopped.get(0);
	}

	private String outcome() {
		return stopped().getLowCardinalityKeyValue("outcome").getValue();
	}

	private static TaskInvocation invocation(Callable<Object> handler) throws Exception {
		Message message = mock(Message.class);
		given(message.queue()).willReturn("mail");
		given(message.task()).willReturn("mail.welcome");
		given(message.headers()).willReturn(Map.of("traceparent", RecordedObservations.TRACE));
		TaskContext context = mock(TaskContext.class);
		given(context.message()).willReturn(message);
		given(context.id()).willReturn(ID);
		given(context.attempt()).willReturn(2);
		TaskInvocation invocation = mock(TaskInvocation.class);
		given(invocation.context()).willReturn(context);
		given(invocation.proceed()).willAnswer((call) -> handler.call());
		return invocation;
	}

}
