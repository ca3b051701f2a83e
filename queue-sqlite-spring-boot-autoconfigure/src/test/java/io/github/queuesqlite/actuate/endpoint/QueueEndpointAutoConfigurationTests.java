package io.github.queuesqlite.actuate.endpoint;

import java.util.Set;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** Tests for {@link QueueEndpointAutoConfiguration}. */
class QueueEndpointAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueEndpointAutoConfiguration.class))
		.withBean(EmbeddedQueue.class, QueueEndpointAutoConfigurationTests::queue);

	private final ApplicationContextRunner exposed = this.runner
		.withPropertyValues("management.endpoints.web.exposure.include=queue");

	@Test
	void endpointWhenExposedIsPresent() {
		this.exposed.run((context) -> assertThat(context).hasSingleBean(QueueEndpoint.class)
			.hasSingleBean(QueueEndpointWebExtension.class));
	}

	@Test
	void endpointWhenNotExposedIsAbsent() {
		this.runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(QueueEndpoint.class));
	}

	@Test
	void endpointWhenThereIsNoQueueIsAbsent() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(QueueEndpointAutoConfiguration.class))
			.withPropertyValues("management.endpoints.web.exposure.include=queue")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(QueueEndpoint.class));
	}

	@Test
	void endpointWhenAccessIsNoneIsAbsent() {
		this.exposed.withPropertyValues("management.endpoint.queue.access=NONE")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(QueueEndpoint.class));
	}

	@Test
	void endpointWhenExposedOverJmxOnlyHasNoWebExtension() {
		this.runner
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=queue",
					"management.endpoints.web.exposure.include=info")
			.run((context) -> assertThat(context).hasSingleBean(QueueEndpoint.class)
				.doesNotHaveBean(QueueEndpointWebExtension.class));
	}

	@Test
	void endpointWhenTheUserHasOneBacksOff() {
		this.exposed.withBean("mine", QueueEndpoint.class, () -> new QueueEndpoint(queue(), Set.of(), Show.NEVER))
			.run((context) -> assertThat(context).hasSingleBean(QueueEndpoint.class).hasBean("mine"));
	}

	@Test
	void propertiesWhenNotSetHideValues() {
		this.exposed.run((context) -> assertThat(context.getBean(QueueEndpointProperties.class))
			.isEqualTo(new QueueEndpointProperties(Show.NEVER, Set.of(), null, EnqueueAccess.NONE)));
	}

	@Test
	void propertiesWhenSetAreBound() {
		this.exposed
			.withPropertyValues("management.endpoint.queue.show-values=when-authorized",
					"management.endpoint.queue.roles=admin,ops", "management.endpoint.queue.backup-directory=/backup",
					"management.endpoint.queue.enqueue=hosted")
			.run((context) -> assertThat(context.getBean(QueueEndpointProperties.class))
				.isEqualTo(new QueueEndpointProperties(Show.WHEN_AUTHORIZED, Set.of("admin", "ops"), "/backup",
						EnqueueAccess.HOSTED)));
	}

	private static EmbeddedQueue queue() {
		EmbeddedQueue queue = mock(EmbeddedQueue.class);
		given(queue.operations()).willReturn(mock(QueueOperations.class));
		return queue;
	}

}
