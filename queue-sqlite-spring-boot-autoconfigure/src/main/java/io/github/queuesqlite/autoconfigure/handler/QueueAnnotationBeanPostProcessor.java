package io.github.queuesqlite.autoconfigure.handler;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedObject;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;

/**
 * Finds the methods annotated with
 * {@link io.github.queuesqlite.annotation.QueueTask @QueueTask},
 * {@link io.github.queuesqlite.annotation.QueueListener @QueueListener} and
 * {@link io.github.queuesqlite.annotation.QueueSchedule @QueueSchedule} and registers
 * them once all singletons exist; those of beans created later, at once. A method that
 * cannot be a handler stops the start.
 * <p>
 * Asks for no other bean before that, so that nothing is created early.
 *
 * @since 0.1.0
 */
public final class QueueAnnotationBeanPostProcessor
		implements BeanPostProcessor, Ordered, BeanFactoryAware, SmartInitializingSingleton {

	private final Set<Class<?>> classesWithout = ConcurrentHashMap.newKeySet(64);

	private final List<BeanMethod> found = new ArrayList<>();

	private @Nullable ConfigurableListableBeanFactory beanFactory;

	private @Nullable HandlerRegistrar registrar;

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
	}

	/** After the creators of proxies, so that calls go through them. */
	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (isInfrastructure(bean) || ScopedProxyUtils.isScopedTarget(beanName)) {
			return bean;
		}
		Class<?> beanClass = AopProxyUtils.ultimateTargetClass(bean);
		if (!this.classesWithout.contains(beanClass)) {
			Map<Method, List<Annotation>> methods = HandlerAnnotations.find(beanClass);
			if (methods.isEmpty()) {
				this.classesWithout.add(beanClass);
			}
			methods.forEach((method, annotations) -> annotations
				.forEach((annotation) -> add(BeanMethod.of(beanName, bean, method, annotation))));
		}
		return bean;
	}

	/** A scoped proxy calls itself infrastructure, but stands for the user's bean. */
	private static boolean isInfrastructure(Object bean) {
		return bean instanceof AopInfrastructureBean && !(bean instanceof ScopedObject);
	}

	private void add(BeanMethod method) {
		HandlerRegistrar started;
		synchronized (this.found) {
			started = this.registrar;
			if (started == null) {
				this.found.add(method);
			}
		}
		if (started != null) {
			started.register(method);
			started.declareSchedules();
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		ConfigurableListableBeanFactory factory = this.beanFactory;
		if (factory == null) {
			throw new IllegalStateException("The bean factory must be set");
		}
		HandlerRegistrar created = HandlerRegistrar.create(factory);
		List<BeanMethod> methods;
		synchronized (this.found) {
			this.registrar = created;
			methods = List.copyOf(this.found);
			this.found.clear();
		}
		created.registerDefinitions();
		methods.forEach(created::register);
		created.declareSchedules();
		new UnregisteredHandlers(factory).check();
	}

}
