package io.github.queuesqlite.worker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.LeaseLostException;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.BlockingCompletion;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.StoreInstance;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** What somebody else has: this process was taken for dead while it was at it. */
class LostTests {

	@TempDir
	Path directory;

	private TestQueue queue;

	@AfterEach
	void close() {
		this.queue.close();
	}

	private void open() {
		this.queue = TestQueue.open(this.directory);
		this.queue.maintenance.start();
	}

	private void declareDead() {
		StoreInstance dead = this.queue.presence.current();
		this.queue.declareDead(dead.epoch());
		assertThat(this.queue.store.beat(dead)).isFalse();
		this.queue.presence.renew(dead);
	}

	private PulledClaim receive() {
		List<PulledClaim> received = this.queue.pool.receive("default", 1, Duration.ofMinutes(1));
		assertThat(received).hasSize(1);
		return received.get(0);
	}

	private List<String> told() {
		return this.queue.events.stream().map((event) -> event.getClass().getSimpleName()).toList();
	}

	@Test
	void pulledClaimIsLostWhenItsProcessIsTakenForDead() {
		open();
		long id = this.queue.enqueue("task", 1);
		PulledClaim stale = receive();
		assertThat(stale.id()).isEqualTo(new MessageId(id));
		declareDead();
		await().until(stale::isCancelled);
		BlockingCompletion<SettleResult> told = new BlockingCompletion<>();
		assertThatExceptionOfType(LeaseLostException.class).isThrownBy(() -> stale.complete(null, null, told));
		assertThatExceptionOfType(LeaseLostException.class).isThrownBy(() -> stale.extend(Duration.ofSeconds(1)));
		assertThat(this.queue.recorded.finished).containsExactly(RunOutcome.LOST);
		PulledClaim fresh = receive();
		assertThat(fresh.id()).isEqualTo(new MessageId(id));
		assertThat(fresh.attempt()).isEqualTo(2);
		fresh.complete(null, null, told);
		this.queue.awaitState(id, MessageState.COMPLETED);
		await().untilAsserted(
				() -> assertThat(told()).containsExactlyInAnyOrder("Started", "Lost", "Started", "Completed"));
		await().until(() -> !this.queue.pool.mayKeepInstance());
	}

	@Test
	void runOfAHandlerIsToldAsLostWhenItEnds() throws Exception {
		open();
		this.queue.pool.start();
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.queue.tasks.register("task", Integer.class, (payload, context) -> {
			if (context.attempt() == 1) {
				running.countDown();
				goOn.await();
			}
			return null;
		});
		long id = this.queue.enqueue("task", 1);
		running.await();
		declareDead();
		this.queue.awaitState(id, MessageState.COMPLETED);
		goOn.countDown();
		await().untilAsserted(() -> assertThat(told()).contains("Lost"));
		assertThat(this.queue.events).filteredOn(MessageEvent.Completed.class::isInstance).hasSize(1);
		assertThat(this.queue.events).filteredOn(MessageEvent.Lost.class::isInstance)
			.singleElement()
			.satisfies((lost) -> assertThat(((MessageEvent.Lost) lost).attempt()).isOne());
	}

}
