package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Cancel: at once while it waits, a request while it runs. */
abstract class CancelContract extends StoreSubject {

	CancelContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@Test
	void cancelWhenWaitingEndsIt() {
		long ready = insert(Draft.of(TASK));
		long scheduled = insert(Draft.of(TASK).delay(1000));
		pass(5);
		for (long id : List.of(ready, scheduled)) {
			assertThat(this.store.cancel(id)).isEqualTo(CancelResult.CANCELLED);
			assertThat(state(id)).isEqualTo(MessageState.CANCELLED);
			assertThat(find(id).finishedAt()).isEqualTo(now());
			assertThat(this.store.cancel(id)).isEqualTo(CancelResult.UNCHANGED);
		}
		pass(10_000);
		promote();
		assertThat(claim(10)).isEmpty();
	}

	@Test
	void cancelWhenWaitingForRetryEndsIt() {
		StoredMessage message = running(Draft.of(TASK));
		settle(retryAt(message, now() + 1000));
		assertThat(this.store.cancel(message.id())).isEqualTo(CancelResult.CANCELLED);
		assertThat(this.store.failures(message.id())).hasSize(1);
	}

	@Test
	void cancelWhenRunningAsksOnce() {
		StoredMessage message = running(Draft.of(TASK));
		assertThat(this.store.cancel(message.id())).isEqualTo(CancelResult.REQUESTED);
		StoredMessage asked = find(message.id());
		assertThat(asked.state()).isEqualTo(MessageState.RUNNING);
		assertThat(asked.cancelRequested()).isTrue();
		assertThat(this.store.cancel(message.id())).isEqualTo(CancelResult.UNCHANGED);
		assertThat(this.store.extend(message.runKey(), now() + 1000)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(names = { "COMPLETED", "DEAD", "CANCELLED", "EXPIRED" })
	void cancelWhenEndedChangesNothing(MessageState state) {
		long id = ended(Draft.of(TASK), state);
		assertThat(this.store.cancel(id)).isEqualTo(CancelResult.UNCHANGED);
		assertThat(state(id)).isEqualTo(state);
	}

	@Test
	void cancelWhenAbsentChangesNothing() {
		assertThat(this.store.cancel(1)).isEqualTo(CancelResult.UNCHANGED);
		assertThat(this.store.cancel(this.store.assignIds(this.instance, 1)[0])).isEqualTo(CancelResult.UNCHANGED);
		assertThat(this.store.cancel(Long.MAX_VALUE)).isEqualTo(CancelResult.UNCHANGED);
	}

	@Test
	void settleWhenCancelWasAskedKeepsWhatWasDone() {
		StoredMessage completed = running(Draft.of(TASK));
		this.store.cancel(completed.id());
		assertThat(settle(complete(completed))).isEqualTo(SettleResult.APPLIED);
		assertThat(state(completed.id())).isEqualTo(MessageState.COMPLETED);
		StoredMessage dead = running(Draft.of(TASK));
		this.store.cancel(dead.id());
		assertThat(settle(dead(dead))).isEqualTo(SettleResult.APPLIED);
		assertThat(state(dead.id())).isEqualTo(MessageState.DEAD);
	}

	@Test
	void settleWhenCancelWasAskedDoesNotRunAgain() {
		StoredMessage retried = running(Draft.of(TASK));
		this.store.cancel(retried.id());
		assertThat(settle(retryAt(retried, now() + 1000))).isEqualTo(SettleResult.CANCELLED);
		StoredMessage due = running(Draft.of(TASK));
		this.store.cancel(due.id());
		assertThat(settle(retryAt(due, now()))).isEqualTo(SettleResult.CANCELLED);
		StoredMessage released = running(Draft.of(TASK));
		this.store.cancel(released.id());
		assertThat(settle(new Settlement.Release(released.runKey()))).isEqualTo(SettleResult.CANCELLED);
		for (StoredMessage message : List.of(retried, due, released)) {
			assertThat(state(message.id())).isEqualTo(MessageState.CANCELLED);
			assertThat(find(message.id()).finishedAt()).isEqualTo(now());
		}
		assertThat(claim(10)).isEmpty();
	}

	@Test
	void rescueWhenCancelWasAskedDoesNotRunItAgain() {
		StoreInstance other = this.store.register("other");
		long id = insert(Draft.of(TASK));
		StoredMessage message = this.store.claim(other, QUEUE, Set.of(TASK), 1).get(0);
		other.started(message.runKey());
		this.store.cancel(id);
		assertThat(this.store.rescue(peer(other), (task) -> 5)).hasValue(1);
		assertThat(state(id)).isEqualTo(MessageState.CANCELLED);
		assertThat(claim(10)).isEmpty();
	}

	@Test
	void cancelWhenRacingWithClaimNeverRunsACancelledMessage() throws Exception {
		List<Long> ids = insertAll(Draft.of(TASK).times(200));
		List<Callable<List<Long>>> tasks = new ArrayList<>();
		tasks.add(() -> {
			List<Long> cancelled = new ArrayList<>();
			for (int i = ids.size() - 1; i >= 0; i--) {
				if (this.store.cancel(ids.get(i)) == CancelResult.CANCELLED) {
					cancelled.add(ids.get(i));
				}
			}
			return cancelled;
		});
		tasks.add(() -> {
			List<Long> claimed = new ArrayList<>();
			for (List<StoredMessage> some = claim(3); !some.isEmpty(); some = claim(3)) {
				claimed.addAll(ids(some));
			}
			return claimed;
		});
		List<List<Long>> results = together(tasks);
		List<Long> all = new ArrayList<>(results.get(0));
		all.addAll(results.get(1));
		assertThat(all).containsExactlyInAnyOrderElementsOf(ids);
	}

	@Test
	void cancelIsKeptOverReopen() {
		StoredMessage message = running(Draft.of(TASK));
		this.store.cancel(message.id());
		long waiting = insert(Draft.of(TASK));
		this.store.cancel(waiting);
		reopen();
		assertThat(state(message.id())).isEqualTo(MessageState.CANCELLED);
		assertThat(state(waiting)).isEqualTo(MessageState.CANCELLED);
	}

}
