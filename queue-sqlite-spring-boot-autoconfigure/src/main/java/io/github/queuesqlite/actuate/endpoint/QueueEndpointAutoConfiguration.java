package io.github.queuesqlite.actuate.endpoint;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the {@link QueueEndpoint}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = QueueAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(QueueEndpoint.class)
@ConditionalOnBean(EmbeddedQueue.class)
@EnableConfigurationProperties(QueueEndpointProperties.class)
public final class QueueEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	QueueEndpoint queueEndpoint(EmbeddedQueue queue, ObjectProvider<SanitizingFunction> sanitizingFunctions,
			QueueEndpointProperties properties, ApplicationEventPublisher publisher) {
		return new QueueEndpoint(queue, sanitizingFunctions.orderedStream().toList(), properties.showValues(),
				publisher, properties.backups(), properties.enqueue());
	}

	/** Asks for nothing: whoever finds endpoints asks for it. */
	@Bean
	static UnknownNames queueEndpointUnknownNames() {
		return new UnknownNames();
	}

	@Bean
	@ConditionalOnBean(QueueEndpoint.class)
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	QueueEndpointWebExtension queueEndpointWebExtension(QueueEndpoint endpoint, QueueEndpointProperties properties) {
		return new QueueEndpointWebExtension(endpoint, properties.showValues(), properties.roles());
	}

}
