package io.github.queuesqlite.store;

import java.util.List;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Deletion, one and many; never of a running message. */
abstract class DeleteContract extends StoreSubject {

	DeleteContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@ParameterizedTest
	@EnumSource(names = { "COMPLETED", "DEAD", "CANCELLED", "EXPIRED" })
	void deleteWhenEndedRemovesIt(MessageState state) {
		long id = ended(Draft.of(TASK), state);
		assertThat(this.store.delete(id)).isTrue();
		assertThat(this.store.find(id)).isEmpty();
		assertThat(this.store.delete(id)).isFalse();
		assertThat(this.store.counts()).isEmpty();
	}

	@Test
	void deleteWhenWaitingRemovesIt() {
		long ready = insert(Draft.of(TASK));
		long scheduled = insert(Draft.of(TASK).delay(1000));
		assertThat(this.store.delete(ready)).isTrue();
		assertThat(this.store.delete(scheduled)).isTrue();
		pass(2000);
		assertThat(promote()).isZero();
		assertThat(claim(10)).isEmpty();
		assertNextDueAt(Long.MAX_VALUE);
	}

	@Test
	void deleteWhenRunningReturnsFalse() {
		StoredMessage message = running(Draft.of(TASK));
		assertThat(this.store.delete(message.id())).isFalse();
		assertThat(settle(complete(message))).isEqualTo(SettleResult.APPLIED);
		assertThat(this.store.delete(message.id())).isTrue();
	}

	@Test
	void deleteWhenAbsentReturnsFalse() {
		assertThat(this.store.delete(1)).isFalse();
		assertThat(this.store.delete(this.store.assignIds(this.instance, 1)[0])).isFalse();
	}

	@Test
	void deleteRemovesItsFailures() {
		StoredMessage message = running(Draft.of(TASK));
		settle(dead(message));
		assertThat(this.store.failures(message.id())).hasSize(1);
		this.store.delete(message.id());
		assertThat(this.store.failures(message.id())).isEmpty();
	}

	@Test
	void deleteIsKeptOverReopen() {
		long id = insert(Draft.of(TASK));
		this.store.delete(id);
		reopen();
		assertThat(this.store.find(id)).isEmpty();
	}

	@Test
	void purgeIgnoresLimitAndLeavesRunning() {
		insertAll(Draft.of(TASK).times(1500));
		StoredMessage running = claimOne();
		insertAll(Draft.of(TASK).delay(5000).times(30));
		ended(Draft.of("other"), MessageState.DEAD);
		assertThat(this.store.purge(MessageQuery.all().limit(1))).isEqualTo(1499 + 30 + 1);
		assertThat(ids(listAll(MessageQuery.all()))).containsExactly(running.id());
		assertThat(this.store.purge(MessageQuery.all())).isZero();
		assertThat(settle(complete(running))).isEqualTo(SettleResult.APPLIED);
	}

	@Test
	void purgeTakesWhatTheQuerySelects() {
		long dead = ended(Draft.of(TASK), MessageState.DEAD);
		long completed = ended(Draft.of(TASK).tags("x"), MessageState.COMPLETED);
		long ready = insert(Draft.of("other").queue("mail"));
		assertThat(this.store.purge(MessageQuery.all().state(MessageState.DEAD))).isOne();
		assertThat(this.store.purge(MessageQuery.all().queue("absent"))).isZero();
		assertThat(this.store.purge(MessageQuery.all().state(MessageState.RUNNING))).isZero();
		assertThat(ids(listAll(MessageQuery.all()))).containsExactlyInAnyOrderElementsOf(List.of(completed, ready));
		assertThat(this.store.purge(MessageQuery.all().tag("x"))).isOne();
		assertThat(this.store.purge(MessageQuery.all().queue("mail").task("other"))).isOne();
		assertThat(this.store.find(dead)).isEmpty();
		assertThat(this.store.counts()).isEmpty();
	}

}
