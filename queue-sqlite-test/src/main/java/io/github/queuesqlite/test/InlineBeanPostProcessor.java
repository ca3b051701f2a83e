package io.github.queuesqlite.test;

import io.github.queuesqlite.QueueOperations;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** Gives the application operations that run what they enqueue. */
final class InlineBeanPostProcessor implements BeanPostProcessor {

	private final ObjectProvider<TestQueue> queue;

	private final boolean inline;

	InlineBeanPostProcessor(ObjectProvider<TestQueue> queue, boolean inline) {
		this.queue = queue;
		this.inline = inline;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		return (this.inline && bean instanceof QueueOperations operations)
				? InlineOperations.of(operations, this.queue.getObject()) : bean;
	}

}
