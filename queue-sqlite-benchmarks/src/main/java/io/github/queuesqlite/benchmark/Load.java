package io.github.queuesqlite.benchmark;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.benchmark.peer.Payload;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.store.Retention;

/** A queue with a task that does nothing, and ways to load it. */
final class Load implements AutoCloseable {

	static final String TASK = "idle";

	/** 200 bytes as JSON. */
	static final String PAYLOAD = Payload.ANY;

	static final byte[] PAYLOAD_BYTES = ('"' + PAYLOAD + '"').getBytes(StandardCharsets.UTF_8);

	static final Duration PATIENCE = Duration.ofMinutes(5);

	private final EmbeddedQueue queue;

	private final LongAdder handled = new LongAdder();

	private Load(EmbeddedQueue queue) {
		this.queue = queue;
		queue.tasks().register(TASK, String.class, (payload, context) -> {
			this.handled.increment();
			return null;
		});
	}

	static Load open(Path directory, int shards) {
		return open(directory, shards, Retention.DEFAULT);
	}

	static Load open(Path directory, int shards, Retention retention) {
		return new Load(EmbeddedQueue.builder(directory).shards(shards).retention(retention).build());
	}

	Load start() {
		this.queue.start();
		return this;
	}

	QueueOperations operations() {
		return this.queue.operations();
	}

	static NewMessage message() {
		return NewMessage.to(TASK).payload(PAYLOAD);
	}

	/** Puts messages in one by one without waiting, until all are completed. */
	double asyncLives(int messages) {
		return lives(messages, () -> {
			for (int i = 0; i < messages; i++) {
				operations().enqueueAsync(message());
			}
		});
	}

	/** Puts messages in by the thousand, until all are completed. */
	double bulkLives(int messages) {
		return lives(messages, () -> enqueueAll(messages));
	}

	private double lives(int messages, Runnable enqueue) {
		long before = this.handled.sum();
		long start = System.nanoTime();
		enqueue.run();
		if (!operations().drain(PATIENCE)) {
			throw new IllegalStateException("Not drained in " + PATIENCE);
		}
		double rate = rate(messages, start);
		if (this.handled.sum() - before != messages) {
			throw new IllegalStateException("Handled " + (this.handled.sum() - before) + " of " + messages);
		}
		return rate;
	}

	/** Puts messages in by the thousand and returns how many a second were committed. */
	double bulk(int messages) {
		long start = System.nanoTime();
		enqueueAll(messages);
		return rate(messages, start);
	}

	void enqueueAll(int messages) {
		for (int left = messages; left > 0; left -= 1000) {
			List<NewMessage> some = new ArrayList<>(1000);
			for (int i = Math.min(left, 1000); i > 0; i--) {
				some.add(message());
			}
			operations().enqueueAll(some);
		}
	}

	/**
	 * Lets threads put in one message after the other, each waiting for its commit.
	 * @return messages a second
	 */
	double blocking(int producers, Duration duration) throws InterruptedException {
		AtomicLong enqueued = new AtomicLong();
		CountDownLatch go = new CountDownLatch(1);
		List<Thread> threads = new ArrayList<>();
		long[] end = { 0 };
		for (int i = 0; i < producers; i++) {
			Thread thread = new Thread(() -> enqueued.addAndGet(produce(go, end)), "producer-" + i);
			thread.start();
			threads.add(thread);
		}
		long start = System.nanoTime();
		end[0] = start + duration.toNanos();
		go.countDown();
		for (Thread thread : threads) {
			thread.join();
		}
		return rate(enqueued.get(), start);
	}

	private long produce(CountDownLatch go, long[] end) {
		long count = 0;
		try {
			go.await();
			while (System.nanoTime() - end[0] < 0) {
				operations().enqueue(message());
				count++;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return count;
	}

	static double rate(long count, long startNanos) {
		return count * (double) TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - startNanos);
	}

	@Override
	public void close() {
		this.queue.close();
	}

}
