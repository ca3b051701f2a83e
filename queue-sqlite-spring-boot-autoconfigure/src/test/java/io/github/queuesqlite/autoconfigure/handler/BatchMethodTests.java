package io.github.queuesqlite.autoconfigure.handler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.task.BatchFailedException;
import io.github.queuesqlite.task.BatchHandler;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.Mockito.mock;

/** Tests for task methods that get several messages in one call. */
class BatchMethodTests {

	private static final TaskContext ONE = new StubContext(mock(Message.class), Map.of("n", "1"));

	private static final TaskContext TWO = new StubContext(mock(Message.class), Map.of("n", "2"));

	private static final TaskContext THREE = new StubContext(mock(Message.class), Map.of("n", "3"));

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withUserConfiguration(HandlerTestConfiguration.class)
		.withBean(LocalValidatorFactoryBean.class)
		.withBean(Batches.class);

	@Test
	void methodIsDefinedWithTheTypeOfOnePayloadAndItsSize() {
		this.contextRunner.run((context) -> {
			assertThat(task(context, "all").payloadType()).isEqualTo(Order.class);
			assertThat(task(context, "all").batchSize()).isEqualTo(7);
			assertThat(task(context, "runsOnly").payloadType()).isEqualTo(Void.class);
			assertThat(task(context, "single").batchHandler()).isNull();
			assertThat(task(context, "single").batchSize()).isOne();
		});
	}

	@Test
	void handleGivesPayloadsRunsAndMessagesInOneOrder() {
		this.contextRunner.run((context) -> {
			List<Order> orders = List.of(new Order("a"), new Order("b"));
			assertThat(run(context, "all", orders, ONE, TWO))
				.isEqualTo(List.of(List.of(ONE, TWO), orders, List.of(ONE.message(), TWO.message())));
			assertThat(run(context, "runsOnly", Arrays.asList(null, null), ONE, TWO)).isEqualTo(List.of(ONE, TWO));
		});
	}

	@Test
	void handleWhenMethodThrowsThrowsTheSame() {
		this.contextRunner.run((context) -> {
			Batches batches = context.getBean(Batches.class);
			batches.failure = new IllegalStateException("no");
			assertThat(catchThrowableOfType(IllegalStateException.class,
					() -> run(context, "valid", List.of(new Order("a")), ONE)))
				.isSameAs(batches.failure);
		});
	}

	@Test
	void payloadThatIsNotValidOrMissingFailsForGoodAndTheMethodGetsTheOthers() {
		this.contextRunner.run((context) -> {
			BatchFailedException failure = failureOf(
					() -> run(context, "valid", Arrays.asList(new Order(""), new Order("b"), null), ONE, TWO, THREE));
			assertThat(context.getBean(Batches.class).got).containsExactly("b");
			assertThat(failure.failures()).containsOnlyKeys(0, 2);
			assertThat(failure.failures().get(0)).isInstanceOf(PermanentTaskException.class)
				.hasMessage("The payload is not valid: name must not be blank");
			assertThat(failure.failures().get(2)).isInstanceOf(PermanentTaskException.class)
				.hasMessage("The payload is not valid: it is missing");
			assertThat(failure.results()).isEqualTo(Arrays.asList(null, "b!", null));
		});
	}

	@Test
	void payloadsThatAreAllNotValidCallNobody() {
		this.contextRunner.run((context) -> {
			assertThat(failureOf(() -> run(context, "valid", List.of(new Order("")), ONE)).failures())
				.containsOnlyKeys(0);
			assertThat(context.getBean(Batches.class).got).isEmpty();
		});
	}

	@Test
	void failuresOfTheMethodAreThoseOfItsMessagesBesideOnesThatAreNotValid() {
		this.contextRunner.run((context) -> {
			Batches batches = context.getBean(Batches.class);
			List<Order> orders = List.of(new Order(""), new Order("b"), new Order("c"));
			IllegalStateException no = new IllegalStateException("no");
			batches.failure = new BatchFailedException(Map.of(1, no), List.of("rb", "rc"));
			BatchFailedException some = failureOf(() -> run(context, "valid", orders, ONE, TWO, THREE));
			assertThat(some.failures()).containsOnlyKeys(0, 2).containsEntry(2, no);
			assertThat(some.results()).isEqualTo(Arrays.asList(null, "rb", "rc"));
			batches.failure = no;
			BatchFailedException all = failureOf(() -> run(context, "valid", orders, ONE, TWO, THREE));
			assertThat(all.failures()).containsOnlyKeys(0, 1, 2).containsEntry(1, no).containsEntry(2, no);
		});
	}

	@Test
	void stageIsCompletedWithWhatTheMethodLeftOut() {
		this.contextRunner.run((context) -> {
			List<Order> orders = List.of(new Order(""), new Order("b"));
			CompletionStage<?> stage = (CompletionStage<?>) run(context, "later", orders, ONE, TWO);
			CompletionException failure = catchThrowableOfType(CompletionException.class,
					() -> stage.toCompletableFuture().join());
			assertThat(failure.getCause()).isInstanceOfSatisfying(BatchFailedException.class, (some) -> {
				assertThat(some.failures()).containsOnlyKeys(0);
				assertThat(some.results()).isEqualTo(Arrays.asList(null, "b"));
			});
		});
	}

	@Test
	void payloadThatIsNotRequiredMayBeMissing() {
		this.contextRunner
			.run((context) -> assertThat(run(context, "notRequired", Arrays.asList(new Order("a"), null), ONE, TWO))
				.isEqualTo(Arrays.asList(new Order("a"), null)));
	}

	private static TaskDefinition<?> task(AssertableApplicationContext context, String name) {
		return context.getBean(TaskRegistry.class).find(name).orElseThrow();
	}

	@SuppressWarnings("unchecked")
	static @Nullable Object run(AssertableApplicationContext context, String name, List<?> payloads,
			TaskContext... runs) throws Exception {
		return ((BatchHandler<Object>) task(context, name).batchHandler()).handle((List<Object>) payloads,
				List.of(runs));
	}

	private static BatchFailedException failureOf(ThrowingCallable call) {
		return catchThrowableOfType(BatchFailedException.class, call);
	}

	record Order(@NotBlank String name) {

	}

	static class Batches {

		final List<String> got = new ArrayList<>();

		@Nullable RuntimeException failure;

		@QueueTask(name = "all", batchSize = 7)
		List<Object> all(List<TaskContext> runs, List<Order> orders, List<Message> messages) {
			return List.of(runs, orders, messages);
		}

		@QueueTask(name = "runsOnly", batchSize = 2)
		List<TaskContext> runsOnly(List<TaskContext> runs) {
			return runs;
		}

		@QueueTask("single")
		void single(List<Order> payload) {
		}

		@QueueTask(name = "valid", batchSize = 10)
		List<String> valid(@Valid List<Order> orders) {
			if (this.failure != null) {
				throw this.failure;
			}
			orders.forEach((order) -> this.got.add(order.name()));
			return orders.stream().map((order) -> order.name() + "!").toList();
		}

		@QueueTask(name = "later", batchSize = 10)
		CompletionStage<List<String>> later(@Valid List<Order> orders) {
			return CompletableFuture.completedFuture(orders.stream().map(Order::name).toList());
		}

		@QueueTask(name = "notRequired", batchSize = 10)
		List<Order> notRequired(@Payload(required = false) List<Order> orders) {
			return orders;
		}

	}

}
