package io.github.queuesqlite.benchmark.shape;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.benchmark.measure.Histogram;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.TaskContext;
import org.jspecify.annotations.Nullable;

/** A queue under a shape, and what was seen of its messages. */
final class ShapeQueue implements AutoCloseable {

	static final String TASK = "shape";

	/** The end of one message in so many is waited for. */
	private static final int SAMPLE = 64;

	final Histogram enqueue = new Histogram();

	final Histogram wakeUp = new Histogram();

	final Histogram endToEnd = new Histogram();

	final LongAdder enqueued = new LongAdder();

	final LongAdder started = new LongAdder();

	final LongAdder handled = new LongAdder();

	final LongAdder commits = new LongAdder();

	private final Shape shape;

	private final Path directory;

	private final Stamps stamps;

	private final EmbeddedQueue queue;

	ShapeQueue(Shape shape, Path directory, Company company) {
		this.shape = shape;
		this.directory = directory;
		this.stamps = new Stamps(shape.payload());
		QueueRecorder recorder = new QueueRecorder() {

			@Override
			public void committed(int shard, Duration duration, int rows) {
				ShapeQueue.this.commits.increment();
			}

		};
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(directory)
			.shards(shape.shards())
			.durability(shape.durability())
			.recorder(recorder);
		company.configure(builder);
		this.queue = builder.build();
		this.queue.tasks().register(TASK, String.class, this::handle);
	}

	EmbeddedQueue queue() {
		return this.queue;
	}

	/** Puts one message in and returns when it is durable. */
	void enqueueOne() {
		long call = System.nanoTime();
		String payload = this.stamps.next(call);
		NewMessage message = NewMessage.to(TASK).payload(payload);
		if (Stamps.number(payload) % SAMPLE == 0) {
			this.queue.operations().enqueue(message, (ended) -> this.endToEnd.add(System.nanoTime() - call));
		}
		else {
			this.queue.operations().enqueue(message);
		}
		this.enqueue.add(System.nanoTime() - call);
		this.enqueued.increment();
	}

	/** Puts messages in by the thousand. */
	void fill(int messages) {
		for (int left = messages; left > 0; left -= 1000) {
			List<NewMessage> some = new ArrayList<>();
			for (int i = Math.min(left, 1000); i > 0; i--) {
				some.add(NewMessage.to(TASK).payload(this.stamps.next(System.nanoTime())));
			}
			this.queue.operations().enqueueAll(some);
			this.enqueued.add(some.size());
		}
	}

	private @Nullable Object handle(String payload, TaskContext context) throws InterruptedException {
		long number = Stamps.number(payload);
		if (context.attempt() == 1) {
			this.wakeUp.add(System.nanoTime() - this.stamps.call(number));
			this.started.increment();
			if (number % 100 < this.shape.failPercent()) {
				throw new IllegalStateException("As the shape wants it");
			}
		}
		if (this.shape.handlerMillis() > 0) {
			TimeUnit.MILLISECONDS.sleep(this.shape.handlerMillis());
		}
		this.handled.increment();
		return null;
	}

	/** Messages that never ran. */
	long waiting() {
		return this.enqueued.sum() - this.started.sum();
	}

	void forgetLatencies() {
		this.enqueue.clear();
		this.wakeUp.clear();
		this.endToEnd.clear();
	}

	/** Bytes of the files whose names end so. */
	long bytes(String suffix) {
		try (Stream<Path> files = Files.walk(this.directory)) {
			return files.filter((file) -> file.toString().endsWith(suffix)).mapToLong(ShapeQueue::size).sum();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** A file may go meanwhile. */
	private static long size(Path file) {
		return file.toFile().length();
	}

	@Override
	public void close() {
		this.queue.close();
	}

}
