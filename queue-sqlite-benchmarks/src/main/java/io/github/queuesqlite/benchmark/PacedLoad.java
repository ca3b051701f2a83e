package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.benchmark.measure.Samples;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.store.sqlite.RawShard;

/**
 * One message after the other at a fixed pace, and when each was committed and started.
 */
final class PacedLoad implements AutoCloseable {

	private static final String TASK = "stamp";

	private final EmbeddedQueue queue;

	private final Queue<Commit> commits = new ConcurrentLinkedQueue<>();

	private volatile long startedAt;

	private volatile Thread sender = Thread.currentThread();

	PacedLoad(Path directory) {
		QueueRecorder recorder = new QueueRecorder() {

			@Override
			public void committed(int shard, Duration duration, int rows) {
				long end = System.nanoTime();
				PacedLoad.this.commits.add(new Commit(end - duration.toNanos(), end));
			}

		};
		this.queue = EmbeddedQueue.builder(directory).shards(2).recorder(recorder).build();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			this.startedAt = System.nanoTime();
			LockSupport.unpark(this.sender);
			return null;
		});
		this.queue.start();
	}

	Latencies run(int perSecond, int messages) {
		this.sender = Thread.currentThread();
		long gap = TimeUnit.SECONDS.toNanos(1) / perSecond;
		List<Double> call = new ArrayList<>();
		List<Double> commit = new ArrayList<>();
		NewMessage message = NewMessage.to(TASK).payload(Load.PAYLOAD);
		for (int i = 0; i < messages; i++) {
			this.commits.clear();
			this.startedAt = 0;
			long called = System.nanoTime();
			this.queue.operations().enqueueAsync(message);
			long started = awaitStart();
			call.add(millis(called, started));
			commit.add(millis(committed(called, started), started));
			pause(called + gap);
		}
		return new Latencies(Samples.of(call), Samples.of(commit));
	}

	/** One insert after the other at the same pace, by the thread that wants it. */
	static Samples runRaw(RawShard shard, int perSecond, int messages) throws SQLException {
		long gap = TimeUnit.SECONDS.toNanos(1) / perSecond;
		List<Double> insert = new ArrayList<>();
		for (int i = 0; i < messages; i++) {
			long called = System.nanoTime();
			shard.insert(1);
			insert.add(millis(called, System.nanoTime()));
			pause(called + gap);
		}
		return Samples.of(insert);
	}

	private long awaitStart() {
		long started;
		while ((started = this.startedAt) == 0) {
			LockSupport.park(this);
		}
		return started;
	}

	/** The first commit that began after the call carried the message. */
	private long committed(long called, long started) {
		for (Commit commit : this.commits) {
			if (commit.begin() >= called && commit.end() <= started) {
				return commit.end();
			}
		}
		throw new IllegalStateException("A handler started before its message was committed");
	}

	private static void pause(long until) {
		long left;
		while ((left = until - System.nanoTime()) > 0) {
			LockSupport.parkNanos(left);
		}
	}

	private static double millis(long from, long to) {
		return (to - from) / 1e6;
	}

	@Override
	public void close() {
		this.queue.close();
	}

	/** A commit, in nanoseconds. */
	private record Commit(long begin, long end) {

	}

	/**
	 * Milliseconds.
	 *
	 * @param callToStart from the call of the sender to the start of the handler
	 * @param commitToStart from the end of the commit to the start of the handler
	 */
	record Latencies(Samples callToStart, Samples commitToStart) {

	}

}
