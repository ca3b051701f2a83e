package io.github.queuesqlite.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Changes to waiting messages: payload and due time. */
abstract class ChangeContract extends StoreSubject {

	ChangeContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Test
	void updatePayloadWhenWaitingReplacesIt() {
		long ready = insert(Draft.of(TASK).payload("old"));
		long scheduled = insert(Draft.of(TASK).delay(1000));
		for (long id : List.of(ready, scheduled)) {
			StoredMessage before = find(id);
			assertThat(this.store.updatePayload(id, "json", bytes("new"))).isTrue();
			StoredMessage after = find(id);
			assertThat(after.payload()).asString().isEqualTo("new");
			assertThat(after.codec()).isEqualTo("json");
			assertThat(after).usingRecursiveComparison().ignoringFields("payload", "codec").isEqualTo(before);
		}
		reopen();
		assertThat(claimOne().payload()).asString().isEqualTo("new");
	}

	@Test
	void updatePayloadWhenNullRemovesIt() {
		long id = insert(Draft.of(TASK).payload("old"));
		assertThat(this.store.updatePayload(id, null, null)).isTrue();
		assertThat(find(id).payload()).isNull();
		assertThat(find(id).codec()).isNull();
	}

	@Test
	void updatePayloadWhenNotWaitingReturnsFalse() {
		StoredMessage running = running(Draft.of(TASK).payload("old"));
		long dead = ended(Draft.of(TASK).payload("old"), MessageState.DEAD);
		assertThat(this.store.updatePayload(running.id(), "json", bytes("new"))).isFalse();
		assertThat(this.store.updatePayload(dead, "json", bytes("new"))).isFalse();
		assertThat(this.store.updatePayload(1, "json", bytes("new"))).isFalse();
		assertThat(find(running.id()).payload()).asString().isEqualTo("old");
		assertThat(find(dead).payload()).asString().isEqualTo("old");
	}

	@Test
	void rescheduleWhenReadyToLaterWaits() {
		long id = insert(Draft.of(TASK));
		assertThat(this.store.reschedule(id, now() + 1000)).isTrue();
		assertThat(state(id)).isEqualTo(MessageState.SCHEDULED);
		assertThat(find(id).runAt()).isEqualTo(now() + 1000);
		assertThat(this.store.nextDueAt()).isEqualTo(now() + 1000);
		assertThat(claim(1)).isEmpty();
		pass(1000);
		assertThat(promote()).isOne();
		assertThat(claimOne().id()).isEqualTo(id);
	}

	@Test
	void rescheduleWhenScheduledToNowIsReady() {
		long id = insert(Draft.of(TASK).delay(60_000));
		assertThat(this.store.reschedule(id, now())).isTrue();
		assertThat(state(id)).isEqualTo(MessageState.READY);
		assertThat(claimOne().id()).isEqualTo(id);
	}

	@Test
	void rescheduleWhenScheduledMovesDueTimeBothWays() {
		long id = insert(Draft.of(TASK).delay(60_000));
		assertThat(this.store.reschedule(id, now() + 90_000)).isTrue();
		assertThat(find(id).runAt()).isEqualTo(now() + 90_000);
		assertNextDueAt(now() + 90_000);
		assertThat(this.store.reschedule(id, now() + 5_000)).isTrue();
		assertNextDueAt(now() + 5_000);
		pass(5_000);
		assertThat(promote()).isOne();
	}

	@Test
	void rescheduleWhenNotWaitingReturnsFalse() {
		StoredMessage running = running(Draft.of(TASK));
		long dead = ended(Draft.of(TASK), MessageState.DEAD);
		assertThat(this.store.reschedule(running.id(), now() + 1000)).isFalse();
		assertThat(this.store.reschedule(dead, now() + 1000)).isFalse();
		assertThat(this.store.reschedule(1, now() + 1000)).isFalse();
		assertThat(state(running.id())).isEqualTo(MessageState.RUNNING);
		assertThat(find(running.id()).runAt()).isEqualTo(running.runAt());
	}

}
