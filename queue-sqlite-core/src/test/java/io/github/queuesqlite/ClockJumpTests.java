package io.github.queuesqlite;

import java.time.Duration;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.task.PermanentTaskException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The wall clock is set while a queue works. */
class ClockJumpTests extends QueueTester {

	private static final Duration YEARS = Duration.ofDays(10_000);

	@Test
	void endedWhenClockIsSetAheadByYearsIsKept() {
		openWithClock();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			throw new PermanentTaskException("dead");
		});
		this.queue.start();
		MessageId dead = this.operations.enqueue(message().idempotencyKey("once"));
		await().atMost(LONG).until(() -> state(dead) == MessageState.DEAD);
		try (LogLines log = LogLines.of("io.github.queuesqlite.maintenance.ClockTrust")) {
			this.clock.move(YEARS);
			awaitLine(log, "WARN The wall clock was set ahead by PT240000H");
			assertThat(this.operations.enqueue(message().idempotencyKey("once"))).isEqualTo(dead);
			this.clock.move(YEARS.negated());
			awaitLine(log, "WARN The wall clock was set back by PT240000H");
		}
		assertThat(state(dead)).isEqualTo(MessageState.DEAD);
	}

	private static void awaitLine(LogLines log, String beginning) {
		await().atMost(LONG)
			.untilAsserted(() -> assertThat(log.lines()).anyMatch((line) -> line.startsWith(beginning)));
	}

	@Test
	void dueWhenClockIsSetAheadByYearsRuns() {
		openWithClock();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> null);
		this.queue.start();
		MessageId delayed = this.operations.enqueue(message().delay(YEARS));
		MessageId expiring = this.operations.enqueue(message().delay(YEARS).timeToLive(YEARS.minusDays(1)));
		this.clock.move(YEARS);
		await().atMost(LONG).until(() -> state(delayed) == MessageState.COMPLETED);
		// In another shard, maybe.
		await().atMost(LONG).until(() -> state(expiring) == MessageState.EXPIRED);
		this.clock.move(YEARS.negated());
		MessageId next = this.operations.enqueue(message());
		assertThat(next.value()).isGreaterThan(delayed.value());
		await().atMost(LONG).until(() -> state(next) == MessageState.COMPLETED);
	}

}
