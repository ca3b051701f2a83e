package io.github.queuesqlite;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

import io.github.queuesqlite.annotation.Enqueue;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;

/** A method that enqueues: what its message is made of, and what it returns. */
final class EnqueueMethod {

	private static final ResolvableType OPTIONS = ResolvableType.forClassWithGenerics(UnaryOperator.class,
			NewMessage.class);

	private final NewMessage template;

	/** Index of the argument; -1 for none. */
	private int payload = -1;

	private int options = -1;

	private final Returns returns;

	/** Of the result. */
	private final Type resultType;

	private EnqueueMethod(Method method, Enqueue enqueue) {
		NewMessage message = NewMessage.to(enqueue.value());
		this.template = enqueue.queue().isEmpty() ? message : message.queue(enqueue.queue());
		for (int i = 0; i < method.getParameterCount(); i++) {
			if (ResolvableType.forMethodParameter(method, i).toString().equals(OPTIONS.toString())) {
				this.options = only(method, this.options, i, "UnaryOperator<NewMessage>");
			}
			else {
				this.payload = only(method, this.payload, i, "payload");
			}
		}
		ResolvableType returned = ResolvableType.forMethodReturnType(method);
		this.resultType = returned.getGeneric().getType();
		this.returns = returns(method, returned);
	}

	static EnqueueMethod of(Method method) {
		Enqueue enqueue = method.getAnnotation(Enqueue.class);
		if (enqueue == null) {
			throw refused(method, "it has no @Enqueue");
		}
		try {
			return new EnqueueMethod(method, enqueue);
		}
		catch (IllegalArgumentException ex) {
			throw refused(method, String.valueOf(ex.getMessage()));
		}
	}

	private static int only(Method method, int before, int index, String what) {
		if (before >= 0) {
			throw new IllegalArgumentException("it has more than one " + what + ": parameters " + before + " and "
					+ index + " of " + method.getParameterCount());
		}
		return index;
	}

	private static Returns returns(Method method, ResolvableType returned) {
		Class<?> type = method.getReturnType();
		if (type == void.class || type == MessageId.class) {
			return Returns.ID;
		}
		if (type == CompletableFuture.class && returned.hasGenerics()) {
			return (returned.getGeneric().resolve() == MessageId.class) ? Returns.FUTURE_ID : Returns.FUTURE_RESULT;
		}
		throw new IllegalArgumentException("it returns " + returned
				+ "; it may return MessageId, nothing, CompletableFuture<MessageId>, or CompletableFuture of the result");
	}

	private static IllegalArgumentException refused(Method method, String why) {
		return new IllegalArgumentException(
				"Method " + method.getDeclaringClass().getName() + "." + method.getName() + " cannot enqueue: " + why);
	}

	@Nullable Object call(QueueOperations operations, @Nullable Object @Nullable [] arguments) {
		NewMessage message = message((arguments != null) ? arguments : new Object[0]);
		return switch (this.returns) {
			case ID -> operations.enqueue(message);
			case FUTURE_ID -> operations.enqueueAsync(message);
			case FUTURE_RESULT -> operations.submit(message, ParameterizedTypeReference.forType(this.resultType));
		};
	}

	private NewMessage message(@Nullable Object[] arguments) {
		NewMessage message = (this.payload >= 0) ? this.template.payload(arguments[this.payload]) : this.template;
		if (this.options < 0 || arguments[this.options] == null) {
			return message;
		}
		@SuppressWarnings("unchecked")
		UnaryOperator<NewMessage> options = (UnaryOperator<NewMessage>) arguments[this.options];
		NewMessage changed = options.apply(message);
		if (changed == null) {
			throw new IllegalArgumentException(
					"The options of a message for task '" + message.task() + "' returned null; nothing was stored");
		}
		return changed;
	}

	private enum Returns {

		ID, FUTURE_ID, FUTURE_RESULT

	}

}
