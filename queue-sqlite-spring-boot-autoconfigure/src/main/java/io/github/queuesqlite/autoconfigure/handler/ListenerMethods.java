package io.github.queuesqlite.autoconfigure.handler;

import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;

import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.listen.DataChange;
import io.github.queuesqlite.listen.ListenerDefinition;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;

/** Makes listeners of methods annotated with {@link QueueListener @QueueListener}. */
final class ListenerMethods {

	private final AnnotationValues values;

	ListenerMethods(ConfigurableBeanFactory beanFactory) {
		this.values = new AnnotationValues(beanFactory);
	}

	ListenerDefinition define(BeanMethod method, QueueListener annotation) {
		method.check();
		try {
			List<String> patterns = Arrays.stream(annotation.value())
				.map((pattern) -> this.values.text("value", pattern))
				.toList();
			return new ListenerDefinition(name(method, annotation), patterns, valueType(method), annotation.replay(),
					new ListenerInvoker(method));
		}
		catch (IllegalArgumentException ex) {
			throw method.refused(ex);
		}
	}

	private String name(BeanMethod method, QueueListener annotation) {
		String name = this.values.text("name", annotation.name());
		// The names of imported and nested classes hold a $, which listeners' may not.
		return !name.isEmpty() ? name
				: method.beanName().replace('$', '.').replace('#', '.') + "." + method.method().getName();
	}

	private static Type valueType(BeanMethod method) {
		@Nullable Type change = null;
		@Nullable Type value = null;
		for (MethodParameter parameter : method.parameters()) {
			if (parameter.getParameterType() == DataChange.class) {
				checkFirst(method, change);
				change = PayloadTypes.of(method, ResolvableType.forMethodParameter(parameter).getGeneric());
			}
			else {
				checkFirst(method, value);
				value = valueType(method, parameter);
			}
		}
		if (value == null) {
			return (change != null) ? change : Void.class;
		}
		if (change != null && change != Object.class && !change.equals(value)) {
			throw method.refused("takes a value of " + value.getTypeName() + " but changes of " + change.getTypeName(),
					"Use the same type for both.");
		}
		return value;
	}

	private static Type valueType(BeanMethod method, MethodParameter parameter) {
		if (parameter.getParameterType().isPrimitive()) {
			throw method.refused(
					"takes the primitive " + parameter.getParameterType() + ", but the value of a removed key is null",
					"Use the wrapper class, Optional or DataChange.");
		}
		return PayloadTypes.of(method, ResolvableType.forMethodParameter(parameter.nestedIfOptional()));
	}

	private static void checkFirst(BeanMethod method, @Nullable Type earlier) {
		if (earlier != null) {
			throw method.refused("takes two values or two changes", "Take one value, one DataChange, or one of each.");
		}
	}

}
