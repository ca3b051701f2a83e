package io.github.queuesqlite.reliability.shards;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.listen.DataChange;
import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import org.jspecify.annotations.Nullable;

/** A queue whose handlers do as their messages say, and count. */
final class WorkingQueue implements AutoCloseable {

	private static final long PATIENCE_NANOS = Duration.ofSeconds(120).toNanos();

	private static final long LOOK_MILLIS = 5;

	private final EmbeddedQueue queue;

	private final Map<String, Integer> runs;

	private final Map<String, Long> delivered;

	private WorkingQueue(EmbeddedQueue queue, Map<String, Integer> runs, Map<String, Long> delivered) {
		this.queue = queue;
		this.runs = runs;
		this.delivered = delivered;
		queue.tasks().register(TaskDefinition.builder(Work.TASK, Work.class, this::handle).build());
		queue.listeners()
			.register(new ListenerDefinition("listener", List.of("value.*"), String.class, true, this::onChange));
	}

	/**
	 * Opens a directory.
	 * @param shards null for the stored number
	 * @param runs counts the runs by tag; safe for several threads
	 * @param delivered gets the latest version by key; safe for several threads
	 */
	static WorkingQueue open(Path directory, @Nullable Integer shards, InstantSource clock, Map<String, Integer> runs,
			Map<String, Long> delivered) {
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(directory)
			.clock(clock)
			.pollInterval(Duration.ofMillis(20))
			.queue(Work.PAUSED, 4)
			.retry(new RetryPolicy(3, Work.LATER, 1, Work.LATER, 0));
		if (shards != null) {
			builder.shards(shards);
		}
		return new WorkingQueue(builder.build(), runs, delivered);
	}

	private Object handle(Work work, TaskContext context) {
		int run = this.runs.merge(work.tag(), 1, Integer::sum);
		if (work.kind() == Work.Kind.DIES) {
			throw new PermanentTaskException("as told");
		}
		if (work.kind() == Work.Kind.FAILS_ONCE && context.attempt() == 1) {
			throw new IllegalStateException("as told");
		}
		return work.tag() + " " + run;
	}

	private void onChange(DataChange<?> change) {
		this.delivered.merge(change.key(), change.version(), Math::max);
	}

	EmbeddedQueue queue() {
		return this.queue;
	}

	/** Runs what is due and not paused; returns what was left when patience ended. */
	String work() throws InterruptedException {
		this.queue.start();
		boolean done = await(() -> !isBusy()) && await(this::isDelivered);
		String left = done ? "" : this.queue.operations().stats() + ", delivered " + this.delivered;
		this.queue.stop();
		return left;
	}

	private boolean isBusy() {
		MessageQuery query = MessageQuery.all().state(MessageState.READY, MessageState.RUNNING).limit(1);
		boolean isPaused = this.queue.operations().stats().pausedQueues().contains(Work.PAUSED);
		return !this.queue.operations().list(isPaused ? query.queue("default") : query).isEmpty();
	}

	private boolean isDelivered() {
		return this.queue.listen()
			.getAll()
			.values()
			.stream()
			.allMatch((value) -> value.version() <= this.delivered.getOrDefault(value.key(), 0L));
	}

	static boolean await(BooleanSupplier condition) throws InterruptedException {
		long end = System.nanoTime() + PATIENCE_NANOS;
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() > end) {
				return false;
			}
			Thread.sleep(LOOK_MILLIS);
		}
		return true;
	}

	@Override
	public void close() {
		this.queue.close();
	}

}
