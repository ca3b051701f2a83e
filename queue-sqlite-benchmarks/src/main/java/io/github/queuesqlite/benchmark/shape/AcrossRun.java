package io.github.queuesqlite.benchmark.shape;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.benchmark.measure.ChildJvm;
import io.github.queuesqlite.benchmark.measure.Samples;
import io.github.queuesqlite.message.NewMessage;

/** One process puts messages in, another one handles them. */
public final class AcrossRun implements AutoCloseable {

	private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

	private final EmbeddedQueue queue;

	private final Stamps stamps = new Stamps(200);

	private final Map<Long, Long> starts = new ConcurrentHashMap<>();

	private final Process neighbour;

	private final BufferedReader lines;

	/**
	 * Opens the queue and starts the other process.
	 * @param directory of the queue
	 */
	public AcrossRun(Path directory) throws IOException {
		this.queue = EmbeddedQueue.builder(directory).build();
		this.neighbour = ChildJvm.start(Neighbour.class, List.of(directory.toString()));
		this.lines = this.neighbour.inputReader(StandardCharsets.UTF_8);
		String ready = this.lines.readLine();
		if (!"ready".equals(ready)) {
			throw new IllegalStateException("The other process said '" + ready + "'");
		}
		Thread reader = new Thread(this::read, "neighbour");
		reader.setDaemon(true);
		reader.start();
	}

	private void read() {
		try {
			String line;
			while ((line = this.lines.readLine()) != null) {
				int space = line.indexOf(' ');
				this.starts.put(Long.valueOf(line.substring(0, space)), Long.valueOf(line.substring(space + 1)));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Puts messages in one after the other.
	 * @param messages how many
	 * @param gap from one to the next
	 * @return milliseconds from the return of the call, when the message is durable, to
	 * the start of its handler in the other process
	 */
	public Samples run(int messages, Duration gap) {
		List<Double> millis = new ArrayList<>();
		for (int i = 0; i < messages; i++) {
			String payload = this.stamps.next(System.nanoTime());
			this.queue.operations().enqueue(NewMessage.to(ShapeQueue.TASK).payload(payload));
			long durable = System.nanoTime();
			millis.add(Math.max(0, awaitStart(Stamps.number(payload)) - durable) / 1e6);
			pause(durable + gap.toNanos());
		}
		return Samples.of(millis);
	}

	private long awaitStart(long number) {
		long deadline = System.nanoTime() + PATIENCE_NANOS;
		Long start;
		while ((start = this.starts.get(number)) == null) {
			if (System.nanoTime() - deadline > 0) {
				throw new IllegalStateException("Message " + number + " was not handled in 30 s");
			}
			LockSupport.parkNanos(100_000);
		}
		return start;
	}

	private static void pause(long until) {
		long left;
		while ((left = until - System.nanoTime()) > 0) {
			LockSupport.parkNanos(left);
		}
	}

	@Override
	public void close() throws IOException {
		this.neighbour.getOutputStream().close();
		this.queue.close();
		try {
			if (!this.neighbour.waitFor(10, TimeUnit.SECONDS)) {
				this.neighbour.destroyForcibly().waitFor();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
