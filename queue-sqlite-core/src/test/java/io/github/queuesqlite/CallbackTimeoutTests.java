package io.github.queuesqlite;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.MessageState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Callbacks that take too long. */
class CallbackTimeoutTests extends QueueTester {

	private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

	private void callback(long millis) {
		boolean before = Thread.currentThread().isInterrupted();
		try {
			new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
			this.said.add(before ? "interrupted before" : "ended");
		}
		catch (InterruptedException ex) {
			this.said.add("interrupted");
			// As one that goes on as if nothing had been.
			Thread.currentThread().interrupt();
		}
	}

	private String next() throws InterruptedException {
		return this.said.poll(LONG.toSeconds(), TimeUnit.SECONDS);
	}

	@Test
	void callbackThatTakesTooLongIsInterruptedAndTheNextOneIsNot() throws Exception {
		Duration timeout = Duration.ofMillis(200);
		open((builder) -> builder.callbackTimeout(timeout));
		for (int i = 0; i < 3; i++) {
			this.operations.cancel(this.operations.enqueue(message(), (message) -> callback(60_000)));
			assertThat(next()).isEqualTo("interrupted");
			assertThat(saidWithin(timeout)).isEqualTo("ended");
		}
	}

	/** Calls back again when that took so long that it may have been interrupted. */
	private String saidWithin(Duration timeout) throws InterruptedException {
		while (true) {
			long start = System.nanoTime();
			this.operations.cancel(this.operations.enqueue(message(), (message) -> callback(1)));
			String said = next();
			if (said == null || said.equals("ended") || System.nanoTime() - start < timeout.toNanos()) {
				return said;
			}
		}
	}

	@Test
	void callbackOfAStoppedMessageIsToldSo() throws Exception {
		open((builder) -> builder.callbackTimeout(Duration.ofSeconds(30)));
		this.operations
			.cancel(this.operations.enqueue(message(), (message) -> this.said.add(message.state().toString())));
		assertThat(next()).isEqualTo(MessageState.CANCELLED.toString());
	}

	@Test
	void callbackMayTakeAnyTimeUnlessItIsSet() throws Exception {
		open();
		this.operations.cancel(this.operations.enqueue(message(), (message) -> callback(500)));
		assertThat(next()).isEqualTo("ended");
	}

	@Test
	void callbacksThatAreDueWhenTheQueueClosesAreCalled() {
		open((builder) -> builder.clock(this.clock).callbackTimeout(Duration.ofHours(1)));
		int messages = 1000;
		for (int i = 0; i < messages; i++) {
			this.operations.enqueue(message().timeToLive(Duration.ofMinutes(1)), (message) -> callback(2));
		}
		this.clock.move(Duration.ofMinutes(2));
		this.queue.catchUp();
		await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> this.queue.waiting() == 0);
		this.queue.close();
		await().atMost(LONG).untilAsserted(() -> assertThat(this.said).hasSize(messages).containsOnly("ended"));
	}

	@Test
	void timeOutOfRangeIsRefused() {
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(this.directory);
		assertThatIllegalArgumentException().isThrownBy(() -> builder.callbackTimeout(Duration.ZERO))
			.withMessageStartingWith("'callbackTimeout' must be from PT0.001S");
	}

}
