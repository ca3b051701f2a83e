package io.github.queuesqlite.test;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.autoconfigure.EmbeddedQueueBuilderCustomizer;
import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import io.github.queuesqlite.autoconfigure.QueueProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of {@link TestQueue}, for tests with
 * {@link AutoConfigureQueue @AutoConfigureQueue}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = QueueAutoConfiguration.class)
@ConditionalOnProperty(QueueContextCustomizer.MODE)
public final class QueueTestAutoConfiguration {

	@Bean
	TestQueueParts testQueueParts(Environment environment, ObjectProvider<MovableClock> clock) {
		return new TestQueueParts(environment.getRequiredProperty(QueueContextCustomizer.MODE, RunMode.class),
				new Drainer(), clock.getIfAvailable(MovableClock::new));
	}

	/** After those of the application: how handlers run is not theirs to say. */
	@Bean
	@Order(Ordered.LOWEST_PRECEDENCE)
	EmbeddedQueueBuilderCustomizer testQueueBuilderCustomizer(TestQueueParts parts, QueueProperties properties) {
		return (builder) -> parts.applyTo(builder, properties.queues().keySet());
	}

	/** The queue itself is closed by whoever opened it. */
	@Bean(destroyMethod = "")
	@ConditionalOnBean(EmbeddedQueue.class)
	TestQueue testQueue(EmbeddedQueue queue, TestQueueParts parts) {
		return parts.of(queue);
	}

	@Bean
	static InlineBeanPostProcessor inlineQueueBeanPostProcessor(ObjectProvider<TestQueue> queue,
			Environment environment) {
		boolean inline = environment.getRequiredProperty(QueueContextCustomizer.MODE, RunMode.class) == RunMode.INLINE;
		return new InlineBeanPostProcessor(queue, inline);
	}

}
