package io.github.queuesqlite.observation;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.TaskRegistry;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** Tests for {@link QueueObservationAutoConfiguration}. */
class QueueObservationAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueObservationAutoConfiguration.class))
		.withBean(EmbeddedQueue.class, QueueObservationAutoConfigurationTests::queue);

	@Test
	void interceptorsWhenThereIsARegistryArePresent() {
		this.runner.withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class))
			.run((context) -> assertThat(context).hasSingleBean(ObservationEnqueueInterceptor.class)
				.hasSingleBean(ObservationTaskInterceptor.class));
	}

	@Test
	void interceptorsWhenThereIsNoRegistryAreAbsent() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(ObservationEnqueueInterceptor.class)
			.doesNotHaveBean(ObservationTaskInterceptor.class));
	}

	@Test
	void interceptorsWhenMicrometerIsNotOnTheClassPathAreAbsent() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("queueObservationEnqueueInterceptor")
				.doesNotHaveBean("queueObservationTaskInterceptor"));
	}

	@Test
	void interceptorsWhenTheUserHasAConventionUseIt() {
		RecordedObservations observations = new RecordedObservations();
		this.runner.withBean(ObservationRegistry.class, () -> observations.registry)
			.withBean(QueueEnqueueObservationConvention.class, TenantConvention::new)
			.run((context) -> {
				context.getBean(ObservationEnqueueInterceptor.class).beforeEnqueue(NewMessage.to("mail.welcome"));
				assertThat(observations.stopped).singleElement()
					.satisfies((stopped) -> assertThat(stopped.getLowCardinalityKeyValue("tenant").getValue())
						.isEqualTo("acme"));
			});
	}

	private static EmbeddedQueue queue() {
		EmbeddedQueue queue = mock(EmbeddedQueue.class);
		given(queue.tasks()).willReturn(new TaskRegistry());
		return queue;
	}

	private static final class TenantConvention extends DefaultQueueEnqueueObservationConvention {

		@Override
		public KeyValues getLowCardinalityKeyValues(QueueEnqueueContext context) {
			return super.getLowCardinalityKeyValues(context).and("tenant", "acme");
		}

	}

}
