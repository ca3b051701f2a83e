package io.github.queuesqlite.autoconfigure.handler;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

import io.github.queuesqlite.annotation.Backoff;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.util.StringUtils;

/** Makes tasks of methods annotated with {@link QueueTask @QueueTask}. */
final class TaskMethods {

	private final ConfigurableBeanFactory beanFactory;

	private final AnnotationValues values;

	private final TaskArguments arguments;

	private final RetryPolicy retryDefaults;

	TaskMethods(ConfigurableBeanFactory beanFactory, TaskArguments arguments, RetryPolicy retryDefaults) {
		this.beanFactory = beanFactory;
		this.values = new AnnotationValues(beanFactory);
		this.arguments = arguments;
		this.retryDefaults = retryDefaults;
	}

	TaskDefinition<?> define(BeanMethod method, QueueTask annotation) {
		method.check();
		try {
			return build(method, annotation);
		}
		catch (IllegalArgumentException ex) {
			throw method.refused(ex);
		}
	}

	private TaskDefinition<?> build(BeanMethod method, QueueTask annotation) {
		return builder(method, annotation).queue(this.values.text("queue", annotation.queue()))
			.retryPolicy(retryPolicy(annotation))
			.retryable(retryable(annotation))
			.timeout(this.values.duration("timeout", annotation.timeout()))
			.priority(annotation.priority().value())
			.timeToLive(this.values.duration("timeToLive", annotation.timeToLive()))
			.executor(executor(method, annotation))
			.storeResult(annotation.storeResult())
			.maxConcurrent(limit(annotation.maxConcurrent()))
			.maxConcurrentPerKey(limit(annotation.maxConcurrentPerKey()))
			.rateLimit(rateLimit("rateLimit", annotation.rateLimit()))
			.rateLimitPerKey(rateLimit("rateLimitPerKey", annotation.rateLimitPerKey()))
			.lock(lock(annotation))
			.delivery(annotation.delivery())
			.uniqueKey(PayloadKey.of(this.values.text("unique", annotation.unique())))
			.attributes(attributes(annotation))
			.origin(method.origin())
			.build();
	}

	private TaskDefinition.Builder<?> builder(BeanMethod method, QueueTask annotation) {
		String name = name(method, annotation);
		if (annotation.batchSize() == -1) {
			Type payloadType = this.arguments.payloadType(method);
			TaskInvoker invoker = new TaskInvoker(method, this.arguments.resolvers());
			return TaskDefinition.builder(name, ParameterizedTypeReference.forType(payloadType), invoker::handle);
		}
		BatchParameters parameters = BatchParameters.of(method);
		BatchInvoker invoker = new BatchInvoker(method, parameters, this.arguments.validation(parameters.payload()));
		return TaskDefinition.batch(name, ParameterizedTypeReference.forType(parameters.payloadType()), invoker::handle)
			.batchSize(annotation.batchSize());
	}

	private String name(BeanMethod method, QueueTask annotation) {
		String name = this.values.text("name", annotation.name());
		if (name.isEmpty()) {
			throw method.refused("has no task name", "Name the task: @QueueTask(\"…\").");
		}
		return name;
	}

	private static @Nullable Integer limit(int most) {
		return (most != -1) ? most : null;
	}

	private @Nullable RateLimit rateLimit(String attribute, String value) {
		String rateLimit = this.values.text(attribute, value);
		try {
			return rateLimit.isEmpty() ? null : RateLimit.of(rateLimit);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					String.valueOf(ex.getMessage()).replace("'rateLimit'", "'" + attribute + "'"), ex);
		}
	}

	private @Nullable String lock(QueueTask annotation) {
		String lock = this.values.text("lock", annotation.lock());
		return lock.isEmpty() ? null : lock;
	}

	private @Nullable RetryPolicy retryPolicy(QueueTask annotation) {
		Backoff backoff = annotation.backoff();
		RetryPolicy policy = this.retryDefaults;
		if (annotation.maxRetries() != -1) {
			policy = policy.withMaxRetries(annotation.maxRetries());
		}
		Duration maxElapsed = this.values.duration("backoff.maxElapsed", backoff.maxElapsed());
		if (maxElapsed != null) {
			policy = policy.withMaxElapsed(maxElapsed);
		}
		policy = growing(policy, backoff);
		List<Duration> delays = this.values.durations("backoff.delays", backoff.delays());
		if (!delays.isEmpty()) {
			policy = policy.withDelays(delays);
		}
		return (policy == this.retryDefaults) ? null : policy;
	}

	/** Who says how the waiting time grows does not want a list of others. */
	private RetryPolicy growing(RetryPolicy policy, Backoff backoff) {
		Duration delay = this.values.duration("backoff.delay", backoff.delay());
		Duration maxDelay = this.values.duration("backoff.maxDelay", backoff.maxDelay());
		boolean grows = delay != null || maxDelay != null || backoff.multiplier() != -1;
		if (!grows && backoff.jitter() == -1) {
			return policy;
		}
		return new RetryPolicy(policy.maxRetries(), Objects.requireNonNullElse(delay, policy.delay()),
				(backoff.multiplier() != -1) ? backoff.multiplier() : policy.multiplier(),
				Objects.requireNonNullElse(maxDelay, policy.maxDelay()),
				(backoff.jitter() != -1) ? backoff.jitter() : policy.jitter(), grows ? List.of() : policy.delays(),
				policy.maxElapsed());
	}

	private Map<String, String> attributes(QueueTask annotation) {
		Map<String, String> attributes = new LinkedHashMap<>();
		for (String attribute : annotation.attributes()) {
			String text = this.values.text("attributes", attribute);
			int end = text.indexOf('=');
			if (end < 1 || attributes.put(text.substring(0, end).strip(), text.substring(end + 1).strip()) != null) {
				throw new IllegalArgumentException(
						"'attributes' must each be a name, '=' and a text, no name twice, was '" + text + "'");
			}
		}
		return attributes;
	}

	private static Predicate<Throwable> retryable(QueueTask annotation) {
		List<Class<? extends Throwable>> retryFor = List.of(annotation.retryFor());
		List<Class<? extends Throwable>> noRetryFor = List.of(annotation.noRetryFor());
		return (failure) -> noRetryFor.stream().noneMatch((type) -> type.isInstance(failure))
				&& (retryFor.isEmpty() || retryFor.stream().anyMatch((type) -> type.isInstance(failure)));
	}

	private @Nullable Executor executor(BeanMethod method, QueueTask annotation) {
		String name = this.values.text("executor", annotation.executor());
		if (!StringUtils.hasText(name)) {
			return null;
		}
		try {
			return this.beanFactory.getBean(name, Executor.class);
		}
		catch (NoSuchBeanDefinitionException ex) {
			throw noExecutor(method, name, "there is no such bean", ex);
		}
		catch (BeanNotOfRequiredTypeException ex) {
			throw noExecutor(method, name, "it is a " + ex.getActualType().getName(), ex);
		}
	}

	private static FailureAnalyzedException noExecutor(BeanMethod method, String name, String why, Throwable cause) {
		return new FailureAnalyzedException(
				"%s cannot be a handler: 'executor' must name an Executor bean, was '%s': %s."
					.formatted(method.description(), name, why),
				"Name an Executor bean, or remove the attribute to run on the worker's threads.", cause);
	}

}
