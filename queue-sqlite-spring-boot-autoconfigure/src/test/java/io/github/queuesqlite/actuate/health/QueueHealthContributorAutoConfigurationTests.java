package io.github.queuesqlite.actuate.health;

import java.time.Duration;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** Tests for {@link QueueHealthContributorAutoConfiguration}. */
class QueueHealthContributorAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueHealthContributorAutoConfiguration.class,
				HealthContributorAutoConfiguration.class))
		.withBean(EmbeddedQueue.class, QueueHealthContributorAutoConfigurationTests::queue);

	@Test
	void indicatorWhenThereIsAQueueIsPresent() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(QueueHealthIndicator.class)
			.hasBean("queueHealthIndicator"));
	}

	@Test
	void indicatorWhenThereIsNoQueueIsAbsent() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(QueueHealthContributorAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(QueueHealthIndicator.class));
	}

	@ParameterizedTest
	@CsvSource({ "management.health.queue.enabled=false", "management.health.defaults.enabled=false" })
	void indicatorWhenDisabledIsAbsent(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).doesNotHaveBean(QueueHealthIndicator.class));
	}

	@ParameterizedTest
	@CsvSource({ "queueHealthIndicator", "queueHealthContributor" })
	void indicatorWhenTheUserHasOneBacksOff(String name) {
		this.runner.withBean(name, HealthIndicator.class, () -> () -> Health.up().build())
			.run((context) -> assertThat(context).doesNotHaveBean(QueueHealthIndicator.class).hasBean(name));
	}

	@Test
	void propertiesWhenNotSetHaveDefaults() {
		this.runner.run((context) -> assertThat(context.getBean(QueueHealthProperties.class))
			.isEqualTo(new QueueHealthProperties(Duration.ofSeconds(5), QueueHealthProperties.Threshold.NONE)));
	}

	@Test
	void propertiesWhenSetAreBound() {
		this.runner
			.withPropertyValues("management.health.queue.timeout=2s",
					"management.health.queue.threshold.oldest-ready-age=10m",
					"management.health.queue.threshold.dead=100", "management.health.queue.threshold.stuck-handlers=0")
			.run((context) -> assertThat(context.getBean(QueueHealthProperties.class))
				.isEqualTo(new QueueHealthProperties(Duration.ofSeconds(2),
						new QueueHealthProperties.Threshold(Duration.ofMinutes(10), 100L, 0))));
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '"', textBlock = """
			timeout=0s, must be longer than 0
			threshold.dead=-1, must be at least 0
			threshold.oldest-ready-age=-1s, must be at least 0
			threshold.stuck-handlers=-1, must be at least 0
			""")
	void propertiesWhenOutOfRangeFailTheStart(String property, String reason) {
		String name = property.substring(0, property.indexOf('='));
		this.runner.withPropertyValues("management.health.queue." + property)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageStartingWith("Property management.health.queue." + name + " ")
				.hasMessageEndingWith(reason));
	}

	private static EmbeddedQueue queue() {
		EmbeddedQueue queue = mock(EmbeddedQueue.class);
		given(queue.operations()).willReturn(mock(QueueOperations.class));
		return queue;
	}

}
