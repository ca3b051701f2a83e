package io.github.queuesqlite.autoconfigure.handler;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.task.TaskContext;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolver;

/** Gives the run, or its message. */
final class TaskContextArgumentResolver implements HandlerMethodArgumentResolver {

	@Override
	public boolean supportsParameter(MethodParameter parameter) {
		return parameter.getParameterType() == TaskContext.class || parameter.getParameterType() == Message.class;
	}

	@Override
	public @Nullable Object resolveArgument(MethodParameter parameter,
			org.springframework.messaging.Message<?> message) {
		TaskContext context = ((TaskMessage) message).context();
		return (parameter.getParameterType() == TaskContext.class) ? context : context.message();
	}

}
