package io.github.queuesqlite.worker;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ClaimAhead}. */
class ClaimAheadTests {

	private final ClaimAhead ahead = new ClaimAhead(8);

	@Test
	void rowsWhenNothingIsKnownIsZero() {
		assertThat(this.ahead.rows()).isZero();
	}

	@Test
	void rowsWhenHandlersAreFastIsAtMost2000() {
		ran(100, TimeUnit.MICROSECONDS.toNanos(2));
		assertThat(this.ahead.rows()).isEqualTo(2000);
	}

	@Test
	void rowsWhenHandlersTakeAMillisecondIsTwentyMillisecondsOfWork() {
		ran(1000, TimeUnit.MILLISECONDS.toNanos(1));
		assertThat(this.ahead.rows()).isBetween(155, 165);
	}

	@Test
	void rowsWhenHandlersAreSlowIsZero() {
		ran(20, TimeUnit.MILLISECONDS.toNanos(15));
		assertThat(this.ahead.rows()).isZero();
	}

	@Test
	void rowsWhenFastHandlersTurnSlowIsZeroAtOnce() {
		ran(1000, TimeUnit.MICROSECONDS.toNanos(2));
		ran(1, TimeUnit.SECONDS.toNanos(1));
		assertThat(this.ahead.rows()).isZero();
	}

	@Test
	void rowsWhenWhatWasClaimedWasNotStartedIsZeroUntilRunsAreFastAgain() {
		ran(1000, TimeUnit.MICROSECONDS.toNanos(2));
		this.ahead.unused();
		assertThat(this.ahead.rows()).isZero();
		ran(200, TimeUnit.MICROSECONDS.toNanos(2));
		assertThat(this.ahead.rows()).isPositive();
	}

	@Test
	void rowsWhenPayloadsAreLargeIsBoundedByBytes() {
		for (int i = 0; i < 100; i++) {
			this.ahead.sized(1_000_000);
		}
		ran(100, TimeUnit.MICROSECONDS.toNanos(2));
		assertThat(this.ahead.rows()).isBetween(8, 9);
	}

	private void ran(int times, long nanos) {
		for (int i = 0; i < times; i++) {
			this.ahead.ran(nanos);
		}
	}

}
