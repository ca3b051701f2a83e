package io.github.queuesqlite;

import java.time.Duration;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;

import static org.awaitility.Awaitility.await;

/** As its base, with a task that notes when its handlers begin. */
abstract class RateTester extends KillTester {

	/** 100 a second, 10 at once at most. */
	static final RateLimit FAST = RateLimit.of("100/1s");

	static final RateLimit SLOW = RateLimit.of("5/1s");

	static final RateLimit HOURLY = RateLimit.of("1/1h");

	/** A thread may stand still between the token, the handler and its note. */
	static final int SLACK = 30;

	RateTester(String name) {
		super(name);
	}

	/** The handler of a message begins. */
	abstract void begun(Message message);

	final TaskDefinition.Builder<Integer> task() {
		return task((payload, context) -> null);
	}

	final TaskDefinition.Builder<Integer> task(TaskHandler<Integer> handler) {
		return TaskDefinition.builder(TASK, Integer.class, (payload, context) -> {
			begun(context.message());
			return handler.handle(payload, context);
		});
	}

	/** Nothing but the signals wakes anybody. */
	final void openWithoutSafetyNet() {
		open((builder) -> builder.shards(3).pollInterval(Duration.ofMinutes(1)));
	}

	final void awaitCompleted(int count) {
		await().atMost(PATIENCE).until(() -> this.operations.stats().count(MessageState.COMPLETED) == count);
	}

}
