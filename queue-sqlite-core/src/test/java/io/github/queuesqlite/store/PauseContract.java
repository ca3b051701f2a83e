package io.github.queuesqlite.store;

import java.util.Set;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Paused queues: nothing is claimed from them, everything else goes on. */
abstract class PauseContract extends StoreSubject {

	PauseContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@Test
	void pauseStopsClaimsOfItsQueueInAllShards() {
		insertIntoShards(shards(), (i) -> Draft.of(TASK));
		long other = insert(Draft.of(TASK).queue("mail"));
		this.store.pause(QUEUE);
		assertThat(this.store.pausedQueues()).containsExactly(QUEUE);
		assertThat(claim(100)).isEmpty();
		assertThat(ids(this.store.claim(this.instance, "mail", Set.of(TASK), 10))).containsExactly(other);
		this.store.resume(QUEUE);
		assertThat(this.store.pausedQueues()).isEmpty();
		assertThat(claim(100)).hasSize(shards());
	}

	@Test
	void pauseWhenQueueHasNoMessagesHoldsForLaterOnes() {
		this.store.pause("mail");
		insert(Draft.of(TASK).queue("mail"));
		assertThat(this.store.claim(this.instance, "mail", Set.of(TASK), 10)).isEmpty();
	}

	@Test
	void pauseLeavesRunningMessagesAlone() {
		StoredMessage message = running(Draft.of(TASK));
		this.store.pause(QUEUE);
		assertThat(this.store.extend(message.runKey(), now() + 1000)).isTrue();
		assertThat(settle(complete(message))).isEqualTo(SettleResult.APPLIED);
	}

	@Test
	void pauseWhenPausedAndResumeWhenRunningChangeNothing() {
		this.store.resume(QUEUE);
		this.store.pause(QUEUE);
		this.store.pause(QUEUE);
		this.store.pause("mail");
		assertThat(this.store.pausedQueues()).containsExactlyInAnyOrder(QUEUE, "mail");
		this.store.resume(QUEUE);
		this.store.resume(QUEUE);
		assertThat(this.store.pausedQueues()).containsExactly("mail");
	}

	@Test
	void pauseIsKeptOverReopen() {
		insert(Draft.of(TASK));
		this.store.pause(QUEUE);
		reopen();
		assertThat(this.store.pausedQueues()).containsExactly(QUEUE);
		assertThat(claim(1)).isEmpty();
		this.store.resume(QUEUE);
		reopen();
		assertThat(this.store.pausedQueues()).isEmpty();
		assertThat(claim(1)).hasSize(1);
	}

	@Test
	void pauseWhenReturnedNothingIsClaimedAnyMore() throws Exception {
		insertAll(Draft.of(TASK).times(400));
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 100_000);
		together(() -> {
			this.store.attach(lane);
			return 0;
		}, () -> {
			this.store.pause(QUEUE);
			return 0;
		});
		long running = count(MessageState.RUNNING);
		insertAll(Draft.of(TASK).times(10));
		this.store.demandChanged();
		this.store.probe();
		assertThat(count(MessageState.RUNNING)).isEqualTo(running);
	}

}
