package io.github.queuesqlite.autoconfigure.handler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import io.github.queuesqlite.task.BatchFailedException;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * Calls a task method with the payloads of a batch. Those that are not valid never will
 * be: they fail without the others, which the method gets.
 */
final class BatchInvoker {

	private final MethodCall call;

	private final BatchParameters parameters;

	private final PayloadValidation validation;

	BatchInvoker(BeanMethod method, BatchParameters parameters, PayloadValidation validation) {
		this.call = new MethodCall(method);
		this.parameters = parameters;
		this.validation = validation;
	}

	@Nullable Object handle(List<?> payloads, List<TaskContext> runs) throws Exception {
		Map<Integer, Throwable> refused = refused(payloads);
		if (refused.isEmpty()) {
			return invoke(payloads, runs);
		}
		List<Integer> places = new ArrayList<>();
		for (int i = 0; i < payloads.size(); i++) {
			if (!refused.containsKey(i)) {
				places.add(i);
			}
		}
		return places.isEmpty() ? failed(refused)
				: handle(new Remaining(places, refused, payloads.size()), payloads, runs);
	}

	private @Nullable Object handle(Remaining remaining, List<?> payloads, List<TaskContext> runs) {
		Object result;
		try {
			result = invoke(remaining.of(payloads), remaining.of(runs));
		}
		catch (Throwable ex) {
			throw remaining.failed(ex);
		}
		if (result instanceof CompletionStage<?> stage) {
			return handle(remaining, stage);
		}
		throw remaining.returned(result);
	}

	/** Who cancels the future that is returned cancels what it waits for. */
	private static CompletableFuture<?> handle(Remaining remaining, CompletionStage<?> stage) {
		CompletableFuture<?> handled = stage.handle((value, failure) -> {
			throw new CompletionException((failure != null) ? remaining.failed(failure) : remaining.returned(value));
		}).toCompletableFuture();
		handled.whenComplete((value, failure) -> {
			if (handled.isCancelled() && stage instanceof Future<?> future) {
				future.cancel(true);
			}
		});
		return handled;
	}

	private static Object failed(Map<Integer, Throwable> failures) {
		throw new BatchFailedException(failures);
	}

	private Map<Integer, Throwable> refused(List<?> payloads) {
		if (this.parameters.payload() == null) {
			return Map.of();
		}
		Map<Integer, Throwable> refused = new HashMap<>(0);
		for (int i = 0; i < payloads.size(); i++) {
			Object payload = payloads.get(i);
			String why = (payload != null) ? this.validation.violations(payload)
					: (this.parameters.allowsNull() ? null : "it is missing");
			if (why != null) {
				refused.put(i, new PermanentTaskException("The payload is not valid: " + why));
			}
		}
		return refused;
	}

	private @Nullable Object invoke(List<?> payloads, List<TaskContext> runs) throws Exception {
		Object[] arguments = this.parameters.contents().stream().map((content) -> switch (content) {
			case PAYLOADS -> payloads;
			case RUNS -> runs;
			case MESSAGES -> runs.stream().map(TaskContext::message).toList();
		}).toArray();
		return this.call.invoke(arguments);
	}

	/** The messages of a batch that are left when some are refused. */
	private record Remaining(List<Integer> places, Map<Integer, Throwable> refused, int size) {

		<E> List<E> of(List<E> all) {
			List<E> some = new ArrayList<>(this.places.size());
			this.places.forEach((place) -> some.add(all.get(place)));
			return some;
		}

		/** The method returned: only those that were refused have failed. */
		BatchFailedException returned(@Nullable Object result) {
			return with(Map.of(), result);
		}

		BatchFailedException failed(Throwable thrown) {
			Throwable failure = (thrown instanceof CompletionException && thrown.getCause() != null) ? thrown.getCause()
					: thrown;
			if (failure instanceof BatchFailedException partly
					&& partly.failures().keySet().stream().allMatch((index) -> index < this.places.size())) {
				return with(partly.failures(), partly.results());
			}
			Map<Integer, Throwable> all = new HashMap<>();
			for (int i = 0; i < this.places.size(); i++) {
				all.put(i, failure);
			}
			return with(all, null);
		}

		private BatchFailedException with(Map<Integer, Throwable> failures, @Nullable Object result) {
			Map<Integer, Throwable> all = new HashMap<>(this.refused);
			failures.forEach((index, failure) -> all.put(this.places.get(index), failure));
			return new BatchFailedException(all, (result != null) ? spread(result) : null);
		}

		/** What is no list of as many is passed on, so that it is refused as it is. */
		private List<?> spread(Object result) {
			if (!(result instanceof List<?> results) || results.size() != this.places.size()) {
				return List.of();
			}
			List<@Nullable Object> spread = new ArrayList<>();
			for (int i = 0; i < this.size; i++) {
				int index = this.places.indexOf(i);
				spread.add((index >= 0) ? results.get(index) : null);
			}
			return spread;
		}

	}

}
