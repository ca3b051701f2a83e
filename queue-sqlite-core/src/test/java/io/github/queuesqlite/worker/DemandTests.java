package io.github.queuesqlite.worker;

import java.util.List;

import io.github.queuesqlite.message.Priority;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/** Shards that wait for one with better messages. */
class DemandTests {

	private static final long MILLI = 1_000_000;

	private static final int WAITING = 0;

	private static final int BETTER = 1;

	private final Demand demand = new Demand();

	/**
	 * However the times at which it asks fall between those at which all are reminded.
	 */
	@ParameterizedTest
	@ValueSource(longs = { 1, 10, 20, 30, 49, 50, 60, 1000 })
	void promiseWhenTheBetterShardDoesNotAskIsMadeInTheEnd(long everyMillis) {
		this.demand.asks(BETTER, Priority.HIGH.value());
		this.demand.putOff(BETTER);
		long reminder = 1;
		for (long now = 1; now < 1000; now++) {
			boolean asks = now % everyMillis == 0;
			if (now == reminder) {
				asks |= this.demand.isYielding(now * MILLI);
				reminder += Demand.YIELD_NANOS / MILLI;
			}
			if (asks || now == 1) {
				this.demand.asks(WAITING, Priority.NORMAL.value());
				if (this.demand.promise(WAITING, 1, true, now * MILLI) == 1) {
					assertThat(now).isGreaterThan(Demand.YIELD_NANOS / MILLI);
					return;
				}
			}
		}
		fail("No promise within a second");
	}

	/**
	 * That one may have nothing, and does not ask then: who is put off must not wait for
	 * it.
	 */
	@Test
	void promiseWhenAShardThatHadNothingLetsAnotherGoFirstIsMadeWhenItAsksAgain() {
		this.demand.asks(BETTER, Priority.NORMAL.value());
		this.demand.putOff(BETTER);
		this.demand.asks(WAITING, Priority.NORMAL.value());
		assertThat(this.demand.promise(WAITING, 1, false, MILLI)).isOne();
		this.demand.answered(WAITING, List.of(), 0);
		this.demand.asks(WAITING, Priority.NORMAL.value());
		assertThat(this.demand.promise(WAITING, 1, false, 2 * MILLI)).as("told to ask again").isEqualTo(Demand.LATER);
		this.demand.asks(WAITING, Priority.NORMAL.value());
		assertThat(this.demand.promise(WAITING, 1, false, 3 * MILLI)).isOne();
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 7 })
	void isYieldingWhenNobodyAsksAnyMoreEnds(long after) {
		this.demand.asks(BETTER, Priority.HIGH.value());
		this.demand.putOff(BETTER);
		this.demand.asks(WAITING, Priority.NORMAL.value());
		assertThat(this.demand.promise(WAITING, 1, true, MILLI)).isEqualTo(Demand.LATER);
		this.demand.answered(WAITING, List.of(), 0);
		long now = MILLI;
		int reminders = 0;
		do {
			now += Demand.YIELD_NANOS + after;
			reminders++;
		}
		while (this.demand.isYielding(now) && reminders < 10);
		assertThat(reminders).isLessThan(10);
	}

}
