package io.github.queuesqlite.autoconfigure.handler;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.KotlinDetector;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.SynthesizingMethodParameter;
import org.springframework.scheduling.annotation.Async;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * A method of a bean that is to be a handler.
 *
 * @param beanName the name of the bean
 * @param bean what is called: a proxy where there is one
 * @param beanClass the class behind the proxy
 * @param method the method of that class, whose parameters and annotations count
 * @param annotation what makes it a handler
 */
record BeanMethod(String beanName, Object bean, Class<?> beanClass, Method method, Annotation annotation) {

	static BeanMethod of(String beanName, Object bean, Method method, Annotation annotation) {
		Class<?> beanClass = ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean));
		return new BeanMethod(beanName, bean, beanClass, method, annotation);
	}

	String origin() {
		return ClassUtils.getQualifiedMethodName(this.method, this.beanClass);
	}

	/** Refuses what cannot be called, or not in a way that tells when it ended. */
	void check() {
		int modifiers = this.method.getModifiers();
		if (Modifier.isStatic(modifiers)) {
			throw refused("is static", "Make it a method of the bean.");
		}
		if (Modifier.isPrivate(modifiers)) {
			throw refused("is private, so that proxies cannot reach it", "Make it package-private or public.");
		}
		if (Modifier.isFinal(modifiers) && AopUtils.isCglibProxy(this.bean)) {
			throw refused("is final, so that the proxy of the bean cannot pass it on", "Make it overridable.");
		}
		if (KotlinDetector.isSuspendingFunction(this.method)) {
			throw refused("is a suspend function, which only a coroutine can call",
					"Make it a plain function: runBlocking { } calls suspend functions, on the thread of the handler.");
		}
		checkReturnType(returnType());
	}

	private void checkReturnType(Class<?> type) {
		if (isStage()) {
			return;
		}
		if (isAsync()) {
			throw refused("is @Async and would return before its work is done",
					"Return a CompletableFuture, which is waited for, or remove @Async: handlers have threads of their own.");
		}
		if (Future.class.isAssignableFrom(type)) {
			throw refused("returns a " + type.getSimpleName() + ", which can only be waited for by blocking a thread",
					"Return a CompletableFuture.");
		}
		checkReactive(type, ReactiveTypes.shared());
	}

	void checkReactive(Class<?> type, ReactiveTypes reactiveTypes) {
		if (reactiveTypes.hasManyValues(type)) {
			throw refused("returns a " + type.getSimpleName() + ", which may have many values",
					"Return a Mono: Flux.collectList() makes one of all values, Flux.then() one that only ends.");
		}
		if (reactiveTypes.hasOneValue(type) && !reactiveTypes.canSubscribe()) {
			throw refused("returns a " + type.getSimpleName() + ", to which nobody would subscribe",
					"Add io.projectreactor:reactor-core, which does, or return a CompletableFuture.");
		}
	}

	/** Whether it returns what is waited for. */
	boolean isAwaited() {
		return isStage() || ReactiveTypes.shared().hasOneValue(returnType());
	}

	boolean isStage() {
		return CompletionStage.class.isAssignableFrom(returnType());
	}

	Class<?> returnType() {
		return GenericTypeResolver.resolveReturnType(this.method, this.beanClass);
	}

	private boolean isAsync() {
		return AnnotatedElementUtils.hasAnnotation(this.method, Async.class)
				|| AnnotatedElementUtils.hasAnnotation(this.beanClass, Async.class);
	}

	/** The method to call on the bean, which is an interface's for a JDK proxy. */
	Method invocable() {
		try {
			Method invocable = AopUtils.selectInvocableMethod(this.method, this.bean.getClass());
			ReflectionUtils.makeAccessible(invocable);
			return invocable;
		}
		catch (IllegalStateException ex) {
			throw refused("is hidden by the proxy of the bean",
					"Declare it in an interface of the bean, or proxy classes ('spring.aop.proxy-target-class').");
		}
	}

	MethodParameter[] parameters() {
		MethodParameter[] parameters = new MethodParameter[this.method.getParameterCount()];
		for (int i = 0; i < parameters.length; i++) {
			parameters[i] = new SynthesizingMethodParameter(this.method, i).withContainingClass(this.beanClass);
		}
		return parameters;
	}

	FailureAnalyzedException refused(String why, String action) {
		return new FailureAnalyzedException(description() + " cannot be a handler: it " + why + ".", action);
	}

	/** For what a setting of the annotation is to blame. */
	FailureAnalyzedException refused(Throwable cause) {
		return new FailureAnalyzedException(description() + " cannot be a handler: " + cause.getMessage() + ".",
				"Correct the annotation.", cause);
	}

	String description() {
		return "@" + this.annotation.annotationType().getSimpleName() + " method " + origin();
	}

}
