package io.github.queuesqlite.store;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Retry of ended messages, one and many. */
abstract class RetryContract extends StoreSubject {

	RetryContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@ParameterizedTest
	@EnumSource(names = { "DEAD", "CANCELLED", "EXPIRED" })
	void retryMakesReadyWithAttemptsAndExpiryCleared(MessageState state) {
		Draft draft = Draft.of(TASK).payload("p").priority(2).timeToLive(60_000L).maxAttempts(1);
		long id = ended(draft, state);
		pass(120_000);
		assertThat(this.store.retry(id)).isTrue();
		StoredMessage message = find(id);
		assertThat(message.state()).isEqualTo(MessageState.READY);
		assertThat(message.attempt()).isZero();
		assertThat(message.expiresAt()).isNull();
		assertThat(message.finishedAt()).isNull();
		assertThat(message.cancelRequested()).isFalse();
		assertThat(message.payload()).asString().isEqualTo("p");
		assertThat(message.priority()).isEqualTo(2);
		assertThat(message.maxAttempts()).isOne();
		assertThat(promote()).isZero();
		StoredMessage again = claimOne();
		assertThat(again.id()).isEqualTo(id);
		assertThat(again.attempt()).isOne();
		assertThat(settle(complete(again))).isEqualTo(SettleResult.APPLIED);
	}

	@Test
	void retryWhenMessageWaitedForItsTimeRunsAtOnce() {
		long id = insert(Draft.of(TASK).delay(3_600_000));
		this.store.cancel(id);
		assertThat(this.store.retry(id)).isTrue();
		assertThat(find(id).runAt()).isLessThanOrEqualTo(now());
		assertThat(claimOne().id()).isEqualTo(id);
	}

	@Test
	void retryWhenCancelWasAskedClearsTheRequest() {
		StoredMessage message = running(Draft.of(TASK));
		this.store.cancel(message.id());
		settle(new Settlement.Cancel(message.runKey()));
		assertThat(this.store.retry(message.id())).isTrue();
		StoredMessage again = claimOne();
		assertThat(again.cancelRequested()).isFalse();
		assertThat(settle(retryAt(again, now()))).isEqualTo(SettleResult.APPLIED);
	}

	@Test
	void hasRunnableWhenMessageMovesBetweenItsAttemptsNeverMissesIt() throws Exception {
		StoredMessage[] message = { running(Draft.of(TASK)) };
		AtomicBoolean moved = new AtomicBoolean();
		together(() -> {
			for (int i = 0; i < 300; i++) {
				settle(retryAt(message[0], now() + 1));
				pass(1);
				promote();
				message[0] = claimOne();
			}
			moved.set(true);
			return null;
		}, () -> {
			while (!moved.get()) {
				assertThat(this.store.hasRunnable((queue, task) -> task.equals(TASK), now())).isTrue();
			}
			return null;
		});
		settle(complete(message[0]));
		assertThat(this.store.hasRunnable((queue, task) -> true, now())).isFalse();
	}

	@Test
	void hasRunnableCountsDueAndHostedMessagesOnly() {
		insert(Draft.of(TASK).delay(1000));
		insert(Draft.of("other"));
		assertThat(this.store.hasRunnable((queue, task) -> task.equals(TASK), now())).isFalse();
		assertThat(this.store.hasRunnable((queue, task) -> true, now())).isTrue();
		pass(1000);
		assertThat(this.store.hasRunnable((queue, task) -> task.equals(TASK), now())).isTrue();
	}

	@Test
	void retryGoesBehindWhatWaits() {
		List<Long> ids = insertAll(Draft.of(TASK).times(3));
		this.store.cancel(ids.get(0));
		pass(1);
		assertThat(this.store.retry(ids.get(0))).isTrue();
		assertThat(List.of(claimOne().id(), claimOne().id(), claimOne().id())).containsExactly(ids.get(1), ids.get(2),
				ids.get(0));
	}

	@Test
	void retryWhenInAnotherStateReturnsFalse() {
		long ready = insert(Draft.of("other"));
		long scheduled = insert(Draft.of(TASK).delay(1000));
		long running = running(Draft.of(TASK)).id();
		long completed = ended(Draft.of(TASK), MessageState.COMPLETED);
		for (long id : List.of(ready, scheduled, running, completed)) {
			StoredMessage before = find(id);
			assertThat(this.store.retry(id)).isFalse();
			assertThat(find(id)).usingRecursiveComparison().isEqualTo(before);
		}
		assertThat(this.store.retry(1)).isFalse();
	}

	@Test
	void retryWhenOldRunReportsIsStillFenced() {
		StoredMessage message = running(Draft.of(TASK));
		settle(dead(message));
		this.store.retry(message.id());
		StoredMessage again = claimOne();
		assertThat(settle(complete(message))).isEqualTo(SettleResult.LOST);
		assertThat(settle(complete(again))).isEqualTo(SettleResult.APPLIED);
	}

	@Test
	void retryAllIgnoresLimitAndTakesEndedOnes() {
		insertAll(Draft.of(TASK).timeToLive(1000L).times(1500));
		pass(1000);
		promote();
		long completed = ended(Draft.of(TASK), MessageState.COMPLETED);
		long dead = ended(Draft.of(TASK), MessageState.DEAD);
		long scheduled = insert(Draft.of(TASK).delay(1000));
		assertThat(this.store.retryAll(MessageQuery.all().limit(1))).isEqualTo(1501);
		assertThat(count(MessageState.READY)).isEqualTo(1501);
		assertThat(state(dead)).isEqualTo(MessageState.READY);
		assertThat(state(completed)).isEqualTo(MessageState.COMPLETED);
		assertThat(state(scheduled)).isEqualTo(MessageState.SCHEDULED);
		assertThat(this.store.retryAll(MessageQuery.all())).isZero();
	}

	@Test
	void retryAllTakesWhatTheQuerySelects() {
		long dead = ended(Draft.of(TASK), MessageState.DEAD);
		long cancelled = ended(Draft.of(TASK), MessageState.CANCELLED);
		long tagged = ended(Draft.of(TASK).tags("now"), MessageState.CANCELLED);
		long other = ended(Draft.of("other"), MessageState.DEAD);
		assertThat(this.store.retryAll(MessageQuery.all().state(MessageState.DEAD).task(TASK))).isOne();
		assertThat(state(dead)).isEqualTo(MessageState.READY);
		assertThat(this.store.retryAll(MessageQuery.all().tag("now"))).isOne();
		assertThat(state(tagged)).isEqualTo(MessageState.READY);
		assertThat(state(cancelled)).isEqualTo(MessageState.CANCELLED);
		assertThat(this.store.retryAll(MessageQuery.all().state(MessageState.READY, MessageState.COMPLETED))).isZero();
		assertThat(this.store.retryAll(MessageQuery.all().queue("absent"))).isZero();
		assertThat(state(other)).isEqualTo(MessageState.DEAD);
	}

}
