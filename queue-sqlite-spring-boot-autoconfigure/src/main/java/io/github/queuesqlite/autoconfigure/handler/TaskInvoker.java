package io.github.queuesqlite.autoconfigure.handler;

import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskContext;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.Message;
import org.springframework.messaging.handler.annotation.support.MethodArgumentNotValidException;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolverComposite;
import org.springframework.messaging.handler.invocation.InvocableHandlerMethod;
import org.springframework.validation.BindingResult;

/**
 * Resolves the arguments of a task method from its own parameters, whose annotations
 * count, and calls it through the bean's proxy.
 */
final class TaskInvoker extends InvocableHandlerMethod {

	private final MethodCall call;

	TaskInvoker(BeanMethod method, HandlerMethodArgumentResolverComposite resolvers) {
		super(method.bean(), method.method());
		this.call = new MethodCall(method);
		setMessageMethodArgumentResolvers(resolvers);
	}

	@Nullable Object handle(@Nullable Object payload, TaskContext context) throws Exception {
		return invoke(new TaskMessage(payload, context));
	}

	/** What does not fit now never will: the message ends DEAD without a retry. */
	@Override
	protected @Nullable Object[] getMethodArgumentValues(Message<?> message, Object... providedArguments) {
		try {
			return super.getMethodArgumentValues(message, providedArguments);
		}
		catch (MethodArgumentNotValidException ex) {
			throw new PermanentTaskException("The payload is not valid: " + violations(ex), ex);
		}
		catch (Exception ex) {
			throw new PermanentTaskException("Cannot call " + getShortLogMessage() + ": " + ex.getMessage(), ex);
		}
	}

	private static String violations(MethodArgumentNotValidException exception) {
		BindingResult result = exception.getBindingResult();
		if (result == null) {
			return String.valueOf(exception.getMessage());
		}
		return PayloadValidation.text(result.getAllErrors());
	}

	@Override
	protected @Nullable Object doInvoke(@Nullable Object... arguments) throws Exception {
		return this.call.invoke(arguments);
	}

}
