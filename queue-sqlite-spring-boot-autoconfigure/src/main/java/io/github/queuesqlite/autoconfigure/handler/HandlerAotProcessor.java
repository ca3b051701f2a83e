package io.github.queuesqlite.autoconfigure.handler;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Set;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.task.TaskContext;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.ResolvableType;

/** Lets a native image read and write the payloads, values and results of handlers. */
final class HandlerAotProcessor implements BeanRegistrationAotProcessor {

	private static final Set<Type> NEVER_STORED = Set.of(TaskContext.class, Message.class, void.class);

	private final BindingReflectionHintsRegistrar registrar = new BindingReflectionHintsRegistrar();

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean registeredBean) {
		Set<Method> methods = HandlerAnnotations.find(registeredBean.getBeanClass()).keySet();
		if (methods.isEmpty()) {
			return null;
		}
		return (generation, code) -> methods
			.forEach((method) -> register(method, generation.getRuntimeHints().reflection()));
	}

	private void register(Method method, ReflectionHints hints) {
		for (Type type : method.getGenericParameterTypes()) {
			register(type, hints);
		}
		register(method.getGenericReturnType(), hints);
	}

	private void register(Type type, ReflectionHints hints) {
		Type element = ResolvableType.forType(type).getGeneric().getType();
		if (!NEVER_STORED.contains(type) && !NEVER_STORED.contains(element)) {
			this.registrar.registerReflectionHints(hints, type);
		}
	}

}
