package io.github.queuesqlite.autoconfigure.handler;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import io.github.queuesqlite.listen.DataChange;
import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.listen.ListenerRegistry;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ReactiveTypeDescriptor;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Handlers that return a reactive type, on each kind of thread that they run on. */
class ReactiveHandlerTests {

	private static final Duration LONG = Duration.ofMinutes(1);

	private final Reactive reactive = new Reactive();

	private final ExecutorService executor = Executors.newSingleThreadExecutor((task) -> new Thread(task, "mine"));

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class))
		.withPropertyValues("queue.sqlite.storage=temporary", "queue.sqlite.retry.delay=1ms",
				"queue.sqlite.retry.max-retries=1")
		.withBean("mine", Executor.class, () -> this.executor)
		.withBean(LocalValidatorFactoryBean.class)
		.withBean("reactive", Reactive.class, () -> this.reactive);

	@AfterEach
	void shutDown() {
		this.executor.shutdownNow();
	}

	static Stream<String> executors() {
		Stream<String> everywhere = Stream.of("platform", "mine");
		return (Runtime.version().feature() >= 21) ? Stream.concat(everywhere, Stream.of("virtual")) : everywhere;
	}

	@ParameterizedTest
	@MethodSource("executors")
	void valueIsStoredAsTheResultAndNoneIsNone(String executor) {
		on(executor).run((context) -> {
			QueueOperations queue = queue(context);
			assertThat(queue.submit(NewMessage.to("greet").payload("Ada"), String.class).get()).isEqualTo("Hello Ada");
			assertThat(queue.submit(NewMessage.to("empty"), String.class).get()).isNull();
			assertThat(queue.submit(NewMessage.to("missing"), String.class).get()).isNull();
			assertThat(queue.submit(NewMessage.to("generic"), String.class).get()).isEqualTo("generic");
		});
	}

	@ParameterizedTest
	@MethodSource("executors")
	void subscriptionHoldsItsPlaceAndNoThread(String executor) {
		on(executor).withPropertyValues("queue.sqlite.worker.concurrency=2").run((context) -> {
			QueueOperations queue = queue(context);
			MessageId never = queue.enqueue("never", null);
			await().until(() -> this.reactive.subscribed.size() == 1);
			// The only thread of the executor is free for it.
			assertThat(queue.submit(NewMessage.to("greet").payload("Ada"), String.class).get()).isEqualTo("Hello Ada");
			assertThat(queue.find(never).orElseThrow().state()).isEqualTo(MessageState.RUNNING);
			queue.enqueue("never", null);
			await().until(() -> this.reactive.subscribed.size() == 2);
			MessageId next = queue.enqueue("greet", "Bob");
			await().during(Duration.ofMillis(150))
				.until(() -> queue.find(next).orElseThrow().state() != MessageState.COMPLETED);
			queue.cancel(never);
			assertThat(queue.await(next, String.class, LONG)).isEqualTo("Hello Bob");
		});
	}

	@ParameterizedTest
	@MethodSource("executors")
	void errorFailsTheAttemptAndTheNextOneSubscribesAnew(String executor) {
		on(executor).run((context) -> {
			QueueOperations queue = queue(context);
			MessageId id = queue.enqueue("fail", null);
			await().until(() -> queue.find(id).orElseThrow().state() == MessageState.DEAD);
			assertThat(queue.find(id).orElseThrow().attempt()).isEqualTo(2);
			assertThat(queue.find(id).orElseThrow().lastError())
				.satisfies((failure) -> assertThat(failure.type()).isEqualTo(IOException.class.getName()));
		});
	}

	@ParameterizedTest
	@MethodSource("executors")
	void subscriptionWhenTimedOutIsDisposed(String executor) {
		on(executor).run((context) -> {
			QueueOperations queue = queue(context);
			MessageId id = queue.enqueue("late", null);
			await().until(() -> queue.find(id).orElseThrow().state() == MessageState.DEAD);
			await().until(() -> this.reactive.disposed.containsAll(Set.of("late 1", "late 2")));
			assertThat(queue.find(id).orElseThrow().lastError())
				.satisfies((failure) -> assertThat(failure.type()).isEqualTo("Timeout"));
		});
	}

	@ParameterizedTest
	@MethodSource("executors")
	void subscriptionWhenCancelledIsDisposed(String executor) {
		on(executor).run((context) -> {
			QueueOperations queue = queue(context);
			MessageId id = queue.enqueue("never", null);
			await().until(() -> this.reactive.subscribed.size() == 1);
			assertThat(queue.cancel(id)).isTrue();
			await().until(() -> queue.find(id).orElseThrow().state() == MessageState.CANCELLED);
			assertThat(this.reactive.disposed).containsExactly("never 1");
		});
	}

	@Test
	void batchIsDoneWhenItsListIsThere() {
		this.contextRunner.run((context) -> {
			QueueOperations queue = queue(context);
			assertThat(queue.submit(NewMessage.to("batch").payload(new Name("Ada")), String.class).get())
				.isEqualTo("Hello Ada");
		});
	}

	@Test
	void batchWithOneThatIsNotValidIsDisposedWhenItIsCancelled() {
		this.contextRunner.withPropertyValues("queue.sqlite.worker.concurrency=1").run((context) -> {
			CompletableFuture<?> all = (CompletableFuture<?>) BatchMethodTests.run(context, "hanging",
					List.of(new Name(""), new Name("Ada")), StubContext.of(Map.of()), StubContext.of(Map.of()));
			assertThat(this.reactive.subscribed).hasSize(1);
			all.cancel(true);
			assertThat(this.reactive.disposed).containsExactly("hanging 1");
		});
	}

	@Test
	void listenerIsDoneWhenItsSubscriptionIs() {
		this.contextRunner.run((context) -> {
			listener(context, "slow").handler().onChange(change("a"));
			assertThat(this.reactive.heard).containsExactly("a");
			assertThatExceptionOfType(IOException.class)
				.isThrownBy(() -> listener(context, "slow").handler().onChange(change("bad")))
				.withMessage("bad");
		});
	}

	@Test
	void listenerWhenInterruptedDisposesItsSubscription() {
		this.contextRunner.run((context) -> {
			CompletableFuture<Throwable> thrown = new CompletableFuture<>();
			Thread thread = new Thread(() -> {
				try {
					listener(context, "slow").handler().onChange(change("never"));
				}
				catch (Exception ex) {
					thrown.complete(ex);
				}
			});
			thread.start();
			await().until(() -> this.reactive.subscribed.size() == 1);
			thread.interrupt();
			assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
			assertThat(this.reactive.disposed).containsExactly("listener 1");
		});
	}

	@Test
	void methodWhenItsTypeHasManyValuesIsRefused() {
		this.contextRunner.withBean(Many.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(FailureAnalyzedException.class)
				.hasMessageContaining("returns a Flux, which may have many values")
				.extracting((failure) -> ((FailureAnalyzedException) failure).analysis().getAction())
				.asString()
				.contains("Flux.collectList()"));
	}

	@Test
	void methodWhenNobodyCouldSubscribeIsRefused() throws Exception {
		ReactiveAdapterRegistry registry = new ReactiveAdapterRegistry() {

			@Override
			public @Nullable ReactiveAdapter getAdapter(@Nullable Class<?> type) {
				return (type == Mono.class)
						? new ReactiveAdapter(ReactiveTypeDescriptor.singleOptionalValue(Mono.class, Mono::empty),
								(value) -> (Mono<?>) value, Mono::from)
						: null;
			}

		};
		BeanMethod method = BeanMethod.of("reactive", this.reactive, Reactive.class.getDeclaredMethod("never"),
				Reactive.class.getDeclaredMethod("never").getAnnotation(QueueTask.class));
		assertThatExceptionOfType(FailureAnalyzedException.class)
			.isThrownBy(() -> method.checkReactive(Mono.class, new ReactiveTypes(registry)))
			.withMessageContaining("returns a Mono, to which nobody would subscribe")
			.satisfies((ex) -> assertThat(ex.analysis().getAction()).contains("reactor-core"));
	}

	private ApplicationContextRunner on(String executor) {
		return this.contextRunner.withPropertyValues("queue.sqlite.worker.executor=" + executor);
	}

	private static QueueOperations queue(AssertableApplicationContext context) {
		return context.getBean(QueueOperations.class);
	}

	private static ListenerDefinition listener(AssertableApplicationContext context, String name) {
		return context.getBean(ListenerRegistry.class)
			.listeners()
			.stream()
			.filter((listener) -> listener.name().equals(name))
			.findFirst()
			.orElseThrow();
	}

	private static DataChange<String> change(String value) {
		return new DataChange<>("key", null, value, 1, Instant.EPOCH);
	}

	record Name(@NotBlank String name) {

	}

	abstract static class Generic<T> {

		@QueueTask("generic")
		T generic() {
			return make();
		}

		abstract T make();

	}

	static class Reactive extends Generic<Mono<String>> {

		final AtomicInteger count = new AtomicInteger();

		final Set<String> subscribed = ConcurrentHashMap.newKeySet();

		final Set<String> disposed = ConcurrentHashMap.newKeySet();

		final Set<String> heard = ConcurrentHashMap.newKeySet();

		@QueueTask("greet")
		Mono<String> greet(String name) {
			return Mono.just("Hello " + name);
		}

		@QueueTask("empty")
		Mono<Void> empty() {
			return Mono.empty();
		}

		@QueueTask("missing")
		@Nullable Mono<String> missing() {
			return null;
		}

		@Override
		Mono<String> make() {
			return Mono.just("generic");
		}

		@QueueTask("fail")
		Mono<String> fail() {
			return Mono.error(() -> new IOException("disk"));
		}

		@QueueTask("never")
		Mono<String> never() {
			return hanging("never");
		}

		@QueueTask(value = "late", timeout = "50ms")
		Mono<String> late() {
			return hanging("late");
		}

		@QueueTask(value = "batch", batchSize = 5)
		Mono<List<String>> batch(List<Name> names) {
			return Flux.fromIterable(names).map((name) -> "Hello " + name.name()).collectList();
		}

		@QueueTask(value = "hanging", batchSize = 5)
		Mono<List<String>> hangingBatch(@Valid List<Name> names) {
			return hanging("hanging");
		}

		@QueueListener(value = "key", name = "slow")
		Mono<Void> changed(String value) {
			return switch (value) {
				case "bad" -> Mono.error(new IOException(value));
				case "never" -> hanging("listener");
				default -> Mono.delay(Duration.ofMillis(20)).doOnNext((tick) -> this.heard.add(value)).then();
			};
		}

		private <T> Mono<T> hanging(String name) {
			int number = this.count.incrementAndGet();
			return Mono.<T>never()
				.doOnSubscribe((subscription) -> this.subscribed.add(name + " " + number))
				.doOnCancel(() -> this.disposed.add(name + " " + number));
		}

	}

	static class Many {

		@QueueTask("many")
		Flux<String> handle() {
			return Flux.empty();
		}

	}

}
