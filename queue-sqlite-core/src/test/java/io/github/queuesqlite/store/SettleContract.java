package io.github.queuesqlite.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The ends of runs: what each one changes, and the fence before it. */
abstract class SettleContract extends StoreSubject {

	SettleContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	// --- outcomes

	@Test
	void completeStoresResult() {
		StoredMessage message = running(Draft.of(TASK).payload("p"));
		pass(70);
		byte[] result = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
		assertThat(settle(new Settlement.Complete(message.runKey(), "json", result))).isEqualTo(SettleResult.APPLIED);
		StoredMessage ended = find(message.id());
		assertThat(ended.state()).isEqualTo(MessageState.COMPLETED);
		assertThat(ended.finishedAt()).isEqualTo(now());
		assertThat(ended.startedAt()).isEqualTo(message.startedAt());
		assertThat(ended.resultCodec()).isEqualTo("json");
		assertThat(ended.result()).isEqualTo(result);
		assertThat(ended.attempt()).isOne();
		assertThat(ended.payload()).asString().isEqualTo("p");
		assertThat(ended.lastError()).isNull();
		assertThat(this.store.failures(message.id())).isEmpty();
	}

	@Test
	void completeWhenThereIsNoResultStoresNone() {
		StoredMessage message = running(Draft.of(TASK));
		settle(complete(message));
		assertThat(find(message.id()).result()).isNull();
		assertThat(find(message.id()).resultCodec()).isNull();
	}

	@Test
	void completeWhenCompletedIsNotRetainedDeletesAtOnce() {
		reopen(this.settings.retention(
				new Retention(Duration.ZERO, Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), 100)));
		StoredMessage message = running(Draft.of(TASK));
		StoredMessage failed = running(Draft.of(TASK));
		settle(retryAt(failed, now()));
		assertThat(settle(complete(message))).isEqualTo(SettleResult.APPLIED);
		assertThat(settle(complete(claimOne()))).isEqualTo(SettleResult.APPLIED);
		assertThat(this.store.find(message.id())).isEmpty();
		assertThat(this.store.failures(failed.id())).isEmpty();
		assertThat(this.store.counts()).isEmpty();
		assertThat(settle(complete(message))).isEqualTo(SettleResult.LOST);
	}

	@Test
	void retryWhenLaterSchedules() {
		StoredMessage message = running(Draft.of(TASK));
		pass(70);
		FailureRecord failure = failure(message, "no answer");
		assertThat(settle(new Settlement.Retry(message.runKey(), now() + 1000, true, failure)))
			.isEqualTo(SettleResult.APPLIED);
		StoredMessage waiting = find(message.id());
		assertThat(waiting.state()).isEqualTo(MessageState.SCHEDULED);
		assertThat(waiting.runAt()).isEqualTo(now() + 1000);
		assertThat(waiting.attempt()).isOne();
		assertThat(waiting.finishedAt()).isNull();
		assertThat(waiting.run()).isEqualTo(message.run());
		assertThat(FailureCodec.decode(waiting.lastError())).isEqualTo(FailureCodec.toFailure(failure));
		assertThat(this.store.failures(message.id())).containsExactly(failure);
	}

	@Test
	void retryWhenDueIsReady() {
		StoredMessage message = running(Draft.of(TASK));
		assertThat(settle(retryAt(message, now()))).isEqualTo(SettleResult.APPLIED);
		assertThat(state(message.id())).isEqualTo(MessageState.READY);
		StoredMessage again = claimOne();
		assertThat(again.attempt()).isEqualTo(2);
		assertThat(again.run()).isEqualTo(message.run() + 1);
	}

	@Test
	void retryGoesBehindWhatWaits() {
		List<Long> ids = insertAll(Draft.of(TASK).times(4));
		StoredMessage first = claimOne();
		pass(1);
		settle(retryAt(first, now()));
		assertThat(ids(claim(10))).containsExactly(ids.get(1), ids.get(2), ids.get(3), ids.get(0));
	}

	@Test
	void retryWhenScheduledGoesBehindWhatWaitsOnceDue() {
		List<Long> ids = insertAll(Draft.of(TASK).times(3));
		settle(retryAt(claimOne(), now() + 1000));
		pass(1001);
		promote();
		assertThat(ids(claim(10))).containsExactly(ids.get(1), ids.get(2), ids.get(0));
	}

	@Test
	void retryWhenAttemptDoesNotCountGivesItBack() {
		StoredMessage message = running(Draft.of(TASK));
		settle(new Settlement.Retry(message.runKey(), now(), false, null));
		assertThat(find(message.id()).attempt()).isZero();
		assertThat(find(message.id()).lastError()).isNull();
		assertThat(this.store.failures(message.id())).isEmpty();
		StoredMessage again = claimOne();
		assertThat(again.attempt()).isOne();
		assertThat(again.run()).isEqualTo(2);
	}

	@Test
	void deadStoresFailure() {
		StoredMessage message = running(Draft.of(TASK).payload("raw"));
		pass(70);
		FailureRecord failure = failure(message, "cannot be read");
		assertThat(settle(new Settlement.Dead(message.runKey(), failure))).isEqualTo(SettleResult.APPLIED);
		StoredMessage dead = find(message.id());
		assertThat(dead.state()).isEqualTo(MessageState.DEAD);
		assertThat(dead.finishedAt()).isEqualTo(now());
		assertThat(dead.payload()).asString().isEqualTo("raw");
		assertThat(dead.attempt()).isOne();
		assertThat(FailureCodec.decode(dead.lastError())).isEqualTo(FailureCodec.toFailure(failure));
		assertThat(this.store.failures(message.id())).containsExactly(failure);
	}

	@Test
	void releaseGoesBackToItsOldPlaceUncounted() {
		List<Long> ids = insertAll(Draft.of(TASK).times(3));
		StoredMessage first = claimOne();
		pass(10);
		assertThat(settle(new Settlement.Release(first.runKey()))).isEqualTo(SettleResult.APPLIED);
		StoredMessage back = find(first.id());
		assertThat(back.state()).isEqualTo(MessageState.READY);
		assertThat(back.attempt()).isZero();
		assertThat(back.run()).isEqualTo(first.run());
		assertThat(ids(claim(10))).containsExactlyElementsOf(ids);
	}

	@Test
	void cancelEndsCancelled() {
		StoredMessage message = running(Draft.of(TASK));
		assertThat(this.store.cancel(message.id())).isEqualTo(CancelResult.REQUESTED);
		assertThat(settle(new Settlement.Cancel(message.runKey()))).isIn(SettleResult.APPLIED, SettleResult.CANCELLED);
		assertThat(state(message.id())).isEqualTo(MessageState.CANCELLED);
		assertThat(find(message.id()).finishedAt()).isEqualTo(now());
	}

	@Test
	void expireEndsExpiredUncounted() {
		StoredMessage message = running(Draft.of(TASK).timeToLive(10L));
		pass(20);
		assertThat(settle(new Settlement.Expire(message.runKey()))).isEqualTo(SettleResult.APPLIED);
		StoredMessage expired = find(message.id());
		assertThat(expired.state()).isEqualTo(MessageState.EXPIRED);
		assertThat(expired.attempt()).isZero();
		assertThat(expired.finishedAt()).isEqualTo(now());
	}

	@Test
	void failuresReturnsEachAttemptOldestFirst() {
		long id = insert(Draft.of(TASK));
		List<FailureRecord> expected = new ArrayList<>();
		for (int attempt = 1; attempt <= 3; attempt++) {
			StoredMessage message = claimOne();
			assertThat(message.attempt()).isEqualTo(attempt);
			pass(10);
			FailureRecord failure = new FailureRecord(attempt, "java.io.IOException", "try " + attempt + " '\"🐝",
					"at A\nat B", "host:1", now() - 5, now());
			expected.add(failure);
			settle(new Settlement.Retry(message.runKey(), now(), true, failure));
		}
		StoredMessage last = claimOne();
		settle(complete(last));
		assertThat(this.store.failures(id)).containsExactlyElementsOf(expected);
		Failure latest = FailureCodec.decode(find(id).lastError());
		assertThat(latest).isEqualTo(FailureCodec.toFailure(expected.get(2)));
		assertThat(this.store.failures(id + 1)).isEmpty();
	}

	@Test
	void failuresWhenAttemptNumberRepeatsKeepsAll() {
		long id = insert(Draft.of(TASK));
		for (int i = 0; i < 3; i++) {
			StoredMessage message = claimOne();
			settle(new Settlement.Retry(message.runKey(), now(), false, failure(message, "snooze " + i)));
		}
		assertThat(this.store.failures(id)).extracting(FailureRecord::message)
			.containsExactly("snooze 0", "snooze 1", "snooze 2");
	}

	// --- fence

	@Test
	void settleWhenRunOrEpochIsNotItsOwnersIsLost() {
		StoredMessage message = running(Draft.of(TASK));
		RunKey key = message.runKey();
		for (RunKey stale : List.of(otherRun(key, 0, 0, -1), otherRun(key, 0, 0, 1), otherRun(key, 0, 1, 0),
				otherRun(key, 0, -1, 0), otherRun(key, 1, 0, 0))) {
			for (Settlement settlement : everyKind(stale)) {
				assertThat(settle(settlement)).as(settlement.toString()).isEqualTo(SettleResult.LOST);
			}
			assertThat(this.store.extend(stale, now() + 1000)).isFalse();
		}
		assertThat(find(message.id())).usingRecursiveComparison().isEqualTo(message);
		assertThat(this.store.failures(message.id())).isEmpty();
	}

	private static RunKey otherRun(RunKey key, long id, long epoch, long run) {
		return new RunKey(key.shard(), key.id() + id, key.epoch() + epoch, key.run() + run, key.queue(), key.task());
	}

	private List<Settlement> everyKind(RunKey key) {
		FailureRecord failure = new FailureRecord(1, "T", "m", "", "h", now(), now());
		return List.of(new Settlement.Complete(key, "json", new byte[] { 1 }), new Settlement.Complete(key, null, null),
				new Settlement.Retry(key, now(), true, failure), new Settlement.Retry(key, now() + 9, false, null),
				new Settlement.Dead(key, failure), new Settlement.Release(key), new Settlement.Cancel(key),
				new Settlement.Expire(key));
	}

	@Test
	void settleWhenSettledBeforeIsLost() {
		StoredMessage completed = running(Draft.of(TASK));
		settle(complete(completed));
		StoredMessage before = find(completed.id());
		for (Settlement settlement : everyKind(completed.runKey())) {
			assertThat(settle(settlement)).isEqualTo(SettleResult.LOST);
		}
		assertThat(find(completed.id())).usingRecursiveComparison().isEqualTo(before);
		assertThat(this.store.failures(completed.id())).isEmpty();
	}

	@Test
	void settleWhenMessageRunsAgainIsLostForTheOldRun() {
		StoredMessage first = running(Draft.of(TASK));
		settle(new Settlement.Release(first.runKey()));
		StoredMessage second = claimOne();
		for (Settlement settlement : everyKind(first.runKey())) {
			assertThat(settle(settlement)).isEqualTo(SettleResult.LOST);
		}
		assertThat(settle(complete(second))).isEqualTo(SettleResult.APPLIED);
	}

	@Test
	void settleWhenManyThreadsSettleOneRunAppliesOnce() throws Exception {
		for (int round = 0; round < 10; round++) {
			StoredMessage message = running(Draft.of(TASK));
			List<Callable<SettleResult>> tasks = new ArrayList<>();
			for (Settlement settlement : everyKind(message.runKey())) {
				tasks.add(() -> settle(settlement));
			}
			List<SettleResult> results = together(tasks);
			assertThat(results).filteredOn((result) -> result == SettleResult.APPLIED).hasSize(1);
			assertThat(results).filteredOn((result) -> result == SettleResult.LOST).hasSize(results.size() - 1);
			this.store.purge(io.github.queuesqlite.message.MessageQuery.all());
		}
	}

	@Test
	void settleWhenManyInOneBatchAnswersEachRightly() {
		insertAll(Draft.of(TASK).times(600));
		List<StoredMessage> messages = claim(600);
		assertThat(messages).hasSize(600);
		List<Outcome<SettleResult>> outcomes = new ArrayList<>();
		for (int i = 0; i < messages.size(); i++) {
			StoredMessage message = messages.get(i);
			RunKey key = message.runKey();
			outcomes.add(settleLater(switch (i % 6) {
				case 0 -> complete(message);
				case 1 -> dead(message);
				case 2 -> retryAt(message, now() + 1000);
				case 3 -> new Settlement.Release(key);
				case 4 -> new Settlement.Complete(otherRun(key, 0, 0, 99), null, null);
				default -> new Settlement.Complete(key, "bytes", new byte[] { (byte) i });
			}));
		}
		for (int i = 0; i < messages.size(); i++) {
			assertThat(outcomes.get(i).get()).isEqualTo((i % 6 == 4) ? SettleResult.LOST : SettleResult.APPLIED);
			StoredMessage after = find(messages.get(i).id());
			assertThat(after.state()).isEqualTo(switch (i % 6) {
				case 0, 5 -> MessageState.COMPLETED;
				case 1 -> MessageState.DEAD;
				case 2 -> MessageState.SCHEDULED;
				case 3 -> MessageState.READY;
				default -> MessageState.RUNNING;
			});
			if (i % 6 == 5) {
				assertThat(after.result()).containsExactly((byte) i);
			}
		}
		assertThat(count(MessageState.COMPLETED)).isEqualTo(200);
		assertThat(count(MessageState.RUNNING)).isEqualTo(100);
	}

	@Test
	void settleIsKeptOverReopen() {
		StoredMessage completed = running(Draft.of(TASK));
		settle(new Settlement.Complete(completed.runKey(), "bytes", new byte[] { 7 }));
		StoredMessage dead = running(Draft.of(TASK));
		settle(dead(dead));
		StoredMessage waiting = running(Draft.of(TASK));
		settle(retryAt(waiting, now() + 5000));
		List<StoredMessage> before = this.store.list(io.github.queuesqlite.message.MessageQuery.all());
		List<FailureRecord> failures = this.store.failures(dead.id());
		reopen();
		assertThat(this.store.list(io.github.queuesqlite.message.MessageQuery.all())).usingRecursiveComparison()
			.isEqualTo(before);
		assertThat(this.store.failures(dead.id())).isEqualTo(failures).hasSize(1);
	}

	// --- extend

	@Test
	void extendMovesDeadlineOfThisRunOnly() {
		StoredMessage message = running(Draft.of(TASK));
		assertThat(this.store.extend(message.runKey(), now() + 5000)).isTrue();
		assertThat(find(message.id()).deadline()).isEqualTo(now() + 5000);
		assertThat(this.store.extend(message.runKey(), now() + 9000)).isTrue();
		assertThat(find(message.id()).deadline()).isEqualTo(now() + 9000);
		settle(retryAt(message, now()));
		assertThat(this.store.extend(message.runKey(), now() + 1)).isFalse();
		assertThat(claimOne().deadline()).isNull();
	}

	@Test
	void deadWhenItNeverBeganGivesTheAttemptBack() {
		StoredMessage message = running(Draft.of(TASK));
		settle(new Settlement.Dead(message.runKey(), failure(message, "not begun"), false));
		assertThat(state(message.id())).isEqualTo(MessageState.DEAD);
		assertThat(find(message.id()).attempt()).isZero();
	}

	// --- what is stored with an end

	private Insertion followUp(StoredMessage message, Draft draft) {
		return draft.insertion(this.store.assignId(this.instance, message.shard()), now());
	}

	@Test
	void completionStoresWhatComesWithIt() {
		StoredMessage message = running(Draft.of(TASK));
		Insertion followUp = followUp(message, Draft.of("next").payload("p"));
		Insertion later = followUp(message, Draft.of("next").delay(1000));
		assertThat(settle(new Settlement.Complete(message.runKey(), null, null).with(List.of(followUp, later))))
			.isEqualTo(SettleResult.APPLIED);
		assertThat(state(followUp.id())).isEqualTo(MessageState.READY);
		assertThat(state(later.id())).isEqualTo(MessageState.SCHEDULED);
		assertThat(ids(this.store.claim(this.instance, QUEUE, Set.of("next"), 10))).containsExactly(followUp.id());
	}

	@Test
	void completionThatIsLostStoresNothing() {
		StoredMessage message = running(Draft.of(TASK));
		Insertion followUp = followUp(message, Draft.of("next"));
		assertThat(settle(new Settlement.Release(message.runKey()))).isEqualTo(SettleResult.APPLIED);
		assertThat(settle(new Settlement.Complete(message.runKey(), null, null).with(List.of(followUp))))
			.isEqualTo(SettleResult.LOST);
		assertThat(this.store.find(followUp.id())).isEmpty();
	}

	@Test
	void completionStoresWhatComesWithItWhenItIsDeletedAtOnce() {
		reopen(this.settings
			.retention(new Retention(Duration.ZERO, Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), 1000)));
		StoredMessage message = running(Draft.of(TASK));
		Insertion followUp = followUp(message, Draft.of("next"));
		assertThat(settle(new Settlement.Complete(message.runKey(), null, null).with(List.of(followUp))))
			.isEqualTo(SettleResult.APPLIED);
		assertThat(this.store.find(message.id())).isEmpty();
		assertThat(state(followUp.id())).isEqualTo(MessageState.READY);
	}

}
