package io.github.queuesqlite.autoconfigure.handler;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.LazyInitializationExcludeFilter;

/**
 * Keeps beans with handlers out of the lazy initialization of a whole application:
 * nothing else would ever ask for them.
 *
 * @since 0.1.0
 */
public final class HandlerLazyInitializationExcludeFilter implements LazyInitializationExcludeFilter {

	@Override
	public boolean isExcluded(String beanName, BeanDefinition beanDefinition, Class<?> beanType) {
		return !HandlerAnnotations.find(beanType).isEmpty();
	}

}
