package io.github.queuesqlite.autoconfigure.handler;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;

import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;

/** Calls a method of a bean, through its proxy where there is one. */
final class MethodCall {

	private final Object bean;

	private final Method invocable;

	/** What it returns when that is to be subscribed to; null for all else. */
	private final @Nullable Class<?> reactiveType;

	private final ReactiveTypes reactiveTypes = ReactiveTypes.shared();

	MethodCall(BeanMethod method) {
		this.bean = method.bean();
		this.invocable = method.invocable();
		Class<?> type = method.returnType();
		this.reactiveType = (!method.isStage() && this.reactiveTypes.hasOneValue(type)) ? type : null;
	}

	/**
	 * Calls the method and throws what it threw, without what reflection and proxies add.
	 * @return what it returned, a stage for a reactive type
	 */
	@Nullable Object invoke(@Nullable Object... arguments) throws Exception {
		Object result = call(arguments);
		return (this.reactiveType != null) ? this.reactiveTypes.subscribe(this.reactiveType, result) : result;
	}

	private @Nullable Object call(@Nullable Object... arguments) throws Exception {
		try {
			return this.invocable.invoke(this.bean, arguments);
		}
		catch (InvocationTargetException ex) {
			Throwable target = ex.getTargetException();
			if (target instanceof UndeclaredThrowableException undeclared) {
				target = undeclared.getUndeclaredThrowable();
			}
			ReflectionUtils.rethrowException(target);
			throw new IllegalStateException("Unreachable", target);
		}
	}

}
