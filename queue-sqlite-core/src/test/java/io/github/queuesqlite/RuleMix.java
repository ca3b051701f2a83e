package io.github.queuesqlite;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.message.QueueOrder;
import io.github.queuesqlite.task.BatchFailedException;
import io.github.queuesqlite.task.QueuePool;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Some of all the rules that keep a message from being claimed, by chance: the same ones
 * for the same seed. Each of them lets tens of messages pass in a second.
 */
final class RuleMix {

	private static final RetryPolicy AGAIN = new RetryPolicy(1000, Duration.ofMillis(5), 1, Duration.ofMillis(20), 0);

	private static final List<String> QUEUES = List.of("default", "other", "third");

	private final Random random;

	private final StringBuilder text = new StringBuilder();

	private final List<Consumer<EmbeddedQueue.Builder>> settings = new ArrayList<>();

	private final List<Function<Note, TaskDefinition<Integer>>> tasks = new ArrayList<>();

	private final List<String> limits = new ArrayList<>();

	RuleMix(long seed) {
		this.random = new Random(seed);
		int shards = 1 + this.random.nextInt(3);
		this.text.append("seed ").append(seed).append(", shards ").append(shards);
		this.settings.add((builder) -> builder.shards(shards).pollInterval(Duration.ofMinutes(1)));
		int pooled = chance(3) ? 0 : 2 + this.random.nextInt(2);
		int most = choosePool(QUEUES.subList(0, pooled));
		for (int i = 0; i < QUEUES.size(); i++) {
			chooseQueue(QUEUES.get(i), (i < pooled) ? most : 5);
		}
		int tasks = 1 + this.random.nextInt(3);
		for (int i = 0; i < tasks; i++) {
			chooseTask(i);
		}
	}

	/** Returns how many workers they share. */
	private int choosePool(List<String> queues) {
		int most = 1 + this.random.nextInt(4);
		QueuePool.Strategy strategy = QueuePool.Strategy.values()[this.random.nextInt(3)];
		Map<String, Integer> weights = new LinkedHashMap<>();
		for (String queue : queues) {
			weights.put(queue, (strategy == QueuePool.Strategy.WEIGHTED) ? 1 + this.random.nextInt(5) : 1);
		}
		if (!queues.isEmpty()) {
			QueuePool pool = new QueuePool(most, strategy, weights);
			this.text.append("\n").append(pool);
			this.settings.add((builder) -> builder.pool("pool", pool));
		}
		return most;
	}

	private void chooseQueue(String queue, int most) {
		int concurrency = 1 + this.random.nextInt(most);
		this.text.append("\n").append(queue).append(": concurrency ").append(concurrency);
		this.settings.add((builder) -> builder.queue(queue, concurrency));
		RateLimit rate = rate();
		if (rate != null) {
			this.text.append(", rate ").append(rate);
			this.limits.add("rate:queue:" + queue);
			this.settings.add((builder) -> builder.rateLimit(queue, rate));
		}
		if (chance(4)) {
			this.text.append(", newest first");
			this.settings.add((builder) -> builder.order(queue, QueueOrder.LIFO));
		}
		else if (chance(4)) {
			this.text.append(", ageing");
			this.settings.add((builder) -> builder.ageing(queue, Duration.ofMillis(50)));
		}
	}

	private void chooseTask(int number) {
		List<Consumer<TaskDefinition.Builder<Integer>>> rules = new ArrayList<>();
		this.text.append("\n").append(name(number)).append(":");
		if (chance(3)) {
			int most = 1 + this.random.nextInt(3);
			this.text.append(" limit ").append(most);
			this.limits.add("task:" + name(number));
			rules.add((task) -> task.maxConcurrent(most));
		}
		if (chance(3)) {
			int most = 1 + this.random.nextInt(2);
			this.text.append(" limit of keys ").append(most);
			this.limits.add("keys:" + name(number));
			rules.add((task) -> task.maxConcurrentPerKey(most));
		}
		RateLimit rate = rate();
		if (rate != null) {
			this.text.append(" rate ").append(rate);
			this.limits.add("rate:task:" + name(number));
			rules.add((task) -> task.rateLimit(rate));
		}
		RateLimit keyRate = rate();
		if (keyRate != null) {
			this.text.append(" rate of keys ").append(keyRate);
			this.limits.add("rate:keys:" + name(number));
			rules.add((task) -> task.rateLimitPerKey(keyRate));
		}
		if (chance(4)) {
			this.text.append(" lock");
			rules.add((task) -> task.lock("lock"));
		}
		int batch = chance(4) ? 2 + this.random.nextInt(5) : 1;
		if (batch > 1) {
			this.text.append(" batches of ").append(batch);
		}
		this.tasks.add((ended) -> {
			TaskDefinition.Builder<Integer> task = (batch > 1) ? batches(name(number), ended).batchSize(batch)
					: singles(name(number), ended);
			rules.forEach((rule) -> rule.accept(task));
			return task.retryPolicy(AGAIN).build();
		});
	}

	private static TaskDefinition.Builder<Integer> singles(String name, Note ended) {
		return TaskDefinition.builder(name, Integer.class, (payload, context) -> {
			work(payload, context, ended);
			return null;
		});
	}

	private static TaskDefinition.Builder<Integer> batches(String name, Note ended) {
		return TaskDefinition.batch(name, Integer.class, (payloads, runs) -> {
			Map<Integer, Throwable> failed = new HashMap<>();
			for (int i = 0; i < payloads.size(); i++) {
				try {
					work(payloads.get(i), runs.get(i), ended);
				}
				catch (IllegalStateException ex) {
					failed.put(i, ex);
				}
			}
			if (!failed.isEmpty()) {
				throw new BatchFailedException(failed);
			}
			return null;
		});
	}

	private static void work(Integer payload, TaskContext context, Note ended) throws IOException {
		if (payload % 7 == 0 && context.attempt() == 1) {
			throw new IllegalStateException("again");
		}
		ended.of(context.message());
	}

	private @Nullable RateLimit rate() {
		return switch (this.random.nextInt(9)) {
			case 0 -> RateLimit.of("100/1s");
			case 1 -> RateLimit.of("30/1s");
			case 2 -> RateLimit.of("10/200ms");
			default -> null;
		};
	}

	private boolean chance(int of) {
		return this.random.nextInt(of) == 0;
	}

	private static String name(int number) {
		return "task" + number;
	}

	void configure(EmbeddedQueue.Builder builder) {
		this.settings.forEach((setting) -> setting.accept(builder));
	}

	/** Registers the tasks; each run that ends well is told of. */
	void register(EmbeddedQueue queue, Note ended) {
		this.tasks.forEach((task) -> queue.tasks().register(task.apply(ended)));
	}

	/** The next messages, with payloads from a number on. */
	List<NewMessage> messages(int from, int count) {
		List<NewMessage> messages = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			NewMessage message = NewMessage.to(name(this.random.nextInt(this.tasks.size())))
				.payload(from + i)
				.queue(QUEUES.get(this.random.nextInt(QUEUES.size())));
			message = chance(4) ? message.priority(Priority.values()[this.random.nextInt(Priority.values().length)])
					: message;
			message = chance(5) ? message.delay(Duration.ofMillis(this.random.nextInt(100))) : message;
			switch (this.random.nextInt(4)) {
				case 0 -> message = message.orderingKey(key());
				case 1, 2 -> message = message.concurrencyKey(key());
				default -> {
				}
			}
			messages.add(message);
		}
		return messages;
	}

	private String key() {
		return "key" + this.random.nextInt(3);
	}

	/** Somebody pauses something, goes on with it, or changes a limit. */
	void steer(QueueOperations operations) {
		String queue = QUEUES.get(this.random.nextInt(QUEUES.size()));
		String task = name(this.random.nextInt(this.tasks.size()));
		switch (this.random.nextInt(8)) {
			case 0 -> operations.pause(queue);
			case 1 -> operations.resume(queue);
			case 2 -> operations.pauseTask(task);
			case 3 -> operations.resumeTask(task);
			case 4 -> operations.pauseKey(key());
			case 5 -> operations.resumeKey(key());
			default -> {
				if (!this.limits.isEmpty()) {
					operations.changeLimit(this.limits.get(this.random.nextInt(this.limits.size())),
							chance(2) ? null : 1 + this.random.nextInt(20));
				}
			}
		}
	}

	/** Nothing is paused any more, and limits are as declared. */
	void letGo(QueueOperations operations) {
		QUEUES.forEach(operations::resume);
		for (int i = 0; i < this.tasks.size(); i++) {
			operations.resumeTask(name(i));
		}
		for (int i = 0; i < 3; i++) {
			operations.resumeKey("key" + i);
		}
		this.limits.forEach((limit) -> operations.changeLimit(limit, null));
	}

	/** What to do when a run ends well. */
	interface Note {

		void of(Message message) throws IOException;

	}

	@Override
	public String toString() {
		return this.text.toString();
	}

}
