package io.github.queuesqlite.benchmark.peer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.benchmark.measure.Samples;

/** Messages at a fixed pace, whatever becomes of them, and when each was started. */
final class Pace {

	private static final int PER_SECOND = 300;

	private final Contestant contestant;

	private final Failures failures;

	private final Watch watch;

	Pace(Contestant contestant, Failures failures, Watch watch) {
		this.contestant = contestant;
		this.failures = failures;
		this.watch = watch;
	}

	/**
	 * Puts messages in for some time and returns the milliseconds from the call that did
	 * it to the start of the handler. Of a message that was not started in time it is how
	 * long it had waited then.
	 */
	Samples run(Duration duration, Duration patience) throws InterruptedException {
		int messages = Math.max(1, (int) (duration.toMillis() * PER_SECOND / 1000));
		AtomicLongArray starts = Handled.watch(messages);
		long before = Handled.count();
		List<Integer> sent = new ArrayList<>();
		long[] calls = send(messages, sent);
		if (!this.watch.until(() -> Handled.count() - before >= sent.size(), patience)) {
			this.failures.add("paced", "messages not started " + patience.toSeconds() + " s after the last");
		}
		long now = System.nanoTime();
		Handled.unwatch();
		return Samples.of(sent.stream()
			.map((number) -> (((starts.get(number) != 0) ? starts.get(number) : now) - calls[number]) / 1e6)
			.toList());
	}

	private long[] send(int messages, List<Integer> sent) {
		long[] calls = new long[messages];
		long gap = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
		long start = System.nanoTime();
		for (int i = 0; i < messages; i++) {
			pause(start + i * gap);
			String payload = Payload.of(i);
			calls[i] = System.nanoTime();
			try {
				this.contestant.enqueue(payload);
				sent.add(i);
			}
			catch (RuntimeException ex) {
				this.failures.add("enqueue", ex);
			}
		}
		return calls;
	}

	private static void pause(long until) {
		long left;
		while ((left = until - System.nanoTime()) > 0) {
			LockSupport.parkNanos(left);
		}
	}

}
