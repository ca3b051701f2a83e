package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tokens of rates. */
abstract class TokenContract extends StoreSubject {

	private static final String RATE = "rate:task:limited";

	private static final RateLimit SLOW = RateLimit.of("1/1s");

	/** 20 tokens at most, 10 at once. */
	private static final RateLimit FAST = RateLimit.of("200/1s");

	TokenContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private TokenState settle(StoreInstance owner, @Nullable RateLimit declared, int keep, int back, boolean more) {
		return this.store.tokens(owner, List.of(new TokenWish(RATE, declared, keep, back, more))).get(RATE);
	}

	/** Everything that was given is used, and more is wanted. */
	private TokenState more(RateLimit declared) {
		return settle(this.instance, declared, 0, 0, true);
	}

	private QueueStats.LimitStats stats() {
		return this.store.limits().stream().filter((limit) -> limit.name().equals(RATE)).findFirst().orElseThrow();
	}

	@Test
	void tokensWhenTheyAreUsedComeOneByOne() {
		assertThat(more(SLOW)).isEqualTo(new TokenState(1, 1, TokenState.UNKNOWN));
		assertThat(more(SLOW)).isEqualTo(new TokenState(0, 0, 1000));
		pass(999);
		assertThat(more(SLOW)).isEqualTo(new TokenState(0, 0, 1));
		pass(1);
		assertThat(more(SLOW)).isEqualTo(new TokenState(1, 1, TokenState.UNKNOWN));
	}

	@Test
	void tokensWhenNobodyTakesThemAreKeptUpToTheBurst() {
		more(FAST);
		settle(this.instance, null, 0, 0, false);
		pass(60_000);
		assertThat(more(FAST)).isEqualTo(new TokenState(10, 10, 0));
		assertThat(more(FAST)).isEqualTo(new TokenState(10, 10, 5));
		assertThat(more(FAST)).isEqualTo(new TokenState(0, 0, 5));
		pass(5);
		assertThat(more(FAST)).isEqualTo(new TokenState(1, 1, 5));
	}

	@Test
	void tokensWhenTheyAreNotUsedLeaveNoRoomForOthers() {
		StoreInstance other = this.store.register("other");
		more(SLOW);
		pass(60_000);
		assertThat(settle(other, SLOW, 0, 0, true)).isEqualTo(new TokenState(0, 0, TokenState.UNKNOWN));
		assertThat(stats().waiting()).isOne();
		assertThat(settle(this.instance, null, 1, 0, false)).isEqualTo(new TokenState(1, 0, TokenState.UNKNOWN));
		settle(this.instance, null, 0, 0, false);
		assertThat(settle(other, null, 0, 0, true)).isEqualTo(new TokenState(0, 0, 1000));
	}

	@Test
	void tokensWhenTheyAreGivenBackAreThereAtOnce() {
		StoreInstance other = this.store.register("other");
		more(SLOW);
		assertThat(settle(this.instance, null, 0, 1, false)).isEqualTo(new TokenState(0, 0, 0));
		assertThat(settle(other, SLOW, 0, 0, true).granted()).isOne();
		// Only once, and only what one has.
		assertThat(settle(this.instance, null, 0, 1, false).untilNext()).isEqualTo(TokenState.UNKNOWN);
		assertThat(settle(this.instance, null, 0, 0, true).granted()).isZero();
		settle(other, null, 0, 0, false);
		assertThat(settle(this.instance, null, 0, 1, false).untilNext()).isEqualTo(1000);
	}

	@Test
	void tokensWhenTheirOwnerIsDeadAreLost() {
		StoreInstance other = this.store.register("other");
		settle(other, SLOW, 0, 0, true);
		assertThat(more(SLOW).granted()).isZero();
		this.store.rescue(peer(other), (task) -> 3);
		assertThat(more(SLOW)).isEqualTo(new TokenState(0, 0, 1000));
		pass(1000);
		assertThat(settle(other, SLOW, 0, 1, true).granted()).isZero();
		assertThat(more(SLOW).granted()).isOne();
	}

	@Test
	void tokensWhenTheStoreIsOpenedAgainAreAsManyAsBefore() {
		more(SLOW);
		pass(400);
		reopen();
		assertThat(more(SLOW)).isEqualTo(new TokenState(0, 0, 1000));
		pass(600);
		reopen();
		assertThat(more(SLOW)).isEqualTo(new TokenState(0, 0, 400));
		pass(400);
		assertThat(more(SLOW).granted()).isOne();
	}

	@Test
	void tokensWhenTheClockJumpsAreNeverMoreThanTheBurst() {
		more(FAST);
		more(FAST);
		pass(-3_600_000);
		assertThat(more(FAST).granted()).isZero();
		pass(5);
		assertThat(more(FAST).granted()).isOne();
		settle(this.instance, null, 0, 0, false);
		pass(365L * 24 * 3_600_000);
		assertThat(more(FAST).granted() + more(FAST).granted() + more(FAST).granted()).isEqualTo(20);
	}

	@Test
	void rateWhenItIsDeclaredAnewHoldsAndGivesNothingByThat() {
		more(SLOW);
		assertThat(more(RateLimit.of("4/1s")).untilNext()).isEqualTo(250);
		pass(250);
		assertThat(more(null).granted()).isOne();
		settle(this.instance, null, 0, 0, false);
		pass(10_000);
		// One is there, for the time that was.
		assertThat(more(RateLimit.of("1/1m"))).isEqualTo(new TokenState(0, 0, 60_000));
	}

	@Test
	void rateWhenItIsChangedHoldsUntilThatIsUndone() {
		assertThat(this.store.changeLimit(RATE, 10)).isFalse();
		more(SLOW);
		assertThat(more(null).untilNext()).isEqualTo(1000);
		assertThat(this.store.changeLimit(RATE, 10)).isTrue();
		assertThat(stats().most()).isEqualTo(10);
		assertThat(stats().declared()).isOne();
		assertThat(stats().period()).hasSeconds(1);
		assertThat(more(null).untilNext()).isEqualTo(100);
		reopen();
		assertThat(more(SLOW).untilNext()).isEqualTo(100);
		assertThat(this.store.changeLimit(RATE, null)).isTrue();
		assertThat(more(null).untilNext()).isEqualTo(1000);
		this.store.changeLimit(RATE, 10);
		// What was chosen was chosen for seconds.
		assertThat(more(RateLimit.of("1/1m")).untilNext()).isEqualTo(60_000);
	}

	@Test
	void listenerIsToldWhenTokensComeThatOthersWaitFor() {
		StoreInstance other = this.store.register("other");
		AtomicInteger told = new AtomicInteger();
		this.store.addListener(new StoreListener() {

			@Override
			public void permitsChanged() {
				told.incrementAndGet();
			}

		});
		more(SLOW);
		settle(this.instance, null, 0, 1, false);
		more(SLOW);
		settle(other, SLOW, 0, 0, true);
		this.store.probe();
		assertThat(told).hasValue(0);
		settle(this.instance, null, 0, 0, false);
		await().untilAsserted(() -> assertThat(told).hasValue(1));
	}

	@Test
	void tokensOfSeveralInstancesAreNeverMoreThanTheRateAndTheBurst() {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		Map<StoreInstance, Integer> held = new HashMap<>();
		for (int i = 0; i < 3; i++) {
			held.put(this.store.register("owner-" + i), 0);
		}
		List<Long> used = new ArrayList<>();
		for (int round = 0; round < 600; round++) {
			pass(random.nextInt(30));
			StoreInstance owner = new ArrayList<>(held.keySet()).get(random.nextInt(held.size()));
			int uses = random.nextInt(held.get(owner) + 1);
			for (int i = 0; i < uses; i++) {
				used.add(now());
			}
			int left = held.get(owner) - uses;
			if (random.nextInt(50) == 0) {
				this.store.rescue(peer(owner), (task) -> 3);
				held.remove(owner);
				held.put(this.store.register("owner"), 0);
			}
			else {
				int back = random.nextInt(left + 1);
				held.put(owner, settle(owner, FAST, left - back, back, random.nextInt(4) > 0).held());
			}
		}
		assertThat(used).as("seed " + seed).hasSizeGreaterThan(300);
		assertThat(mostBeyondTheRate(used)).as("seed " + seed).isLessThanOrEqualTo(20);
	}

	/** Of all spans of time, how many more were used than the rate gives for it. */
	private static double mostBeyondTheRate(List<Long> used) {
		double least = Double.MAX_VALUE;
		double most = 0;
		for (int i = 0; i < used.size(); i++) {
			double beyond = i - used.get(i) / 5.0;
			least = Math.min(least, beyond);
			most = Math.max(most, beyond - least + 1);
		}
		return most;
	}

}
