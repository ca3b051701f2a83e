package io.github.queuesqlite.reliability.soak;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.task.RetryPolicy;

/**
 * A queue under steady mixed load whose ended messages are soon deleted. Says its vitals
 * after each interval; ends with its parent.
 */
final class SoakMain {

	static final String VITALS = "vitals ";

	private static final long PAUSE_NANOS = 4_000_000;

	private final EmbeddedQueue queue;

	private final Random random;

	private final AtomicLong handled = new AtomicLong();

	private final List<Long> micros = new ArrayList<>();

	private long stored;

	private SoakMain(EmbeddedQueue queue, long seed) {
		this.queue = queue;
		this.random = new Random(seed);
		queue.tasks().register("quick", String.class, (payload, context) -> {
			if (context.attempt() == 1 && payload.startsWith("fail")) {
				throw new IllegalStateException("The first attempt fails");
			}
			this.handled.incrementAndGet();
			return payload.length();
		});
		queue.listeners()
			.register(new ListenerDefinition("listener", List.of("*"), String.class, false,
					(change) -> this.handled.incrementAndGet()));
	}

	@SuppressWarnings("SystemOut") // how the parent is told
	public static void main(String[] args) throws Exception {
		Path directory = Path.of(args[0]);
		long intervalNanos = Duration.ofMillis(Long.parseLong(args[1])).toNanos();
		endWithParent();
		Duration kept = Duration.ofMillis(Long.parseLong(args[1]));
		try (EmbeddedQueue queue = EmbeddedQueue.builder(directory)
			.shards(2)
			.retention(new Retention(kept, kept, kept, kept, 2000))
			.listenRetention(Duration.ofSeconds(1))
			.retry(new RetryPolicy(3, Duration.ofMillis(20), 2, Duration.ofMillis(200), 0.5))
			.build()) {
			SoakMain soak = new SoakMain(queue, Long.parseLong(args[2]));
			queue.start();
			while (true) {
				soak.work(intervalNanos);
				System.out.println(VITALS + soak.vitals(directory).toJson());
			}
		}
	}

	private static void endWithParent() {
		Thread thread = new Thread(() -> {
			try {
				while (System.in.read() >= 0) {
					// Nothing is said, but the end.
				}
			}
			catch (IOException ex) {
				// The parent is gone.
			}
			Runtime.getRuntime().halt(1);
		});
		thread.setDaemon(true);
		thread.start();
	}

	private void work(long nanos) throws InterruptedException {
		long end = System.nanoTime() + nanos;
		while (System.nanoTime() < end) {
			long start = System.nanoTime();
			call();
			this.micros.add((System.nanoTime() - start) / 1000);
			Thread.sleep(Duration.ofNanos(PAUSE_NANOS).toMillis());
		}
	}

	private void call() {
		QueueOperations operations = this.queue.operations();
		NewMessage message = NewMessage.to("quick").payload("x".repeat(this.random.nextInt(500)));
		int kind = this.random.nextInt(10);
		switch (kind) {
			case 0 -> operations.enqueue(NewMessage.to("quick").payload("fail once"));
			case 1 -> operations.enqueue(message.delay(Duration.ofMillis(this.random.nextInt(500))));
			case 2 -> operations.enqueue(message.uniqueKey("unique-" + this.random.nextInt(10)));
			case 3 -> operations.enqueue(message.idempotencyKey("idempotency-" + this.stored));
			case 4 -> operations.cancel(operations.enqueue(message.delay(Duration.ofHours(1))));
			case 5 -> operations.enqueueAll(List.of(message, message, message));
			case 6 -> operations.enqueueAsync(message).join();
			case 7 -> this.queue.listen().put("key-" + this.random.nextInt(10), this.random.nextInt());
			default -> operations.submit(message, Integer.class).join();
		}
		this.stored += (kind == 5) ? 3 : 1;
	}

	private Vitals vitals(Path directory) throws IOException {
		List<Long> sorted = this.micros.stream().sorted().toList();
		long p99 = sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1);
		this.micros.clear();
		return Vitals.take(directory, sorted.size(), p99, this.stored);
	}

}
