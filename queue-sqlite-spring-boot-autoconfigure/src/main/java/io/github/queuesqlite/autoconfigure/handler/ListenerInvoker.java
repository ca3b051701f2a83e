package io.github.queuesqlite.autoconfigure.handler;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import io.github.queuesqlite.listen.DataChange;
import io.github.queuesqlite.listen.ListenerDefinition;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;

/**
 * Calls a listener method with the new value, the change, or both. Waits for a
 * {@link CompletionStage}: the next change of the key must not overtake it.
 */
final class ListenerInvoker implements ListenerDefinition.ChangeHandler {

	private final MethodCall call;

	private final Class<?>[] parameterTypes;

	ListenerInvoker(BeanMethod method) {
		this.call = new MethodCall(method);
		this.parameterTypes = method.method().getParameterTypes();
	}

	@Override
	public void onChange(DataChange<?> change) throws Exception {
		Object[] arguments = Arrays.stream(this.parameterTypes).map((type) -> argument(type, change)).toArray();
		Object result = this.call.invoke(arguments);
		if (result instanceof CompletionStage<?> stage) {
			await(stage);
		}
	}

	private static @Nullable Object argument(Class<?> type, DataChange<?> change) {
		if (type == DataChange.class) {
			return change;
		}
		return (type == Optional.class) ? Optional.ofNullable(change.newValue()) : change.newValue();
	}

	private static void await(CompletionStage<?> stage) throws Exception {
		try {
			stage.toCompletableFuture().get();
		}
		catch (InterruptedException ex) {
			if (stage instanceof Future<?> future) {
				future.cancel(true);
			}
			throw ex;
		}
		catch (ExecutionException ex) {
			ReflectionUtils.rethrowException((ex.getCause() != null) ? ex.getCause() : ex);
		}
	}

}
