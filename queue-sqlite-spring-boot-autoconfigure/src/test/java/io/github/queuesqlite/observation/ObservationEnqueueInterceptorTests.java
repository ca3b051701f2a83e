package io.github.queuesqlite.observation;

import java.util.Map;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/** Tests for {@link ObservationEnqueueInterceptor}. */
class ObservationEnqueueInterceptorTests {

	private final RecordedObservations observations = new RecordedObservations();

	private final TaskRegistry tasks = new TaskRegistry();

	@Test
	void beforeEnqueueWritesTheTraceBesideTheHeaders() {
		NewMessage message = NewMessage.to("mail.welcome").header("tenant", "acme");
		NewMessage changed = interceptor(this.observations.registry, null).beforeEnqueue(message);
		assertThat(changed.headers()).containsExactly(entry("tenant", "acme"),
				entry("traceparent", RecordedObservations.TRACE));
		assertThat(message.headers()).containsOnlyKeys("tenant");
	}

	@Test
	void beforeEnqueueObservesWithQueueAndTask() {
		interceptor(this.observations.registry, null).beforeEnqueue(NewMessage.to("mail.welcome").queue("mail"));
		assertThat(this.observations.stopped).singleElement().satisfies((context) -> {
			assertThat(context.getName()).isEqualTo("queue.enqueue");
			assertThat(context.getContextualName()).isEqualTo("enqueue mail.welcome");
			assertThat(context.getLowCardinalityKeyValues()).containsExactlyInAnyOrder(KeyValue.of("queue", "mail"),
					KeyValue.of("task", "mail.welcome"));
			assertThat(context.getHighCardinalityKeyValues()).isEmpty();
		});
	}

	@Test
	void beforeEnqueueWhenTheMessageNamesNoQueueTakesTheTasks() {
		this.tasks.register(
				TaskDefinition.builder("mail.welcome", String.class, (payload, context) -> null).queue("mail").build());
		ObservationEnqueueInterceptor interceptor = interceptor(this.observations.registry, null);
		interceptor.beforeEnqueue(NewMessage.to("mail.welcome"));
		interceptor.beforeEnqueue(NewMessage.to("unknown"));
		assertThat(this.observations.stopped)
			.extracting((context) -> context.getLowCardinalityKeyValue("queue").getValue())
			.containsExactly("mail", "default");
	}

	@Test
	void beforeEnqueueWhenTheRegistryIsNoopReturnsTheSameMessage() {
		NewMessage message = NewMessage.to("mail.welcome");
		assertThat(interceptor(ObservationRegistry.NOOP, null).beforeEnqueue(message)).isSameAs(message);
	}

	@Test
	void beforeEnqueueWhenNothingIsPropagatedReturnsTheSameMessage() {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler((context) -> true);
		NewMessage message = NewMessage.to("mail.welcome").headers(Map.of("tenant", "acme"));
		assertThat(interceptor(registry, null).beforeEnqueue(message)).isSameAs(message);
	}

	@Test
	void beforeEnqueueWhenAConventionIsGivenUsesIt() {
		interceptor(this.observations.registry, new DefaultQueueEnqueueObservationConvention() {

			@Override
			public KeyValues getLowCardinalityKeyValues(QueueEnqueueContext context) {
				return super.getLowCardinalityKeyValues(context).and("region", "eu");
			}

		}).beforeEnqueue(NewMessage.to("mail.welcome"));
		assertThat(this.observations.stopped).singleElement()
			.satisfies((context) -> assertThat(context.getLowCardinalityKeyValue("region").getValue()).isEqualTo("eu"));
	}

	private ObservationEnqueueInterceptor interceptor(ObservationRegistry registry,
			QueueEnqueueObservationConvention convention) {
		return new ObservationEnqueueInterceptor(registry, convention, () -> this.tasks);
	}

}
