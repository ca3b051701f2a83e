package io.github.queuesqlite.worker;

import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.store.TokenState;
import io.github.queuesqlite.store.TokenWish;
import io.github.queuesqlite.task.RateLimit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for when a process asks for tokens, and what it tells of those it has. */
class SharedRateTests {

	private static final RateLimit DECLARED = RateLimit.of("100/1s");

	private static final String NAME = "rate:task:a";

	private int openings;

	private final Rate rate = new Rate(NAME, DECLARED, this::opened);

	private void opened() {
		this.openings++;
	}

	private TokenWish wish(long millis) {
		return this.rate.wish(1, false, nanos(millis));
	}

	private void answered(int held, int granted, long untilNext, long millis) {
		this.rate.settled(new TokenState(held, granted, untilNext), nanos(millis));
	}

	private long look(long millis) {
		return TimeUnit.NANOSECONDS.toMillis(this.rate.untilLook(nanos(millis)));
	}

	private static long nanos(long millis) {
		return TimeUnit.MILLISECONDS.toNanos(millis);
	}

	/** Has been given so many. */
	private void granted(int tokens, long millis) {
		this.rate.want(1);
		assertThat(wish(millis)).isNotNull();
		answered(tokens, tokens, 0, millis);
	}

	@Test
	void nothingIsAskedUntilSomebodyWantsAToken() {
		assertThat(wish(0)).isNull();
		assertThat(this.rate.untilLook(0)).isEqualTo(Long.MAX_VALUE);
		assertThat(this.rate.isWorthAsking(1)).isTrue();
		assertThat(this.rate.want(1)).isTrue();
		assertThat(this.rate.want(1)).isFalse();
		assertThat(this.rate.isWorthAsking(1)).isFalse();
		assertThat(wish(0)).isEqualTo(new TokenWish(NAME, DECLARED, 0, 0, true));
		answered(5, 5, 0, 0);
		assertThat(this.rate.take(1, 3)).isEqualTo(3);
		assertThat(this.rate.take(1, 3)).isEqualTo(2);
		assertThat(this.rate.isWorthAsking(1)).isTrue();
		assertThat(wish(1)).isNull();
	}

	@Test
	void whatIsUsedIsToldOnceInAWhile() {
		granted(2, 0);
		this.rate.take(1, 2);
		assertThat(this.rate.useUp()).isTrue();
		assertThat(this.rate.useUp()).isFalse();
		assertThat(wish(24)).isNull();
		assertThat(look(24)).isEqualTo(1);
		assertThat(wish(25)).isEqualTo(new TokenWish(NAME, null, 0, 0, false));
		answered(0, 0, 10, 26);
		assertThat(this.rate.untilLook(nanos(26))).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void whatIsWantedIsAskedForWhenItIsThereAndNotBefore() {
		this.rate.want(1);
		wish(0);
		answered(0, 0, 600, 1);
		assertThat(look(1)).isEqualTo(600);
		assertThat(wish(600)).isNull();
		assertThat(wish(601)).isEqualTo(new TokenWish(NAME, null, 0, 0, true));
	}

	@Test
	void whatIsWantedIsSaidAlsoWhenItIsKnownThatThereIsNone() {
		granted(1, 0);
		this.rate.take(1, 1);
		this.rate.useUp();
		assertThat(wish(25)).isEqualTo(new TokenWish(NAME, null, 0, 0, false));
		answered(0, 0, 5000, 26);
		this.rate.want(1);
		assertThat(look(26)).isEqualTo(24);
		assertThat(wish(50)).isEqualTo(new TokenWish(NAME, null, 0, 0, true));
		answered(0, 0, 4975, 51);
		assertThat(look(51)).isEqualTo(4975);
		assertThat(wish(5025)).isNull();
		assertThat(wish(5026)).isEqualTo(new TokenWish(NAME, null, 0, 0, true));
	}

	@Test
	void whatDependsOnOthersIsAskedForWhenTheyHaveChangedSomething() {
		this.rate.want(1);
		wish(0);
		answered(0, 0, TokenState.UNKNOWN, 1);
		assertThat(this.rate.untilLook(nanos(1))).isEqualTo(Long.MAX_VALUE);
		assertThat(wish(100_000)).isNull();
		assertThat(this.rate.wish(1, true, nanos(100_000))).isEqualTo(new TokenWish(NAME, null, 0, 0, true));
	}

	@Test
	void whatNobodyNeedsGoesBack() {
		granted(5, 0);
		this.rate.take(1, 2);
		this.rate.useUp();
		assertThat(look(0)).isEqualTo(25);
		assertThat(wish(49)).isEqualTo(new TokenWish(NAME, null, 4, 0, false));
		answered(4, 0, 0, 49);
		assertThat(look(49)).isEqualTo(1);
		assertThat(wish(50)).isEqualTo(new TokenWish(NAME, null, 1, 3, false));
		assertThat(this.rate.free(1)).isZero();
		answered(1, 0, 0, 50);
		// The message that was claimed with it did not begin.
		this.rate.giveBack(1);
		assertThat(this.rate.free(1)).isOne();
		assertThat(wish(100)).isEqualTo(new TokenWish(NAME, null, 0, 1, false));
	}

	@Test
	void whatNobodyNeedsIsKeptLongerWhenTheStoreIsSlow() {
		this.rate.want(1);
		wish(0);
		answered(5, 5, 0, 100);
		assertThat(look(100)).isEqualTo(400);
		assertThat(wish(499)).isNull();
		assertThat(wish(500)).isEqualTo(new TokenWish(NAME, null, 0, 5, false));
	}

	@Test
	void whatIsUsedWhileTheStoreIsAskedIsUsed() {
		granted(3, 0);
		this.rate.take(1, 3);
		this.rate.useUp();
		this.rate.want(1);
		assertThat(wish(30)).isEqualTo(new TokenWish(NAME, null, 2, 0, true));
		this.rate.useUp();
		answered(4, 2, 0, 31);
		// One that is claimed for, two that are new.
		assertThat(this.rate.free(1)).isEqualTo(2);
		assertThat(wish(60)).isEqualTo(new TokenWish(NAME, null, 3, 0, false));
	}

	@Test
	void tokensOfAnEarlierEpochAreNotUsed() {
		granted(5, 0);
		this.rate.take(1, 2);
		assertThat(this.rate.take(2, 1)).isZero();
		assertThat(this.rate.isWorthAsking(2)).isTrue();
		this.rate.want(2);
		assertThat(this.rate.wish(2, false, nanos(1))).isEqualTo(new TokenWish(NAME, DECLARED, 0, 0, true));
		this.rate.settled(new TokenState(5, 5, 0), nanos(1));
		// Two messages of before have not begun, and may.
		assertThat(this.rate.take(2, 10)).isEqualTo(3);
	}

	@Test
	void tokensThatTheStoreDoesNotKnowAreNotThere() {
		granted(5, 0);
		this.rate.want(1);
		wish(30);
		// It takes this process for dead.
		answered(0, 0, 50, 30);
		assertThat(this.rate.free(1)).isZero();
		assertThat(look(30)).isEqualTo(50);
	}

	@Test
	void whatIsAskedIsAskedAgainUntilItIsAnsweredAndGivenBackOnce() {
		granted(5, 0);
		assertThat(wish(50)).isEqualTo(new TokenWish(NAME, null, 0, 5, false));
		assertThat(this.rate.untilLook(nanos(50))).isLessThan(Long.MAX_VALUE);
		assertThat(wish(100)).isEqualTo(new TokenWish(NAME, null, 0, 0, false));
	}

	@Test
	void nothingIsTakenAfterAStop() {
		granted(5, 0);
		this.rate.take(1, 2);
		this.rate.want(1);
		this.rate.stop(true);
		assertThat(this.rate.take(1, 1)).isZero();
		assertThat(this.rate.isWorthAsking(1)).isFalse();
		assertThat(wish(1)).isEqualTo(new TokenWish(NAME, null, 2, 3, false));
	}

	@Test
	void whatIsFreeAgainIsTold() {
		granted(2, 0);
		assertThat(this.openings).isOne();
		this.rate.take(1, 2);
		this.rate.giveBack(1);
		this.rate.giveBack(1);
		assertThat(this.openings).isEqualTo(2);
		this.rate.stop(true);
		this.rate.stop(false);
		assertThat(this.openings).isEqualTo(3);
	}

}
