package io.github.queuesqlite.autoconfigure.handler;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

import io.github.queuesqlite.annotation.Backoff;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import io.github.queuesqlite.task.TaskRegistry;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

/** Tests for methods annotated with {@link QueueTask @QueueTask}. */
class TaskMethodTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withUserConfiguration(HandlerTestConfiguration.class);

	@Test
	void payloadTypeWhenParameterIsGenericKeepsIt() {
		with(Arguments.class, (context) -> {
			assertThat(payloadType(context, "text")).isEqualTo(String.class);
			assertThat(payloadType(context, "number")).isEqualTo(int.class);
			assertThat(payloadType(context, "list")).isEqualTo(new ParameterizedTypeReference<List<Order>>() {
			}.getType());
			assertThat(payloadType(context, "optional")).isEqualTo(Order.class);
			assertThat(payloadType(context, "none")).isEqualTo(Void.class);
			assertThat(payloadType(context, "all")).isEqualTo(Order.class);
			assertThat(payloadType(context, "springMessage")).isEqualTo(Order.class);
			assertThat(payloadType(context, "anything")).isEqualTo(Object.class);
		});
	}

	@Test
	void payloadTypeWhenDeclaredBySuperclassIsResolved() {
		with(OrderHandler.class, (context) -> {
			assertThat(payloadType(context, "generic")).isEqualTo(Order.class);
			assertThat(run(context, "generic", new Order("a"))).isEqualTo("generic Order[name=a]");
		});
	}

	@Test
	void handleWhenPayloadIsGivenPassesIt() {
		with(Arguments.class, (context) -> {
			assertThat(run(context, "text", "x")).isEqualTo("text x");
			assertThat(run(context, "text", "")).isEqualTo("text ");
			assertThat(run(context, "number", 5)).isEqualTo(6);
			assertThat(run(context, "list", List.of(new Order("a")))).isEqualTo("a");
			assertThat(run(context, "optional", new Order("a"))).isEqualTo(Optional.of(new Order("a")));
			assertThat(run(context, "anything", "x")).isEqualTo("x");
			assertThat(run(context, "springMessage", new Order("a"))).isEqualTo(new Order("a"));
			assertThat(run(context, "none", null)).isEqualTo("none");
		});
	}

	@Test
	void handleWhenPayloadIsMissingGivesNullWhereAllowed() {
		with(Arguments.class, (context) -> {
			assertThat(run(context, "optional", null)).isEqualTo(Optional.empty());
			assertThat(run(context, "notRequired", null)).isNull();
			assertThat(run(context, "nullable", null)).isNull();
			assertThatExceptionOfType(PermanentTaskException.class).isThrownBy(() -> run(context, "text", null))
				.withMessageContaining("must not be empty");
		});
	}

	@Test
	void handleWhenAllKindsOfArgumentsAreTakenResolvesThem() {
		with(Arguments.class, (context) -> {
			StubContext run = new StubContext(mock(Message.class),
					Map.of("tenant", "acme", "size", "7", "id", "own", "timestamp", "1"));
			assertThat(run(context, "all", new Order("a"), run)).asInstanceOf(InstanceOfAssertFactories.LIST)
				.containsExactly(run.message(), run, "acme", 7, "none", run.headers(), run.headers(), new Order("a"));
		});
	}

	@Test
	void handleWhenHeaderIsMissingFailsForGood() {
		with(Arguments.class,
				(context) -> assertThatExceptionOfType(PermanentTaskException.class)
					.isThrownBy(() -> run(context, "all", new Order("a"), StubContext.of(Map.of("tenant", "acme"))))
					.withMessageContaining("size"));
	}

	@Test
	void handleWhenHeaderCannotBeConvertedFailsForGood() {
		with(Arguments.class, (context) -> assertThatExceptionOfType(PermanentTaskException.class)
			.isThrownBy(
					() -> run(context, "all", new Order("a"), StubContext.of(Map.of("tenant", "acme", "size", "big"))))
			.withMessageContaining("big"));
	}

	@Test
	void handleWhenMethodThrowsThrowsTheSame() {
		with(Arguments.class, (context) -> {
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> run(context, "checked", null))
				.withMessage("disk");
			assertThatExceptionOfType(StackOverflowError.class).isThrownBy(() -> run(context, "error", null));
		});
	}

	@Test
	void handleWhenMethodReturnsStageReturnsIt() {
		with(Arguments.class, (context) -> assertThat(run(context, "stage", null)).isSameAs(Arguments.STAGE));
	}

	@Test
	void handleWhenPayloadIsInvalidFailsForGoodWithoutACall() {
		this.contextRunner.withBean(LocalValidatorFactoryBean.class).withBean(ValidatedHandler.class).run((context) -> {
			assertThatExceptionOfType(PermanentTaskException.class)
				.isThrownBy(() -> run(context, "validated", new Order(" ")))
				.withMessage("The payload is not valid: name must not be blank");
			assertThat(context.getBean(ValidatedHandler.class).calls).isZero();
			run(context, "validated", new Order("a"));
			assertThat(context.getBean(ValidatedHandler.class).calls).isOne();
		});
	}

	@Test
	void handleWhenThereIsNoValidatorPassesThePayload() {
		with(ValidatedHandler.class, (context) -> {
			run(context, "validated", new Order(" "));
			assertThat(context.getBean(ValidatedHandler.class).calls).isOne();
		});
	}

	@Test
	void defineWhenNothingIsSetLeavesTheDefaults() {
		with(Arguments.class, (context) -> {
			TaskDefinition<?> task = task(context, "text");
			assertThat(task.queue()).isEqualTo("default");
			assertThat(task.retryPolicy()).isNull();
			assertThat(task.retryable().test(new Exception())).isTrue();
			assertThat(task.timeout()).isNull();
			assertThat(task.priority()).isEqualTo(Priority.NORMAL.value());
			assertThat(task.timeToLive()).isNull();
			assertThat(task.executor()).isNull();
			assertThat(task.storeResult()).isTrue();
			assertThat(task.maxConcurrent()).isNull();
			assertThat(task.maxConcurrentPerKey()).isNull();
			assertThat(task.rateLimit()).isNull();
			assertThat(task.rateLimitPerKey()).isNull();
			assertThat(task.lock()).isNull();
			assertThat(task.origin()).isEqualTo(Arguments.class.getName() + ".text");
		});
	}

	@Test
	void defineWhenEverythingIsSetResolvesIt() {
		Executor executor = Runnable::run;
		this.contextRunner.withBean("mailExecutor", Executor.class, () -> executor)
			.withBean(Settings.class)
			.withPropertyValues("mail.name=mail.welcome", "mail.timeout=5m", "mail.rate=100/1m",
					"queue.sqlite.retry.jitter=0.5")
			.run((context) -> {
				TaskDefinition<?> task = task(context, "mail.welcome");
				assertThat(task.queue()).isEqualTo("mail");
				assertThat(task.retryPolicy())
					.isEqualTo(new RetryPolicy(9, Duration.ofSeconds(2), 2, Duration.ofHours(1), 0.5));
				assertThat(task.timeout()).isEqualTo(Duration.ofMinutes(5));
				assertThat(task.priority()).isEqualTo(Priority.URGENT.value());
				assertThat(task.timeToLive()).isEqualTo(Duration.ofDays(1));
				assertThat(task.executor()).isSameAs(executor);
				assertThat(task.storeResult()).isFalse();
				assertThat(task.maxConcurrent()).isEqualTo(3);
				assertThat(task.maxConcurrentPerKey()).isEqualTo(2);
				assertThat(task.rateLimit()).isEqualTo(new RateLimit(100, Duration.ofMinutes(1)));
				assertThat(task.rateLimitPerKey()).isEqualTo(new RateLimit(10, Duration.ofHours(1)));
				assertThat(task.lock()).isEqualTo("mail.server");
				assertThat(task.attributes()).containsExactly(Map.entry("team", "mail.welcomes"),
						Map.entry("note", "a=b"));
				assertThat(task.retryable().test(new IOException())).isTrue();
				assertThat(task.retryable().test(new FileNotFoundException())).isFalse();
				assertThat(task.retryable().test(new IllegalStateException())).isFalse();
			});
	}

	@Test
	void defineWhenDelaysAreListedTakesThemInsteadOfGrowingOnes() {
		this.contextRunner.withBean(Waits.class)
			.withPropertyValues("waits=1s,2s", "queue.sqlite.retry.delays=5s,10s", "queue.sqlite.retry.max-elapsed=2h")
			.run((context) -> {
				RetryPolicy defaults = RetryPolicy.DEFAULT.withMaxElapsed(Duration.ofHours(2));
				assertThat(task(context, "listed").retryPolicy()).isEqualTo(defaults
					.withDelays(List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofMinutes(3))));
				assertThat(task(context, "growing").retryPolicy())
					.isEqualTo(new RetryPolicy(3, Duration.ofSeconds(7), 2, Duration.ofMinutes(10), 0.2)
						.withMaxElapsed(Duration.ofHours(1)));
				assertThat(task(context, "more").retryPolicy()).isEqualTo(
						defaults.withMaxRetries(9).withDelays(List.of(Duration.ofSeconds(5), Duration.ofSeconds(10))));
			});
	}

	private void with(Class<?> bean, ContextTest test) {
		this.contextRunner.withBean(bean).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	private static TaskDefinition<?> task(AssertableApplicationContext context, String name) {
		return context.getBean(TaskRegistry.class).find(name).orElseThrow();
	}

	private static Type payloadType(AssertableApplicationContext context, String name) {
		return task(context, name).payloadType();
	}

	private static Object run(AssertableApplicationContext context, String name, @Nullable Object payload)
			throws Exception {
		return run(context, name, payload, StubContext.of(Map.of()));
	}

	@SuppressWarnings("unchecked")
	private static Object run(AssertableApplicationContext context, String name, @Nullable Object payload,
			TaskContext run) throws Exception {
		return ((TaskHandler<Object>) task(context, name).handler()).handle(payload, run);
	}

	interface ContextTest {

		void accept(AssertableApplicationContext context) throws Exception;

	}

	record Order(@NotBlank String name) {

	}

	static class Arguments {

		static final CompletionStage<String> STAGE = new CompletableFuture<>();

		@QueueTask("text")
		String text(String payload) {
			return "text " + payload;
		}

		@QueueTask("number")
		int number(int payload) {
			return payload + 1;
		}

		@QueueTask("list")
		String list(List<Order> payload) {
			return payload.get(0).name();
		}

		@QueueTask("optional")
		Object optional(Optional<Order> payload) {
			return payload;
		}

		@QueueTask("notRequired")
		Object notRequired(@Payload(required = false) Order payload) {
			return payload;
		}

		@QueueTask("nullable")
		Object nullable(@Nullable Order payload) {
			return payload;
		}

		@QueueTask("none")
		Object none() {
			return "none";
		}

		@QueueTask("anything")
		Object anything(Object payload) {
			return payload;
		}

		@QueueTask("springMessage")
		Object springMessage(org.springframework.messaging.Message<Order> message) {
			return message.getPayload();
		}

		@QueueTask("all")
		List<Object> all(Message message, TaskContext context, @Header String tenant, @Header("size") int count,
				@Header(defaultValue = "none") String colour, @Headers Map<String, Object> map, MessageHeaders headers,
				@Payload Order payload) {
			return Arrays.asList(message, context, tenant, count, colour, new HashMap<>(map), new HashMap<>(headers),
					payload);
		}

		@QueueTask("checked")
		void checked() throws IOException {
			throw new IOException("disk");
		}

		@QueueTask("error")
		void error() {
			throw new StackOverflowError();
		}

		@QueueTask("stage")
		CompletionStage<String> stage() {
			return STAGE;
		}

	}

	abstract static class GenericHandler<T> {

		@QueueTask("generic")
		String handle(T payload) {
			return "generic " + payload;
		}

	}

	static class OrderHandler extends GenericHandler<Order> {

	}

	static class ValidatedHandler {

		int calls;

		@QueueTask("validated")
		void validated(@Valid Order payload) {
			this.calls++;
		}

	}

	static class Waits {

		@QueueTask(value = "listed", backoff = @Backoff(delays = { "${waits}", "3m" }))
		void listed() {
		}

		@QueueTask(value = "growing", backoff = @Backoff(delay = "7s", maxElapsed = "1h"))
		void growing() {
		}

		@QueueTask(value = "more", maxRetries = 9)
		void more() {
		}

	}

	static class Settings {

		@QueueTask(name = "${mail.name}", queue = "#{'ma' + 'il'}", maxRetries = 9,
				backoff = @Backoff(delay = "2s", maxDelay = "PT1H"), retryFor = IOException.class,
				noRetryFor = FileNotFoundException.class, timeout = "${mail.timeout}", priority = Priority.URGENT,
				timeToLive = "1d", executor = "mailExecutor", storeResult = false, maxConcurrent = 3,
				maxConcurrentPerKey = 2, rateLimit = "${mail.rate}", rateLimitPerKey = "#{5 * 2}/1h",
				lock = "#{'mail'}.server", attributes = { "team = ${mail.name}s", "note=a=b" })
		void send() {
		}

	}

}
