package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class BatonTests {

	private static final long FOR_EVER = TimeUnit.DAYS.toNanos(1);

	private static final int CALLERS = 4;

	private static final int ITEMS = 20_000;

	private final Queue<Integer> items = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean busy = new AtomicBoolean();

	private final AtomicInteger collisions = new AtomicInteger();

	/** Only whoever has the baton may touch these. */
	private long byCallers;

	private long byWriter;

	private volatile boolean ended;

	private final Thread writer = new Thread(this::write, "test-writer");

	private final Baton baton = new Baton(this.writer);

	private void write() {
		while (!this.ended || !this.items.isEmpty()) {
			this.byWriter += work();
			this.baton.rest(() -> !this.items.isEmpty() || this.ended, FOR_EVER);
		}
	}

	private int work() {
		if (!this.busy.compareAndSet(false, true)) {
			this.collisions.incrementAndGet();
		}
		int done = 0;
		while (this.items.poll() != null) {
			done++;
		}
		this.busy.set(false);
		return done;
	}

	@Test
	void restWhenManyTakeAndWakeLosesNoWakeUpAndHasOneHolder() throws Exception {
		this.writer.start();
		List<Thread> callers = new ArrayList<>();
		for (int i = 0; i < CALLERS; i++) {
			boolean takes = i % 2 == 0;
			Thread caller = new Thread(() -> handIn(takes), "test-caller-" + i);
			callers.add(caller);
			caller.start();
		}
		for (Thread caller : callers) {
			caller.join();
		}
		await().atMost(Duration.ofMinutes(1)).until(this.items::isEmpty);
		this.ended = true;
		this.baton.wake();
		this.writer.join();
		assertThat(this.byCallers + this.byWriter).isEqualTo((long) CALLERS * ITEMS);
		assertThat(this.collisions).hasValue(0);
	}

	private void handIn(boolean takes) {
		for (int i = 0; i < ITEMS; i++) {
			this.items.add(i);
			if (takes && this.baton.take()) {
				this.byCallers += work();
				this.baton.giveBack(!this.items.isEmpty());
			}
			else {
				this.baton.wake();
			}
		}
	}

	@Test
	void takeWhenTheWriterWorksFails() {
		assertThat(this.baton.take()).isFalse();
	}

	@Test
	void takeWhenSomebodyHasItFails() throws Exception {
		this.writer.start();
		await().atMost(Duration.ofMinutes(1)).until(this.baton::take);
		assertThat(this.baton.take()).isFalse();
		this.ended = true;
		this.baton.giveBack(true);
		this.writer.join();
	}

	@Test
	void wakeWhenSomebodyHasItWakesTheWriterAfterwards() throws Exception {
		this.writer.start();
		await().atMost(Duration.ofMinutes(1)).until(this.baton::take);
		this.ended = true;
		this.baton.wake();
		this.baton.giveBack(false);
		this.writer.join(TimeUnit.MINUTES.toMillis(1));
		assertThat(this.writer.isAlive()).isFalse();
	}

	@Test
	void restWhenTimeIsOverWhileSomebodyHasItWaitsForHim() throws Exception {
		AtomicBoolean back = new AtomicBoolean();
		CountRests rests = new CountRests(back);
		rests.start();
		await().atMost(Duration.ofMinutes(1)).until(rests.baton::take);
		rests.taken = true;
		await().atMost(Duration.ofMinutes(1)).until(() -> rests.getState() == Thread.State.WAITING);
		assertThat(back).isFalse();
		rests.baton.giveBack(false);
		rests.join(TimeUnit.MINUTES.toMillis(1));
		assertThat(back).isTrue();
	}

	/** A writer that rests for a moment each time, until somebody has had the baton. */
	private static final class CountRests extends Thread {

		private final AtomicBoolean back;

		private final Baton baton = new Baton(this);

		private volatile boolean taken;

		CountRests(AtomicBoolean back) {
			this.back = back;
		}

		@Override
		public void run() {
			do {
				this.baton.rest(() -> false, TimeUnit.MILLISECONDS.toNanos(200));
			}
			while (!this.taken);
			this.back.set(true);
		}

	}

}
