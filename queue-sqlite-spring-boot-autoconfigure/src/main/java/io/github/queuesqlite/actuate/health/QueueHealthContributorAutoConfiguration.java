package io.github.queuesqlite.actuate.health;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the queue's health.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = QueueAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(EmbeddedQueue.class)
@ConditionalOnEnabledHealthIndicator("queue")
@EnableConfigurationProperties(QueueHealthProperties.class)
public final class QueueHealthContributorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "queueHealthIndicator", "queueHealthContributor" })
	QueueHealthIndicator queueHealthIndicator(EmbeddedQueue queue, QueueHealthProperties properties) {
		return new QueueHealthIndicator(queue::directory, queue::status, queue.operations()::stats, properties);
	}

}
