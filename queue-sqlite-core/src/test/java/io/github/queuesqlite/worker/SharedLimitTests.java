package io.github.queuesqlite.worker;

import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.store.PermitState;
import io.github.queuesqlite.store.PermitWish;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for what a process keeps of a limit while others want some. */
class SharedLimitTests {

	private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	private int openings;

	private final Limit limit = new Limit("task:a", 10, this::opened);

	private void opened() {
		this.openings++;
	}

	/** The store has answered, at a time. */
	private void answered(int held, boolean othersWait, int claimants, long millis) {
		this.limit.settled(new PermitState(10, held, 10 - held, false, othersWait, claimants), millis * MILLI);
	}

	private PermitWish wish(long millis) {
		return this.limit.wish(1, false, millis * MILLI);
	}

	@Test
	void nothingIsAskedUntilSomebodyWantsAPermit() {
		assertThat(wish(0)).isNull();
		assertThat(this.limit.free(1)).isZero();
		assertThat(this.limit.isWorthAsking(1)).isTrue();
		assertThat(this.limit.want(1)).isTrue();
		assertThat(this.limit.want(1)).isFalse();
		assertThat(wish(0)).isEqualTo(new PermitWish("task:a", 10, 0, true));
		answered(10, false, 1, 0);
		assertThat(wish(0)).isNull();
		assertThat(this.limit.take(1, 100)).isEqualTo(10);
		assertThat(this.limit.take(1, 1)).isZero();
		assertThat(this.limit.isWorthAsking(1)).isFalse();
		assertThat(this.limit.giveBack(10)).isFalse();
		assertThat(wish(100_000)).isNull();
	}

	@Test
	void permitsOfAnEarlierEpochAreNotUsed() {
		this.limit.want(1);
		wish(0);
		answered(10, false, 1, 0);
		assertThat(this.limit.take(2, 1)).isZero();
		assertThat(this.limit.take(1, 1)).isOne();
		assertThat(this.limit.isWorthAsking(2)).isTrue();
		this.limit.want(2);
		assertThat(this.limit.wish(2, false, 0)).isEqualTo(new PermitWish("task:a", 10, 0, true));
		answered(10, false, 1, 0);
		// The handler of before still runs.
		assertThat(this.limit.free(2)).isEqualTo(9);
	}

	@Test
	void whatIsAboveTheShareIsGivenBackWhenItsUseEnds() {
		this.limit.want(1);
		wish(0);
		answered(10, false, 1, 0);
		this.limit.take(1, 8);
		answered(10, true, 2, 1000);
		assertThat(wish(1000)).isEqualTo(new PermitWish("task:a", null, 8, false));
		answered(8, true, 2, 1000);
		assertThat(this.limit.take(1, 1)).isZero();
		assertThat(this.limit.untilLook(1000 * MILLI)).isEqualTo(Long.MAX_VALUE);
		assertThat(this.limit.giveBack(1)).isTrue();
		assertThat(wish(1001)).isEqualTo(new PermitWish("task:a", null, 7, false));
		answered(7, true, 2, 1001);
		this.limit.giveBack(4);
		assertThat(wish(1002)).isEqualTo(new PermitWish("task:a", null, 5, false));
		answered(5, true, 2, 1002);
		assertThat(this.limit.free(1)).isEqualTo(2);
	}

	@Test
	void whatIsNotUsedForATurnIsGivenBackWhileOthersWait() {
		this.limit.want(1);
		wish(0);
		answered(5, true, 2, 0);
		this.limit.take(1, 3);
		assertThat(wish(49)).isNull();
		assertThat(this.limit.untilLook(20 * MILLI)).isEqualTo(30 * MILLI);
		assertThat(wish(50)).isNull();
		assertThat(wish(99)).isNull();
		assertThat(wish(100)).isEqualTo(new PermitWish("task:a", null, 3, false));
		answered(3, true, 2, 100);
		assertThat(wish(200)).isNull();
	}

	@Test
	void theOnlyPermitIsKeptForATurnAndGivenBackThen() {
		Limit lock = new Limit("lock:a", 1, this::opened);
		lock.want(1);
		lock.wish(1, false, 0);
		lock.settled(new PermitState(1, 1, 0, false, true, 2), 0);
		assertThat(lock.take(1, 5)).isOne();
		assertThat(lock.wish(1, false, 49 * MILLI)).isNull();
		lock.giveBack(1);
		assertThat(lock.take(1, 5)).isOne();
		assertThat(lock.untilLook(30 * MILLI)).isEqualTo(20 * MILLI);
		assertThat(lock.wish(1, false, 50 * MILLI)).isNull();
		assertThat(lock.giveBack(1)).isTrue();
		assertThat(lock.take(1, 5)).isZero();
		assertThat(lock.isWorthAsking(1)).isTrue();
		assertThat(lock.wish(1, false, 51 * MILLI)).isEqualTo(new PermitWish("lock:a", null, 0, false));
	}

	@Test
	void whatIsAboveALoweredLimitIsNotUsedAgain() {
		this.limit.want(1);
		wish(0);
		answered(10, false, 1, 0);
		this.limit.take(1, 3);
		this.limit.settled(new PermitState(2, 10, -8, false, false, 1), 0);
		assertThat(wish(0)).isEqualTo(new PermitWish("task:a", null, 3, false));
		assertThat(this.limit.take(1, 1)).isZero();
	}

	@Test
	void whatADeadInstanceDidNotGetIsAskedForUnderANewEpoch() {
		this.limit.want(1);
		wish(0);
		answered(0, false, 1, 0);
		assertThat(this.limit.untilLook(0)).isLessThan(Long.MAX_VALUE);
		assertThat(this.limit.isWorthAsking(2)).isTrue();
		assertThat(this.limit.wish(2, false, 0)).isEqualTo(new PermitWish("task:a", 10, 0, true));
	}

	@Test
	void whatIsAskedIsAskedAgainUntilItIsAnswered() {
		this.limit.want(1);
		assertThat(wish(0)).isNotNull();
		assertThat(this.limit.untilLook(0)).isLessThan(Long.MAX_VALUE);
		assertThat(wish(1000)).isEqualTo(new PermitWish("task:a", 10, 0, true));
	}

	@Test
	void nothingIsKeptAfterAStopButWhatIsInUse() {
		this.limit.want(1);
		wish(0);
		answered(10, false, 1, 0);
		this.limit.take(1, 2);
		this.limit.stop(true);
		assertThat(wish(1)).isEqualTo(new PermitWish("task:a", null, 2, false));
		answered(2, false, 1, 1);
		assertThat(this.limit.take(1, 1)).isZero();
		assertThat(this.limit.giveBack(1)).isTrue();
		assertThat(wish(2)).isEqualTo(new PermitWish("task:a", null, 1, false));
	}

	@Test
	void whatIsFreeAgainIsTold() {
		this.limit.want(1);
		wish(0);
		answered(2, false, 1, 0);
		assertThat(this.openings).isEqualTo(1);
		this.limit.take(1, 1);
		this.limit.giveBack(1);
		assertThat(this.openings).as("one was free all the time").isEqualTo(1);
		this.limit.take(1, 2);
		this.limit.giveBack(1);
		this.limit.giveBack(1);
		assertThat(this.openings).isEqualTo(2);
	}

	@Test
	void whatWasToBeGivenBackIsFreeAgainWhenNobodyWaitsAnyMore() {
		this.limit.want(1);
		wish(0);
		answered(10, false, 1, 0);
		this.limit.take(1, 8);
		answered(10, true, 2, 1000);
		assertThat(wish(1000)).isNotNull();
		answered(8, true, 2, 1000);
		this.limit.giveBack(1);
		assertThat(this.limit.free(1)).isZero();
		answered(8, false, 1, 1001);
		this.openings = 0;
		assertThat(wish(1002)).isNull();
		assertThat(this.limit.free(1)).isOne();
		assertThat(this.openings).isOne();
	}

}
