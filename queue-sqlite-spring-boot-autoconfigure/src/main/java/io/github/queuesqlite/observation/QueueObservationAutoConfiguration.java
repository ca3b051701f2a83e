package io.github.queuesqlite.observation;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.util.function.SingletonSupplier;

/**
 * Auto-configuration of the queue's observations.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = QueueAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean({ EmbeddedQueue.class, ObservationRegistry.class })
public final class QueueObservationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ObservationEnqueueInterceptor queueObservationEnqueueInterceptor(ObservationRegistry registry,
			ObjectProvider<QueueEnqueueObservationConvention> convention, ObjectProvider<EmbeddedQueue> queue) {
		return new ObservationEnqueueInterceptor(registry, convention.getIfAvailable(),
				SingletonSupplier.of(() -> queue.getObject().tasks()));
	}

	@Bean
	@ConditionalOnMissingBean
	ObservationTaskInterceptor queueObservationTaskInterceptor(ObservationRegistry registry,
			ObjectProvider<QueueTaskObservationConvention> convention) {
		return new ObservationTaskInterceptor(registry, convention.getIfAvailable());
	}

}
