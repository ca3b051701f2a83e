package io.github.queuesqlite.test;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.github.queuesqlite.QueueOperations;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Operations that run what they enqueue before they return. */
final class InlineOperations implements InvocationHandler {

	/** After these there may be something to run. */
	private static final Set<String> PUT_IN = Set.of("enqueue", "enqueueAll", "enqueueAsync", "enqueueGroup", "submit",
			"retry", "retryAll", "resume", "resumeTask", "resumeKey", "reschedule");

	private final QueueOperations operations;

	private final TestQueue queue;

	private InlineOperations(QueueOperations operations, TestQueue queue) {
		this.operations = operations;
		this.queue = queue;
	}

	static QueueOperations of(QueueOperations operations, TestQueue queue) {
		return (QueueOperations) Proxy.newProxyInstance(QueueOperations.class.getClassLoader(),
				new Class<?>[] { QueueOperations.class }, new InlineOperations(operations, queue));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		if (method.getDeclaringClass() == Object.class) {
			return switch (method.getName()) {
				case "equals" -> arguments != null && arguments[0] == proxy;
				case "hashCode" -> System.identityHashCode(proxy);
				default -> "Inline " + this.operations;
			};
		}
		Object result;
		try {
			result = method.invoke(this.operations, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
		if (PUT_IN.contains(method.getName())) {
			run();
		}
		return result;
	}

	/** Now, and again after the commit that what was put off waits for. */
	private void run() {
		if (TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive()) {
			boolean known = TransactionSynchronizationManager.getSynchronizations()
				.stream()
				.anyMatch((each) -> each instanceof AfterCommit other && other.queue == this.queue);
			if (!known) {
				TransactionSynchronizationManager.registerSynchronization(new AfterCommit(this.queue));
			}
		}
		this.queue.runInline();
	}

	/**
	 * Runs what a transaction has enqueued. The resources of the transaction are still
	 * bound to its thread, so another one is needed.
	 */
	private static final class AfterCommit implements TransactionSynchronization, Ordered {

		private final TestQueue queue;

		AfterCommit(TestQueue queue) {
			this.queue = queue;
		}

		@Override
		public int getOrder() {
			return LOWEST_PRECEDENCE;
		}

		@Override
		public void afterCompletion(int status) {
			if (status == STATUS_ROLLED_BACK) {
				return;
			}
			try {
				CompletableFuture.runAsync(this.queue::runInline, (work) -> new Thread(work, "queue-inline").start())
					.join();
			}
			catch (CompletionException ex) {
				if (ex.getCause() instanceof Error error) {
					throw error;
				}
				throw ex;
			}
		}

	}

}
