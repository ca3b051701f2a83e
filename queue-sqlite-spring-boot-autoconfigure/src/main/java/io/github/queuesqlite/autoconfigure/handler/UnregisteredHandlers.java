package io.github.queuesqlite.autoconfigure.handler;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.ClassUtils;

/**
 * Looks for handlers in beans that do not exist after the start, so that none is missed
 * in silence: refuses those that can never be called, makes scoped proxies, and names
 * those of lazy beans.
 */
final class UnregisteredHandlers {

	private static final Logger logger = LoggerFactory.getLogger(UnregisteredHandlers.class);

	private static final String SCOPED_TARGET = "scopedTarget.";

	private final ConfigurableListableBeanFactory beanFactory;

	UnregisteredHandlers(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	void check() {
		for (String beanName : this.beanFactory.getBeanDefinitionNames()) {
			BeanDefinition definition = this.beanFactory.getMergedBeanDefinition(beanName);
			if (!definition.isAbstract() && (!definition.isSingleton() || definition.isLazyInit())) {
				check(beanName, definition);
			}
		}
	}

	private void check(String beanName, BeanDefinition definition) {
		Class<?> beanClass = AutoProxyUtils.determineTargetClass(this.beanFactory, beanName);
		Map<Method, List<Annotation>> methods = (beanClass != null) ? HandlerAnnotations.find(beanClass) : Map.of();
		if (beanClass == null || methods.isEmpty()) {
			return;
		}
		String origin = ClassUtils.getQualifiedMethodName(methods.keySet().iterator().next(),
				ClassUtils.getUserClass(beanClass));
		if (ScopedProxyUtils.isScopedTarget(beanName)) {
			// Made only when something asks for it; its handlers are found when it is
			// made.
			this.beanFactory.getBean(beanName.substring(SCOPED_TARGET.length()));
		}
		else if (!definition.isSingleton()) {
			throw new FailureAnalyzedException(
					"Method %s cannot be a handler: bean '%s' has the scope '%s', so that there may be many of it."
						.formatted(origin, beanName, definition.getScope()),
					"Make the bean a singleton, or give it a scoped proxy.");
		}
		else if (!this.beanFactory.containsSingleton(beanName)) {
			logger.warn("Bean '{}' is lazy: its handlers ({} and others, if any) run only after something else has"
					+ " asked for the bean", beanName, origin);
		}
	}

}
