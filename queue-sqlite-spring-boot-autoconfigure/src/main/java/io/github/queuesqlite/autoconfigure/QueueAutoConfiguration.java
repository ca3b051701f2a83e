package io.github.queuesqlite.autoconfigure;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.TaskClients;
import io.github.queuesqlite.autoconfigure.handler.HandlerLazyInitializationExcludeFilter;
import io.github.queuesqlite.autoconfigure.handler.QueueAnnotationBeanPostProcessor;
import io.github.queuesqlite.event.MessageEventListener;
import io.github.queuesqlite.listen.ListenOperations;
import io.github.queuesqlite.listen.ListenerRegistry;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.task.TaskRegistry;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the queue: its operations, its listen data, its schedules, the
 * handlers of {@link io.github.queuesqlite.annotation.QueueTask @QueueTask},
 * {@link io.github.queuesqlite.annotation.QueueListener @QueueListener} and
 * {@link io.github.queuesqlite.annotation.QueueSchedule @QueueSchedule} methods, and
 * their life-cycle. Nothing that the application may have of its own is declared: no data
 * source, transaction manager, executor or JSON mapper.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "queue.sqlite.enabled", matchIfMissing = true)
@EnableConfigurationProperties(QueueProperties.class)
@ImportRuntimeHints(QueueRuntimeHints.class)
public final class QueueAutoConfiguration {

	/** Closed when beans are destroyed: after the web server's graceful phase. */
	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean
	EmbeddedQueue embeddedQueue(QueueProperties properties, BeanFactory beanFactory, Environment environment) {
		return new QueueOpener(properties, beanFactory, environment).open();
	}

	@Bean
	@ConditionalOnMissingBean
	QueueOperations queueOperations(EmbeddedQueue queue) {
		return queue.operations();
	}

	@Bean
	@ConditionalOnMissingBean
	TaskClients taskClients(QueueOperations operations) {
		return new TaskClients(operations);
	}

	@Bean
	@ConditionalOnMissingBean
	ListenOperations listenOperations(EmbeddedQueue queue) {
		return queue.listen();
	}

	@Bean
	@ConditionalOnMissingBean
	ScheduleOperations scheduleOperations(EmbeddedQueue queue) {
		return queue.schedules();
	}

	@Bean
	@ConditionalOnMissingBean
	TaskRegistry taskRegistry(EmbeddedQueue queue) {
		return queue.tasks();
	}

	@Bean
	@ConditionalOnMissingBean
	ListenerRegistry listenerRegistry(EmbeddedQueue queue) {
		return queue.listeners();
	}

	@Bean
	@ConditionalOnMissingBean
	QueueWorkers queueWorkers(EmbeddedQueue queue, QueueProperties properties, Environment environment) {
		ShutdownTimes.check(properties.shutdown().drainTimeout(), environment);
		return new QueueWorkers(queue, properties.worker().enabled());
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "queue.sqlite.events.enabled")
	MessageEventPublisher queueMessageEventPublisher(ApplicationEventPublisher publisher) {
		return new MessageEventPublisher(publisher);
	}

	@Bean
	EventListenerRegistrar queueEventListenerRegistrar(EmbeddedQueue queue,
			ObjectProvider<MessageEventListener> listeners) {
		return new EventListenerRegistrar(queue, listeners);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static QueueAnnotationBeanPostProcessor queueAnnotationBeanPostProcessor() {
		return new QueueAnnotationBeanPostProcessor();
	}

	@Bean
	static LazyInitializationExcludeFilter queueWorkersLazyInitializationExcludeFilter() {
		return LazyInitializationExcludeFilter.forBeanTypes(QueueWorkers.class, EventListenerRegistrar.class);
	}

	@Bean
	static LazyInitializationExcludeFilter queueHandlerLazyInitializationExcludeFilter() {
		return new HandlerLazyInitializationExcludeFilter();
	}

}
