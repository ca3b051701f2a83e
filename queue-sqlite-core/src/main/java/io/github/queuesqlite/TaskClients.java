package io.github.queuesqlite;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import io.github.queuesqlite.annotation.Enqueue;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * Implements interfaces whose methods enqueue, so that tasks are called with the types
 * they have. <pre class="code">
 * interface Mails {
 *
 *     &#64;Enqueue("mail.send")
 *     MessageId send(Welcome welcome);
 *
 *     &#64;Enqueue("mail.send")
 *     CompletableFuture&lt;Receipt&gt; sent(Welcome welcome, UnaryOperator&lt;NewMessage&gt; options);
 *
 * }
 * </pre> Each abstract method has {@link Enqueue}, and
 * <ul>
 * <li>takes at most one payload, and at most one {@code UnaryOperator<NewMessage>}, which
 * may set anything else of the message;</li>
 * <li>returns {@code MessageId} or nothing, after the commit as
 * {@link QueueOperations#enqueue} does; {@code CompletableFuture<MessageId>}, as
 * {@link QueueOperations#enqueueAsync} does; or {@code CompletableFuture} of the
 * handler's result, as {@link QueueOperations#submit} does.</li>
 * </ul>
 * Default methods may call the others.
 * <p>
 * <b>Threads:</b> safe for use by several threads, and so is what it makes.
 *
 * @since 0.1.0
 */
public final class TaskClients {

	private final QueueOperations operations;

	/**
	 * Creates a maker of clients.
	 * @param operations where their methods enqueue
	 */
	public TaskClients(QueueOperations operations) {
		this.operations = Objects.requireNonNull(operations, "'operations' must not be null");
	}

	/**
	 * Implements an interface.
	 * @param <T> the interface
	 * @param type the interface
	 * @return an implementation that enqueues
	 * @throws IllegalArgumentException if it is no interface, or a method cannot enqueue
	 */
	public <T> T create(Class<T> type) {
		Objects.requireNonNull(type, "'type' must not be null");
		if (!type.isInterface()) {
			throw new IllegalArgumentException(type.getName() + " must be an interface to be a client of tasks");
		}
		Map<Method, EnqueueMethod> methods = new HashMap<>();
		for (Method method : type.getMethods()) {
			if (Modifier.isAbstract(method.getModifiers()) && !ReflectionUtils.isObjectMethod(method)) {
				methods.put(method, EnqueueMethod.of(method));
			}
		}
		if (methods.isEmpty()) {
			throw new IllegalArgumentException(
					type.getName() + " has no method with @Enqueue, so there is nothing to enqueue");
		}
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				new Client(type, this.operations, methods)));
	}

	/** What stands behind an implementation. */
	private record Client(Class<?> type, QueueOperations operations,
			Map<Method, EnqueueMethod> methods) implements InvocationHandler {

		@Override
		public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
				throws Throwable {
			EnqueueMethod enqueue = this.methods.get(method);
			if (enqueue != null) {
				return enqueue.call(this.operations, arguments);
			}
			if (method.isDefault()) {
				return InvocationHandler.invokeDefault(proxy, method, arguments);
			}
			return switch (method.getName()) {
				case "equals" -> arguments != null && proxy == arguments[0];
				case "hashCode" -> System.identityHashCode(proxy);
				default -> "TaskClient[" + this.type.getName() + "]";
			};
		}

	}

}
