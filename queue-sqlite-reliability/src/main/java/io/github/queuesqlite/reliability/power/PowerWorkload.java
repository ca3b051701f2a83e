package io.github.queuesqlite.reliability.power;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import io.github.queuesqlite.Durability;
import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskContext;

/**
 * The recorded process: a mixed load in bursts, with pauses long enough for a checkpoint,
 * and a restart in the middle that may change the number of shards.
 */
final class PowerWorkload {

	private static final int PRODUCERS = 3;

	private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** How many runs of a task that fails at first do so. */
	private static final int FAILURES = 2;

	private final RandomGenerator seeds;

	private final Notes notes;

	private final ConcurrentLinkedQueue<MessageId> known = new ConcurrentLinkedQueue<>();

	private final Durability durability;

	/** Rises, over restarts too. */
	private int value;

	private PowerWorkload(long seed, Notes notes, Durability durability) {
		this.seeds = RandomGeneratorFactory.of("SplittableRandom").create(seed);
		this.notes = notes;
		this.durability = durability;
	}

	/**
	 * Runs the load, then ends as if killed.
	 * @param args the directory, durability, seed, milliseconds of load before and after
	 * the restart, numbers of shards before and after it
	 */
	public static void main(String[] args) throws Exception {
		Path root = Path.of(args[0]);
		// Open to the end: it is written until the process is gone.
		Notes notes = new Notes(root);
		notes.begun();
		Thread ticks = new Thread(() -> tick(notes));
		ticks.setDaemon(true);
		ticks.start();
		PowerWorkload load = new PowerWorkload(Long.parseLong(args[2]), notes, Durability.valueOf(args[1]));
		load.run(root, Integer.parseInt(args[4]), Long.parseLong(args[3]), true);
		load.run(root, Integer.parseInt(args[5]), Long.parseLong(args[3]), false);
		Runtime.getRuntime().halt(0);
	}

	private static void tick(Notes notes) {
		while (true) {
			notes.tick();
			LockSupport.parkNanos(TICK_NANOS);
		}
	}

	private void run(Path root, int shards, long millis, boolean close) throws Exception {
		EmbeddedQueue queue = EmbeddedQueue.builder(root.resolve("queue"))
			.shards(shards)
			.durability(this.durability)
			// Its noise in the trace would say nothing.
			.diskReserve(0)
			.concurrency(6)
			.retry(new RetryPolicy(3, Duration.ofMillis(20), 1, Duration.ofMillis(20), 0))
			.retention(new Retention(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1),
					30))
			.drainTimeout(Duration.ofMillis(200))
			.build();
		this.notes.opened();
		queue.tasks().register("work", String.class, this::handle);
		queue.start();
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		ExecutorService threads = Executors.newCachedThreadPool();
		List<Future<?>> all = new ArrayList<>();
		for (int i = 0; i < PRODUCERS; i++) {
			RandomGenerator random = fork();
			all.add(threads.submit(() -> produce(queue, random, end)));
		}
		RandomGenerator random = fork();
		all.add(threads.submit(() -> putListenData(queue, random, end)));
		for (Future<?> one : all) {
			one.get();
		}
		threads.shutdown();
		if (close) {
			queue.close();
		}
	}

	private RandomGenerator fork() {
		return RandomGeneratorFactory.of("SplittableRandom").create(this.seeds.nextLong());
	}

	private String handle(String payload, TaskContext context) throws InterruptedException {
		this.notes.started(context.id(), context.fencingToken());
		if (payload.startsWith("dead")) {
			throw new PermanentTaskException("as told");
		}
		if (payload.startsWith("fail") && context.attempt() <= FAILURES) {
			throw new IllegalStateException("attempt " + context.attempt());
		}
		if (payload.startsWith("slow")) {
			Thread.sleep(30);
		}
		return payload.startsWith("result") ? payload : "";
	}

	/**
	 * Bursts, so that the files are idle now and then: that is when the log is copied.
	 */
	private void produce(EmbeddedQueue queue, RandomGenerator random, long end) {
		while (System.nanoTime() < end) {
			int burst = random.nextInt(5, 40);
			for (int i = 0; i < burst; i++) {
				step(queue, random);
				LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(3000)));
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextBoolean() ? 20 : 400));
		}
	}

	private void step(EmbeddedQueue queue, RandomGenerator random) {
		NewMessage message = message(random);
		switch (random.nextInt(10)) {
			case 0, 1, 2 -> note(message, queue.operations().enqueue(message, this::ended));
			case 3, 4 -> note(message, queue.operations().enqueue(message));
			case 5 -> note(message, queue.operations().enqueueAsync(message).join());
			case 6 -> {
				CompletableFuture<String> result = queue.operations()
					.submit(NewMessage.to("work").payload("result"), String.class);
				result.join();
			}
			case 7 -> bulk(queue, random);
			case 8 -> cancel(queue);
			default -> retryDead(queue, random);
		}
	}

	private static NewMessage message(RandomGenerator random) {
		String kind = List.of("ok", "ok", "ok", "fail", "dead", "slow", "result").get(random.nextInt(7));
		NewMessage message = NewMessage.to("work").payload(kind + "x".repeat(random.nextInt(50, 3000)));
		message = switch (random.nextInt(6)) {
			case 0 -> message.idempotencyKey("i" + random.nextLong(1L << 40));
			case 1 -> message.uniqueKey("u" + random.nextInt(50));
			case 2 -> message.idempotencyKey("i" + random.nextLong(1L << 40)).uniqueKey("u" + random.nextInt(50));
			default -> message;
		};
		if (random.nextInt(5) == 0) {
			message = message.delay(Duration.ofMillis(random.nextInt(1, 300)));
		}
		return (random.nextInt(10) == 0) ? message.timeToLive(Duration.ofMillis(random.nextInt(400, 600))) : message;
	}

	/** With a key that was taken, the id is that of another message. */
	private void note(NewMessage message, MessageId id) {
		String key = (message.uniqueKey() == null && message.idempotencyKey() != null) ? message.idempotencyKey() : "";
		this.notes.enqueued(id, key, message.timeToLive() != null);
		this.known.add(id);
		if (this.known.size() > 100) {
			this.known.poll();
		}
	}

	private void ended(Message message) {
		this.notes.ended(message.id(), message.state().name());
	}

	private void bulk(EmbeddedQueue queue, RandomGenerator random) {
		List<NewMessage> messages = new ArrayList<>();
		for (int i = 0; i < random.nextInt(2, 30); i++) {
			messages.add(message(random));
		}
		List<MessageId> ids = queue.operations().enqueueAll(messages);
		for (int i = 0; i < ids.size(); i++) {
			note(messages.get(i), ids.get(i));
		}
	}

	private void cancel(EmbeddedQueue queue) {
		MessageId id = this.known.poll();
		if (id != null) {
			this.notes.cancelling(id);
			if (queue.operations().cancel(id)) {
				this.notes.cancelled(id);
			}
		}
	}

	private void retryDead(EmbeddedQueue queue, RandomGenerator random) {
		List<Message> dead = queue.operations().list(MessageQuery.all().state(MessageState.DEAD).limit(20));
		if (!dead.isEmpty()) {
			MessageId id = dead.get(random.nextInt(dead.size())).id();
			this.notes.retrying(id);
			queue.operations().retry(id);
		}
	}

	private void putListenData(EmbeddedQueue queue, RandomGenerator random, long end) {
		while (System.nanoTime() < end) {
			String key = "key" + random.nextInt(3);
			this.value = Math.max(this.value + 1, (int) (System.currentTimeMillis() % 1_000_000_000));
			this.notes.putting(key, this.value);
			this.notes.put(key, this.value, queue.listen().put(key, this.value));
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(40)));
		}
	}

}
