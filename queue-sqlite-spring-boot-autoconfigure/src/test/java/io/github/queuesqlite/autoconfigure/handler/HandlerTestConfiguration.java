package io.github.queuesqlite.autoconfigure.handler;

import io.github.queuesqlite.autoconfigure.QueueProperties;
import io.github.queuesqlite.listen.ListenerRegistry;
import io.github.queuesqlite.task.TaskRegistry;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Registries without an engine, and the post-processor that fills them. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(QueueProperties.class)
class HandlerTestConfiguration {

	@Bean
	static QueueAnnotationBeanPostProcessor queueAnnotationBeanPostProcessor() {
		return new QueueAnnotationBeanPostProcessor();
	}

	@Bean
	TaskRegistry taskRegistry() {
		return new TaskRegistry();
	}

	@Bean
	ListenerRegistry listenerRegistry() {
		return new StubListenerRegistry();
	}

}
