package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.Explanation.ReasonKind;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever state messages are in: the explanation says something, and it is true. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExplainPropertyTests extends QueueTester {

	private static final List<String> TASKS = List.of("plain", "limited", "rated", "keyed", "failing", "unknown");

	private static final List<String> QUEUES = List.of("default", "other", "nobodys");

	/** What a worker would have ended by itself. */
	private static final Set<ReasonKind> PASSING = EnumSet.of(ReasonKind.ABOUT_TO_START, ReasonKind.BEHIND_OTHERS,
			ReasonKind.WORKERS_BUSY, ReasonKind.LIMIT, ReasonKind.RATE, ReasonKind.NOT_FOUND);

	private final long seed = System.nanoTime();

	private final Random random = new Random(this.seed);

	private final List<MessageId> ids = new ArrayList<>();

	/** What was wrong while a message ran. */
	private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

	private <T> T any(List<T> some) {
		return some.get(this.random.nextInt(some.size()));
	}

	private String key() {
		return "key " + this.random.nextInt(4);
	}

	private NewMessage anyMessage() {
		NewMessage message = NewMessage.to(any(TASKS)).queue(any(QUEUES)).priority(this.random.nextInt(4));
		message = (this.random.nextInt(4) == 0) ? message.delay(Duration.ofHours(1 + this.random.nextInt(5))) : message;
		message = (this.random.nextInt(10) == 0) ? message.timeToLive(Duration.ofDays(1)) : message;
		return switch (this.random.nextInt(4)) {
			case 0 -> message.orderingKey(key());
			case 1 -> message.concurrencyKey(key());
			case 2 -> message.then(NewMessage.to(any(TASKS))).onFailure(NewMessage.to("plain"));
			default -> message;
		};
	}

	private void act() {
		MessageId id = any(this.ids);
		switch (this.random.nextInt(11)) {
			case 0 -> this.operations.pause(any(QUEUES));
			case 1 -> this.operations.resume(any(QUEUES));
			case 2 -> this.operations.pauseTask(any(TASKS));
			case 3 -> this.operations.resumeTask(any(TASKS));
			case 4 -> this.operations.pauseKey(key());
			case 5 -> this.operations.resumeKey(key());
			case 6 -> this.operations.cancel(id);
			case 7 -> this.operations.retry(id);
			case 8 -> this.operations.reschedule(id, Instant.now().plusSeconds(this.random.nextInt(7200) - 3600L));
			case 9 -> this.operations.weigh(key(), 1 + this.random.nextInt(3));
			default -> this.operations.delete(id);
		}
	}

	private void register(String name) {
		TaskDefinition.Builder<Object> task = TaskDefinition.builder(name, Object.class, (payload, context) -> {
			Explanation explanation = this.operations.explain(context.id());
			if (!explanation.reasons().isEmpty() || explanation.run() == null
					|| !Boolean.TRUE.equals(explanation.run().begun())) {
				this.wrong.add(explanation.toString());
			}
			if (name.equals("failing")) {
				throw new IllegalStateException("again");
			}
			return null;
		});
		switch (name) {
			case "limited" -> task.maxConcurrent(1);
			case "rated" -> task.rateLimit(new RateLimit(2000, Duration.ofSeconds(1)));
			case "keyed" -> task.maxConcurrentPerKey(1).rateLimitPerKey(new RateLimit(500, Duration.ofSeconds(1)));
			default -> {
			}
		}
		this.queue.tasks().register(task.build());
	}

	/** Looks at all, and at ids that are no more. */
	private void assertAllExplained(boolean quiet) {
		for (Message message : all()) {
			Explanation explanation = this.operations.explain(message.id());
			assertThat(explanation.summary()).doesNotContain("\n").doesNotContain("null");
			MessageState state = explanation.state();
			if (state == MessageState.READY || state == MessageState.SCHEDULED) {
				assertThat(explanation.reasons()).as("%s, seed %s", explanation, this.seed).isNotEmpty();
			}
			else {
				assertThat(explanation.reasons()).as("%s, seed %s", explanation, this.seed).isEmpty();
			}
			if (quiet && !explanation.reasons().isEmpty()) {
				assertThat(explanation.reasons().get(0).kind()).as("%s, seed %s", explanation, this.seed)
					.isNotIn(PASSING);
			}
		}
		this.ids.forEach((id) -> assertThat(this.operations.explain(id).id()).isEqualTo(id));
	}

	@RepeatedTest(8)
	void messageInAnyStateHasReasonsUntilItRuns() {
		open((builder) -> builder.shards(1 + this.random.nextInt(3))
			.queue("other", 3)
			.retry(new RetryPolicy(1, Duration.ofHours(1), 1, Duration.ofHours(1), 0)));
		for (int i = 0; i < 60; i++) {
			this.ids.add(this.operations.enqueue(anyMessage()));
			act();
		}
		assertAllExplained(false);
		TASKS.stream().filter((task) -> !task.equals("unknown")).forEach(this::register);
		this.queue.start();
		assertThat(drain()).as("seed %s", this.seed).isTrue();
		// Now nothing is left that a worker would take: each that waits is kept.
		assertAllExplained(true);
		for (int i = 0; i < 30; i++) {
			act();
			this.operations.explain(any(this.ids));
		}
		setFree();
		assertThat(this.wrong).as("seed %s", this.seed).isEmpty();
		assertThat(all()).as("seed %s", this.seed).allMatch((message) -> message.state().isEnded());
		assertAllExplained(true);
	}

	/**
	 * Delayed ones and retries are not waited for. One that ends while all are looked at
	 * may let another one go that was looked at before.
	 */
	private boolean drain() {
		long until = System.nanoTime() + LONG.toNanos();
		while (System.nanoTime() < until) {
			List<String> before = states();
			if (!isBusy() && states().equals(before)) {
				return true;
			}
		}
		return false;
	}

	private List<String> states() {
		return all().stream().map((message) -> message.id() + " " + message.state() + " " + message.attempt()).toList();
	}

	private boolean isBusy() {
		return all().stream().anyMatch((message) -> {
			Explanation explanation = this.operations.explain(message.id());
			return explanation.state() == MessageState.RUNNING || explanation.reasons()
				.stream()
				.findFirst()
				.filter((reason) -> PASSING.contains(reason.kind()) || reason.kind() == ReasonKind.KEY_RATE)
				.isPresent();
		});
	}

	/** Removes all that may keep a message, until nothing is kept. */
	private void setFree() {
		register("unknown");
		this.queue.tasks()
			.register(TaskDefinition.builder("for.nobodys", Object.class, (payload, context) -> null)
				.queue("nobodys")
				.build());
		QUEUES.forEach(this.operations::resume);
		TASKS.forEach(this.operations::resumeTask);
		for (int i = 0; i < 4; i++) {
			this.operations.resumeKey("key " + i);
		}
		long until = System.nanoTime() + LONG.toNanos();
		while (this.operations.length() > 0 && System.nanoTime() < until) {
			for (Message message : all()) {
				Explanation explanation = this.operations.explain(message.id());
				if (explanation.is(ReasonKind.NOT_DUE) || explanation.is(ReasonKind.RETRY_NOT_DUE)) {
					this.operations.reschedule(message.id(), Instant.now());
				}
			}
		}
	}

}
