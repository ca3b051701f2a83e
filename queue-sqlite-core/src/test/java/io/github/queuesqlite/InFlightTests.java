package io.github.queuesqlite;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests of {@link InFlight}. */
class InFlightTests {

	private final InFlight inFlight = new InFlight();

	@Test
	void awaitWhenNothingBeganReturnsAtOnce() {
		assertThat(this.inFlight.await(System.nanoTime())).isTrue();
	}

	@Test
	void awaitWhenSomethingBeganBeforeWaitsForItsEnd() throws Exception {
		int phase = this.inFlight.enter();
		CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> this.inFlight.await(in(60_000)));
		assertThat(this.inFlight.await(in(20))).isFalse();
		assertThat(waiting).isNotDone();
		this.inFlight.exit(phase);
		assertThat(waiting.get(60, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void awaitWhenAnotherThreadWaitsLongerGivesUpInItsOwnTime() throws Exception {
		int phase = this.inFlight.enter();
		CompletableFuture<Boolean> result = new CompletableFuture<>();
		Thread waiting = new Thread(() -> result.complete(this.inFlight.await(in(60_000))));
		waiting.start();
		await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
		assertThat(this.inFlight.await(in(20))).isFalse();
		assertThat(result).isNotDone();
		this.inFlight.exit(phase);
		assertThat(result.get(60, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void awaitWhenThingsBeginAllTheTimeReturns() throws Exception {
		CompletableFuture<Void> stop = new CompletableFuture<>();
		Thread busy = new Thread(() -> {
			int last = this.inFlight.enter();
			while (!stop.isDone()) {
				int next = this.inFlight.enter();
				this.inFlight.exit(last);
				last = next;
			}
			this.inFlight.exit(last);
		});
		busy.start();
		for (int i = 0; i < 20; i++) {
			assertThat(this.inFlight.await(in(60_000))).isTrue();
		}
		stop.complete(null);
		busy.join();
		assertThat(this.inFlight.isIdle()).isTrue();
	}

	@Test
	void awaitWhenInterruptedReturnsFalseAndKeepsTheFlag() {
		int phase = this.inFlight.enter();
		Thread.currentThread().interrupt();
		assertThat(this.inFlight.await(in(60_000))).isFalse();
		assertThat(Thread.interrupted()).isTrue();
		this.inFlight.exit(phase);
	}

	private static long in(long millis) {
		return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
	}

}
