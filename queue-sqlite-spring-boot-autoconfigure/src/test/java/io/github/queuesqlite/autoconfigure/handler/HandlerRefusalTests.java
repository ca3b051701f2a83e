package io.github.queuesqlite.autoconfigure.handler;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import io.github.queuesqlite.annotation.Backoff;
import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.listen.DataChange;
import io.github.queuesqlite.task.Delivery;
import kotlin.Metadata;
import kotlin.coroutines.Continuation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.support.PropertySourcesPlaceholderConfigurer;
import org.springframework.core.PriorityOrdered;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.scheduling.annotation.Async;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for methods that cannot be handlers: the start is refused, naming them. */
class HandlerRefusalTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withUserConfiguration(HandlerTestConfiguration.class)
		.withBean(PropertySourcesPlaceholderConfigurer.class);

	static Stream<Arguments> refused() {
		return Stream.of(Arguments.of(new StaticMethod(), "is static"), Arguments.of(new PrivateMethod(), "is private"),
				Arguments.of(new NoName(), "has no task name"),
				Arguments.of(new BadName(), "'task' may hold letters, digits and . _ - : only, has '/' at position 1"),
				Arguments.of(new BadQueue(), "'queue' must have 1 to 200 characters"),
				Arguments.of(new TwoPayloads(), "takes 2 payloads"),
				Arguments.of(new OpenPayload<>(), "takes a payload of the open type 'T'"),
				Arguments.of(new PayloadExpression(), "@Payload expression"),
				Arguments.of(new HeadersNoMap(), "@Headers parameter that is not a map"),
				Arguments.of(new BadTimeout(), "'timeout' must be a duration such as 500ms, 10s or PT10S, was 'soon'"),
				Arguments.of(new ZeroTimeout(), "'timeout' must be from 1 ms"),
				Arguments.of(new BadTimeToLive(), "'timeToLive' must be from 1 ms"),
				Arguments.of(new BadDelay(), "'backoff.delay' must be a duration"),
				Arguments.of(new NegativeDelay(), "'delay' must be from 0"),
				Arguments.of(new BadUnique(),
						"'unique' must be payload or a SpEL expression over the payload, was 'a b'"),
				Arguments.of(new BadRetries(), "'maxRetries' must be from 0 to 1000000, was -2"),
				Arguments.of(new BadMaxConcurrent(), "'maxConcurrent' must be at least 1, was 0"),
				Arguments.of(new BadMaxConcurrentPerKey(), "'maxConcurrentPerKey' must be at least 1, was -3"),
				Arguments.of(new BadRateLimit(),
						"'rateLimit' must be a number, a slash and a time in ms, s, m, h or d, such as 100/1m, was '100 per minute'"),
				Arguments.of(new BadRateLimitPerKey(),
						"'rateLimitPerKey' must be from 1 to 1000000 in its time, was 0"),
				Arguments.of(new BadLock(), "'lock' may hold letters, digits and . _ - : only, has ' ' at position 1"),
				Arguments.of(new BadBatchSize(), "'batchSize' must be from 1 to 1000, was 0"),
				Arguments.of(new NoListOfBatch(), "handles batches and takes a String"),
				Arguments.of(new HeaderOfBatch(), "handles batches and takes a String"),
				Arguments.of(new TwoListsOfBatch(), "takes two lists of payloads"),
				Arguments.of(new ResultOfBatch(), "handles batches and returns a String"),
				Arguments.of(new OnceOfBatch(), "'delivery' must be AT_LEAST_ONCE for a handler of batches"),
				Arguments.of(new BadMultiplier(), "'multiplier' must be from 1 to 1000, was 0.5"),
				Arguments.of(new BadJitter(), "'jitter' must be from 0 to 1, was 2.0"),
				Arguments.of(new BadDelays(), "'backoff.delays' must be a duration such as 500ms, 10s or PT10S"),
				Arguments.of(new BadMaxElapsed(), "'maxElapsed' must be from 1 ms"),
				Arguments.of(new BadAttributes(),
						"'attributes' must each be a name, '=' and a text, no name twice, was 'team'"),
				Arguments.of(new BadPlaceholder(), "'name' cannot be resolved from '${missing}'"),
				Arguments.of(new BadExpression(), "'queue' cannot be resolved from '#{nothing.here}'"),
				Arguments.of(new NoExecutor(), "'executor' must name an Executor bean, was 'nowhere'"),
				Arguments.of(new WrongExecutor(), "it is a io.github.queuesqlite.task.TaskRegistry"),
				Arguments.of(new AsyncMethod(), "is @Async"), Arguments.of(new AsyncClass(), "is @Async"),
				Arguments.of(new FutureMethod(), "returns a Future"),
				Arguments.of(new SuspendFunction(), "is a suspend function"),
				Arguments.of(new ReactiveMethod(), "returns a Flux, which may have many values"),
				Arguments.of(new StaticListener(), "is static"), Arguments.of(new EmptyKey(), "had 0"),
				Arguments.of(new NoKeys(), "must name at least one key"),
				Arguments.of(new BadListenerName(), "has ' ' at position 1"),
				Arguments.of(new TwoValues(), "takes two values"),
				Arguments.of(new PrimitiveValue(), "takes the primitive int"), Arguments.of(new DifferentTypes(),
						"takes a value of java.lang.String but changes of java.lang.Integer"));
	}

	@ParameterizedTest
	@MethodSource
	@SuppressWarnings("unchecked")
	void refused(Object bean, String reason) {
		this.contextRunner.withBean("handler", (Class<Object>) bean.getClass(), () -> bean)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(FailureAnalyzedException.class)
				.hasMessageContaining("method " + bean.getClass().getName() + ".handle cannot be a handler: ")
				.hasMessageContaining(reason)
				.extracting((failure) -> ((FailureAnalyzedException) failure).analysis().getAction())
				.asString()
				.isNotBlank());
	}

	@Test
	void startWhenTwoTasksHaveOneNameIsRefusedNamingBoth() {
		this.contextRunner.withBean(First.class)
			.withBean(Second.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(FailureAnalyzedException.class)
				.hasMessageContaining("Task 'same' is declared twice")
				.hasMessageContaining(First.class.getName() + ".handle")
				.hasMessageContaining(Second.class.getName() + ".other"));
	}

	@Test
	void startWhenTwoListenersHaveOneNameIsRefused() {
		this.contextRunner.withBean(SameListeners.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(FailureAnalyzedException.class)
				.hasMessageContaining("Listener 'same' is declared twice")
				.hasMessageContaining(SameListeners.class.getName()));
	}

	@Test
	void startWhenMethodOfClassProxyIsFinalIsRefused() {
		this.contextRunner.withBean(Proxies.class, () -> new Proxies(true))
			.withBean(FinalMethod.class)
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining(FinalMethod.class.getName() + ".handle cannot be a handler: it is final"));
	}

	@Test
	void startWhenInterfaceProxyHidesMethodIsRefused() {
		this.contextRunner.withBean(Proxies.class, () -> new Proxies(false))
			.withBean(HiddenMethod.class)
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining(HiddenMethod.class.getName() + ".handle cannot be a handler: it is hidden"));
	}

	/** Puts a proxy around handlers. */
	static final class Proxies implements BeanPostProcessor, PriorityOrdered {

		private final boolean ofClass;

		Proxies(boolean ofClass) {
			this.ofClass = ofClass;
		}

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (!(bean instanceof FinalMethod) && !(bean instanceof HiddenMethod)) {
				return bean;
			}
			ProxyFactory factory = new ProxyFactory(bean);
			factory.setProxyTargetClass(this.ofClass);
			return factory.getProxy(bean.getClass().getClassLoader());
		}

	}

	static class StaticMethod {

		@QueueTask("a")
		static void handle() {
		}

	}

	static class PrivateMethod {

		@QueueTask("a")
		private void handle() {
		}

	}

	static class NoName {

		@QueueTask
		void handle() {
		}

	}

	static class BadName {

		@QueueTask("a/b")
		void handle() {
		}

	}

	static class BadQueue {

		@QueueTask(value = "a", queue = "")
		void handle() {
		}

	}

	static class TwoPayloads {

		@QueueTask("a")
		void handle(String first, String second) {
		}

	}

	static class OpenPayload<T> {

		@QueueTask("a")
		void handle(T payload) {
		}

	}

	static class PayloadExpression {

		@QueueTask("a")
		void handle(@Payload("name") String payload) {
		}

	}

	static class HeadersNoMap {

		@QueueTask("a")
		void handle(@Headers String headers) {
		}

	}

	static class BadTimeout {

		@QueueTask(value = "a", timeout = "soon")
		void handle() {
		}

	}

	static class ZeroTimeout {

		@QueueTask(value = "a", timeout = "0s")
		void handle() {
		}

	}

	static class BadTimeToLive {

		@QueueTask(value = "a", timeToLive = "-1s")
		void handle() {
		}

	}

	static class BadDelay {

		@QueueTask(value = "a", backoff = @Backoff(delay = "late"))
		void handle() {
		}

	}

	static class NegativeDelay {

		@QueueTask(value = "a", backoff = @Backoff(delay = "-1s"))
		void handle() {
		}

	}

	static class BadUnique {

		@QueueTask(value = "a", unique = "a b")
		void handle() {
		}

	}

	static class BadRetries {

		@QueueTask(value = "a", maxRetries = -2)
		void handle() {
		}

	}

	static class BadMaxConcurrent {

		@QueueTask(value = "a", maxConcurrent = 0)
		void handle() {
		}

	}

	static class BadMaxConcurrentPerKey {

		@QueueTask(value = "a", maxConcurrentPerKey = -3)
		void handle() {
		}

	}

	static class BadRateLimit {

		@QueueTask(value = "a", rateLimit = "100 per minute")
		void handle() {
		}

	}

	static class BadRateLimitPerKey {

		@QueueTask(value = "a", rateLimitPerKey = "0/1m")
		void handle() {
		}

	}

	static class BadLock {

		@QueueTask(value = "a", lock = "a b")
		void handle() {
		}

	}

	static class BadBatchSize {

		@QueueTask(value = "a", batchSize = 0)
		void handle(List<String> payloads) {
		}

	}

	static class NoListOfBatch {

		@QueueTask(value = "a", batchSize = 2)
		void handle(String payload) {
		}

	}

	static class HeaderOfBatch {

		@QueueTask(value = "a", batchSize = 2)
		void handle(List<String> payloads, @Header String tenant) {
		}

	}

	static class TwoListsOfBatch {

		@QueueTask(value = "a", batchSize = 2)
		void handle(List<String> payloads, List<Integer> others) {
		}

	}

	static class ResultOfBatch {

		@QueueTask(value = "a", batchSize = 2)
		String handle(List<String> payloads) {
			return "";
		}

	}

	static class OnceOfBatch {

		@QueueTask(value = "a", batchSize = 2, delivery = Delivery.AT_MOST_ONCE)
		void handle(List<String> payloads) {
		}

	}

	static class BadMultiplier {

		@QueueTask(value = "a", backoff = @Backoff(multiplier = 0.5))
		void handle() {
		}

	}

	static class BadDelays {

		@QueueTask(value = "a", backoff = @Backoff(delays = { "1s", "soon" }))
		void handle() {
		}

	}

	static class BadMaxElapsed {

		@QueueTask(value = "a", backoff = @Backoff(maxElapsed = "0s"))
		void handle() {
		}

	}

	static class BadAttributes {

		@QueueTask(value = "a", attributes = "team")
		void handle() {
		}

	}

	static class BadJitter {

		@QueueTask(value = "a", backoff = @Backoff(jitter = 2))
		void handle() {
		}

	}

	static class BadPlaceholder {

		@QueueTask("${missing}")
		void handle() {
		}

	}

	static class BadExpression {

		@QueueTask(value = "a", queue = "#{nothing.here}")
		void handle() {
		}

	}

	static class NoExecutor {

		@QueueTask(value = "a", executor = "nowhere")
		void handle() {
		}

	}

	static class WrongExecutor {

		@QueueTask(value = "a", executor = "taskRegistry")
		void handle() {
		}

	}

	static class AsyncMethod {

		@Async
		@QueueTask("a")
		void handle() {
		}

	}

	@Async
	static class AsyncClass {

		@QueueTask("a")
		void handle() {
		}

	}

	static class FutureMethod {

		@QueueTask("a")
		Future<String> handle() {
			return new CompletableFuture<>();
		}

	}

	/** As the Kotlin compiler makes it. */
	@Metadata
	static class SuspendFunction {

		@QueueTask("mail")
		@Nullable Object handle(String payload, Continuation<? super String> continuation) {
			return null;
		}

	}

	static class ReactiveMethod {

		@QueueTask("a")
		Flux<String> handle() {
			return Flux.empty();
		}

	}

	static class FinalMethod {

		@QueueTask("a")
		final void handle() {
		}

	}

	static class HiddenMethod implements Runnable {

		@QueueTask("a")
		void handle() {
		}

		@Override
		public void run() {
		}

	}

	static class First {

		@QueueTask("same")
		void handle() {
		}

	}

	static class Second {

		@QueueTask("same")
		void other() {
		}

	}

	static class StaticListener {

		@QueueListener("a")
		static void handle() {
		}

	}

	static class EmptyKey {

		@QueueListener("")
		void handle() {
		}

	}

	static class NoKeys {

		@QueueListener({})
		void handle() {
		}

	}

	static class BadListenerName {

		@QueueListener(value = "a", name = "a b")
		void handle() {
		}

	}

	static class TwoValues {

		@QueueListener("a")
		void handle(String first, String second) {
		}

	}

	static class PrimitiveValue {

		@QueueListener("a")
		void handle(int value) {
		}

	}

	static class DifferentTypes {

		@QueueListener("a")
		void handle(String value, DataChange<Integer> change) {
		}

	}

	static class SameListeners {

		@QueueListener(value = "a", name = "same")
		void handle() {
		}

		@QueueListener(value = "b", name = "same")
		void other() {
		}

	}

}
