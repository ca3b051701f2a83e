package io.github.queuesqlite.autoconfigure.handler;

import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/**
 * The reactive types that are on the class path, and what makes a future of one value.
 *
 * @param registry knows the types
 */
record ReactiveTypes(ReactiveAdapterRegistry registry) {

	static ReactiveTypes shared() {
		return new ReactiveTypes(ReactiveAdapterRegistry.getSharedInstance());
	}

	boolean hasManyValues(Class<?> type) {
		ReactiveAdapter adapter = this.registry.getAdapter(type);
		return adapter != null && adapter.isMultiValue();
	}

	boolean hasOneValue(Class<?> type) {
		ReactiveAdapter adapter = this.registry.getAdapter(type);
		return adapter != null && !adapter.isMultiValue();
	}

	/** Whether there is what subscribes: Reactor. */
	boolean canSubscribe() {
		return this.registry.getAdapter(CompletableFuture.class) != null;
	}

	/**
	 * Subscribes to what a method has returned.
	 * @param type a type that has one value
	 * @param value what it returned; null counts as no value
	 * @return a future that cancels the subscription when it is cancelled; null for null
	 */
	@Nullable Object subscribe(Class<?> type, @Nullable Object value) {
		ReactiveAdapter adapter = this.registry.getAdapter(type);
		ReactiveAdapter futures = this.registry.getAdapter(CompletableFuture.class);
		if (value == null || adapter == null || futures == null) {
			return value;
		}
		return futures.fromPublisher(adapter.toPublisher(value));
	}

}
