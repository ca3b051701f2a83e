package io.github.queuesqlite.actuate;

import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.actuate.endpoint.QueueEndpoint;
import io.github.queuesqlite.actuate.endpoint.QueueEndpointAutoConfiguration;
import io.github.queuesqlite.actuate.health.QueueHealthContributorAutoConfiguration;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.metrics.QueueMetricsAutoConfiguration;
import io.github.queuesqlite.observation.QueueObservationAutoConfiguration;
import io.github.queuesqlite.task.TaskRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** An application starts whichever of the libraries for its operators are missing. */
class OptionalDependenciesTests {

	private static final String[] BEANS = { "queueHealthIndicator", "queueEndpoint", "queueMeters",
			"queueMeterRecorder", "queueObservationTaskInterceptor", "queueObservationEnqueueInterceptor" };

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withUserConfiguration(Application.class)
		.withPropertyValues("management.endpoints.web.exposure.include=queue");

	@Test
	void startWhenAllIsThereHasAllBeans() {
		this.runner.run((context) -> {
			assertThat(context.getBeanDefinitionNames()).contains(BEANS);
			assertThat(context).hasSingleBean(QueueEndpoint.class);
		});
	}

	@Test
	void startWhenNothingIsThereHasNone() {
		this.runner
			.withClassLoader(new FilteredClassLoader("io.micrometer", "org.springframework.boot.actuate",
					"org.springframework.boot.health", "org.springframework.boot.micrometer"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBeanDefinitionNames()).doesNotContain(BEANS);
			});
	}

	@Test
	void startWithoutMicrometerHasHealthAndEndpoint() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer", "org.springframework.boot.micrometer"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context).hasBean("queueHealthIndicator").hasBean("queueEndpoint");
				assertThat(context).doesNotHaveBean("queueMeters").doesNotHaveBean("queueObservationTaskInterceptor");
			});
	}

	@Test
	void startWithoutActuatorHasMeters() {
		this.runner
			.withClassLoader(
					new FilteredClassLoader("org.springframework.boot.actuate", "org.springframework.boot.health"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context).hasBean("queueMeters").hasBean("queueObservationTaskInterceptor");
				assertThat(context).doesNotHaveBean("queueHealthIndicator").doesNotHaveBean("queueEndpoint");
			});
	}

	@Test
	void startWithoutWebHasTheEndpoint() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.web", "jakarta.servlet"))
			.run((context) -> assertThat(context).hasNotFailed().hasBean("queueEndpoint"));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ QueueEndpointAutoConfiguration.class, QueueHealthContributorAutoConfiguration.class,
			QueueMetricsAutoConfiguration.class, QueueObservationAutoConfiguration.class,
			MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
			SimpleMetricsExportAutoConfiguration.class, ObservationAutoConfiguration.class })
	static class Application {

		@Bean
		EmbeddedQueue queue() {
			QueueOperations operations = mock(QueueOperations.class);
			given(operations.stats()).willReturn(new QueueStats(List.of(), Map.of(), List.of(), Set.of(), Set.of(),
					List.of(), List.of(), List.of()));
			EmbeddedQueue queue = mock(EmbeddedQueue.class);
			given(queue.operations()).willReturn(operations);
			given(queue.tasks()).willReturn(new TaskRegistry());
			return queue;
		}

	}

}
