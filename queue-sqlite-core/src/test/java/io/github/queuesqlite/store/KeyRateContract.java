package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Rates of concurrency keys: so many of each begin in a time. */
abstract class KeyRateContract extends StoreSubject {

	private static final String RATE = "rate:keys:" + TASK;

	private static final RateLimit SLOW = RateLimit.of("1/1s");

	/** Ten at once. */
	private static final RateLimit FAST = RateLimit.of("100/1s");

	KeyRateContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private void rate(@Nullable RateLimit rate) {
		Map<String, @Nullable RateLimit> rates = new HashMap<>();
		rates.put(TASK, rate);
		this.store.declareKeyRates(rates);
	}

	/** What may be claimed once so much time has gone by. */
	private List<Long> claimAfter(long millis) {
		pass(millis);
		promote();
		return ids(claim(100));
	}

	private void begun(StoredMessage message) {
		this.store.begun(List.of(message.runKey()));
	}

	@Test
	void claimWhenTheRateIsReachedWaitsForTheNextToken() {
		rate(SLOW);
		List<Long> ids = crowd("a", 3);
		List<Long> others = crowd("b", 1);
		List<StoredMessage> running = claim(10);
		assertThat(ids(running)).containsExactlyInAnyOrder(ids.get(0), others.get(0));
		running.forEach((message) -> settle(complete(message)));
		assertNextDueAt(now() + 1000);
		assertThat(claimAfter(999)).isEmpty();
		assertThat(claimAfter(1)).containsExactly(ids.get(1));
		assertThat(count(MessageState.READY)).isOne();
	}

	@Test
	void tokenOfARunThatHasNotBegunLeavesNoRoomForAnother() {
		rate(SLOW);
		List<Long> ids = crowd("a", 2);
		StoredMessage running = claimOne();
		assertThat(claimAfter(60_000)).isEmpty();
		begun(running);
		assertThat(claimAfter(999)).isEmpty();
		assertThat(claimAfter(1)).containsExactly(ids.get(1));
	}

	@Test
	void tokenOfOneThatWaitsToBeClaimedLeavesNoRoomForAnother() {
		rate(SLOW);
		List<Long> ids = crowd("a", 3);
		assertThat(claimAfter(60_000)).containsExactly(ids.get(0));
	}

	@Test
	void endUsesATokenUp() {
		rate(SLOW);
		List<Long> ids = crowd("a", 2);
		StoredMessage running = claimOne();
		pass(5000);
		settle(complete(running));
		assertThat(claimAfter(999)).isEmpty();
		assertThat(claimAfter(1)).containsExactly(ids.get(1));
	}

	@Test
	void endOfWhatHasBegunUsesNoFurtherToken() {
		rate(SLOW);
		List<Long> ids = crowd("a", 2);
		StoredMessage running = claimOne();
		begun(running);
		pass(900);
		settle(complete(running));
		assertThat(claimAfter(100)).containsExactly(ids.get(1));
	}

	@Test
	void begunWhenRunIsLostChangesNothing() {
		rate(SLOW);
		crowd("a", 2);
		StoredMessage running = claimOne();
		settle(new Settlement.Release(running.runKey()));
		claimOne();
		begun(running);
		assertThat(claimAfter(60_000)).isEmpty();
	}

	@Test
	void messageThatComesWhenTheTokenIsUsedWaits() {
		rate(SLOW);
		crowd("a", 1);
		settle(complete(claimOne()));
		List<Long> ids = crowd("a", 1);
		assertThat(claimAfter(999)).isEmpty();
		assertThat(claimAfter(1)).isEqualTo(ids);
	}

	@Test
	void messagesOfAKeyBeginInBurstsOfTenAtMost() {
		rate(FAST);
		List<Long> ids = crowd("a", 30);
		pass(60_000);
		List<StoredMessage> running = claim(100);
		assertThat(ids(running)).isEqualTo(ids.subList(0, 10));
		running.forEach((message) -> settle(complete(message)));
		assertThat(claimAfter(9)).isEmpty();
		assertThat(claimAfter(1)).containsExactly(ids.get(10));
	}

	@Test
	void messagesWithoutKeyAndOtherTasksHaveNoSuchRate() {
		rate(SLOW);
		crowd("a", 5);
		for (int i = 0; i < 3; i++) {
			insert(Draft.of("other").concurrencyKey("a"));
		}
		insertAll(Draft.of(TASK).times(4));
		assertThat(this.store.claim(this.instance, QUEUE, Set.of(TASK, "other"), 100)).hasSize(8);
	}

	@Test
	void delayedMessagesWaitForATokenWhenTheyAreDue() {
		rate(SLOW);
		List<Long> ids = crowd("a", 1);
		long later = insert(crowded("a").delay(500));
		settle(complete(claimOne()));
		assertThat(claimAfter(500)).isEmpty();
		assertThat(claimAfter(500)).containsExactly(later);
		assertThat(ids).hasSize(1);
	}

	// --- attempts

	@Test
	void releaseOfOneThatHasNotBegunKeepsItsToken() {
		rate(SLOW);
		List<Long> ids = crowd("a", 2);
		settle(new Settlement.Release(claimOne().runKey()));
		assertThat(ids(claim(10))).containsExactly(ids.get(0));
	}

	@Test
	void releaseOfOneThatHasBegunWaitsForANewToken() {
		rate(SLOW);
		List<Long> ids = crowd("a", 1);
		settle(new Settlement.Release(claimOne().runKey(), true));
		assertThat(claimAfter(999)).isEmpty();
		assertThat(claimAfter(1)).isEqualTo(ids);
	}

	@Test
	void retryAtOnceWaitsForANewToken() {
		rate(SLOW);
		List<Long> ids = crowd("a", 2);
		StoredMessage running = claimOne();
		begun(running);
		pass(300);
		settle(retryAt(running, now()));
		assertThat(claimAfter(699)).isEmpty();
		assertThat(claimAfter(1)).containsExactly(ids.get(1));
		assertThat(find(ids.get(0)).attempt()).isOne();
	}

	@Test
	void rescueOfOneThatHadBegunWaitsForANewToken() {
		rate(SLOW);
		List<Long> ids = crowd("a", 1);
		StoreInstance other = this.store.register("other");
		other.started(this.store.claim(other, QUEUE, Set.of(TASK), 10).get(0).runKey());
		pass(5000);
		this.store.rescue(peer(other), (task) -> 3);
		assertThat(claimAfter(999)).isEmpty();
		assertThat(claimAfter(1)).isEqualTo(ids);
	}

	@Test
	void rescueOfOneThatHadNotBegunKeepsItsToken() {
		rate(SLOW);
		List<Long> ids = crowd("a", 2);
		StoreInstance other = this.store.register("other");
		this.store.claim(other, QUEUE, Set.of(TASK), 10);
		this.store.rescue(peer(other), (task) -> 3);
		assertThat(ids(claim(10))).containsExactly(ids.get(0));
	}

	// --- tokens that go back

	@Test
	void tokenWhenItsMessageIsCancelledServesTheNextOne() {
		rate(SLOW);
		List<Long> ids = crowd("a", 3);
		this.store.cancel(ids.get(0));
		this.store.delete(ids.get(1));
		assertThat(ids(claim(10))).containsExactly(ids.get(2));
	}

	@Test
	void tokenWhenItsMessageExpiresServesTheNextOne() {
		rate(SLOW);
		List<Long> ids = crowd("a", 2);
		settle(new Settlement.Expire(claimOne().runKey()));
		assertThat(ids(claim(10))).containsExactly(ids.get(1));
	}

	@Test
	void tokenWhenItsKeyIsPausedGoesBack() {
		rate(SLOW);
		List<Long> ids = crowd("a", 2);
		this.store.pauseKey("a", Pauses.UNTIL_RESUMED);
		assertThat(claimAfter(5000)).isEmpty();
		this.store.cancel(ids.get(0));
		this.store.resumeKey("a");
		assertThat(ids(claim(10))).containsExactly(ids.get(1));
		assertThat(this.store.limits()).hasSize(1);
	}

	@Test
	void keyThatNobodyUsesIsForgotten() {
		rate(SLOW);
		crowd("a", 1);
		settle(complete(claimOne()));
		pass(10_000);
		promote();
		assertThat(this.store.nextDueAt()).isEqualTo(Long.MAX_VALUE);
	}

	// --- changes

	@Test
	void rateWhenChangedHoldsFromThenOn() {
		assertThat(this.store.changeLimit(RATE, 5)).isFalse();
		rate(SLOW);
		List<Long> ids = crowd("a", 3);
		settle(complete(claimOne()));
		assertThat(this.store.changeLimit(RATE, 4)).isTrue();
		assertThat(this.store.limits()).contains(new QueueStats.LimitStats(RATE, 4, 1, 0, 0, SLOW.period()));
		assertNextDueAt(now() + 250);
		assertThat(claimAfter(250)).containsExactly(ids.get(1));
		assertThat(this.store.changeLimit(RATE, null)).isTrue();
		assertThat(this.store.limits()).contains(new QueueStats.LimitStats(RATE, 1, 1, 0, 0, SLOW.period()));
	}

	@Test
	void rateWhenItsTimeChangesGivesNothing() {
		rate(RateLimit.of("1/1h"));
		List<Long> ids = crowd("a", 3);
		settle(complete(claimOne()));
		this.store.changeLimit(RATE, 7);
		pass(3_000_000);
		rate(SLOW);
		assertThat(this.store.limits()).contains(new QueueStats.LimitStats(RATE, 1, 1, 0, 0, SLOW.period()));
		assertThat(claimAfter(999)).isEmpty();
		assertThat(claimAfter(1)).containsExactly(ids.get(1));
	}

	@Test
	void rateWhenThereIsNoneAnyMoreLetsAllThrough() {
		rate(SLOW);
		List<Long> ids = crowd("a", 4);
		assertThat(claim(10)).hasSize(1);
		rate(null);
		assertThat(ids(claim(10))).isEqualTo(ids.subList(1, 4));
		assertThat(this.store.limits()).isEmpty();
	}

	@Test
	void rateWhenDeclaredLaterHoldsForWhatIsLetThrough() {
		List<Long> ids = crowd("a", 3);
		StoredMessage running = claimOne();
		rate(SLOW);
		assertThat(ids(claim(10))).containsExactly(ids.get(1));
		settle(complete(running));
		assertThat(claimAfter(60_000)).isEmpty();
	}

	@Test
	void rateAndTokensAreKeptOverReopen() {
		rate(RateLimit.of("1/1m"));
		List<Long> ids = crowd("a", 2);
		settle(complete(claimOne()));
		pass(30_000);
		reopen();
		assertThat(claimAfter(29_999)).isEmpty();
		assertThat(claimAfter(1)).containsExactly(ids.get(1));
	}

	@Test
	void rateWithALimitHoldsBoth() {
		rate(SLOW);
		this.store.declareKeyLimits(Map.of(TASK, 1));
		List<Long> ids = crowd("a", 2);
		StoredMessage running = claimOne();
		begun(running);
		assertThat(claimAfter(5000)).isEmpty();
		settle(complete(running));
		assertThat(ids(claim(10))).containsExactly(ids.get(1));
	}

	@Test
	void clockThatIsSetBackGivesNothingAndOneSetAheadNoMoreThanABurst() {
		rate(SLOW);
		List<Long> ids = crowd("a", 4);
		settle(complete(claimOne()));
		pass(-3_600_000);
		promote();
		assertThat(claim(10)).isEmpty();
		pass(7_200_000);
		promote();
		List<StoredMessage> running = claim(10);
		assertThat(ids(running)).containsExactly(ids.get(1));
		settle(complete(running.get(0)));
		assertThat(claimAfter(999)).isEmpty();
		assertThat(claimAfter(1)).containsExactly(ids.get(2));
	}

	// --- a model

	@Test
	void beginningsWhateverHappensAreNeverMoreThanTheRate() {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		RateLimit rate = random.nextBoolean() ? RateLimit.of("3/1s") : RateLimit.of("50/1s");
		rate(rate);
		Model model = new Model(random);
		for (int i = 0; i < 800; i++) {
			model.step();
		}
		model.workOff();
		model.begun.forEach((key, times) -> assertThat(beyond(rate, times)).as("key " + key + ", seed " + seed)
			.isLessThanOrEqualTo(Math.max(1, rate.count() / 10)));
		assertThat(model.begun).hasSizeGreaterThan(1);
	}

	/** How many more at most than what came in meanwhile. */
	private static double beyond(RateLimit rate, List<Long> times) {
		double most = 0;
		for (int from = 0; from < times.size(); from++) {
			for (int to = from; to < times.size(); to++) {
				double given = (double) (times.get(to) - times.get(from)) * rate.count() / rate.period().toMillis();
				most = Math.max(most, to - from + 1 - given);
			}
		}
		return most;
	}

	/** What several owners do with messages of a few keys, and when these begin. */
	private final class Model {

		private final Random random;

		private final Map<String, List<Long>> begun = new TreeMap<>();

		private final Map<Long, String> keys = new HashMap<>();

		private final List<StoredMessage> claimed = new ArrayList<>();

		private final List<StoredMessage> working = new ArrayList<>();

		private Model(Random random) {
			this.random = random;
		}

		private void step() {
			switch (this.random.nextInt(10)) {
				case 0, 1, 2 -> {
					String key = "k" + this.random.nextInt(3);
					this.keys.put(insert(crowded(key).delay(this.random.nextInt(3) * 40L)), key);
				}
				case 3, 4 -> this.claimed.addAll(claim(1 + this.random.nextInt(5)));
				case 5 -> {
					if (!this.claimed.isEmpty()) {
						StoredMessage message = any(this.claimed);
						if (this.random.nextInt(4) == 0) {
							settle(new Settlement.Release(message.runKey()));
						}
						else {
							begin(message);
						}
					}
				}
				case 6 -> {
					if (!this.working.isEmpty()) {
						StoredMessage message = any(this.working);
						if (this.random.nextBoolean()) {
							begun(message);
							this.working.add(message);
						}
						else {
							settle(this.random.nextBoolean() ? complete(message)
									: retryAt(message, now() + this.random.nextInt(2) * 50L));
						}
					}
				}
				case 7 -> {
					List<Long> ids = new ArrayList<>(this.keys.keySet());
					if (!ids.isEmpty() && this.random.nextInt(3) == 0) {
						KeyRateContract.this.store.cancel(ids.get(this.random.nextInt(ids.size())));
					}
				}
				default -> {
					pass(this.random.nextInt(60));
					promote();
				}
			}
		}

		private StoredMessage any(List<StoredMessage> messages) {
			return messages.remove(this.random.nextInt(messages.size()));
		}

		private void begin(StoredMessage message) {
			this.begun.computeIfAbsent(this.keys.get(message.id()), (key) -> new ArrayList<>()).add(now());
			this.working.add(message);
		}

		/** Nothing waits for ever. */
		private void workOff() {
			for (int i = 0; i < 100_000 && count(MessageState.READY) + count(MessageState.SCHEDULED)
					+ count(MessageState.RUNNING) > 0; i++) {
				this.claimed.addAll(claim(100));
				List.copyOf(this.claimed).forEach(this::begin);
				this.claimed.clear();
				this.working.forEach((message) -> settle(complete(message)));
				this.working.clear();
				pass(20);
				promote();
			}
			assertThat(count(MessageState.READY)).isZero();
		}

	}

}
