package io.github.queuesqlite.store;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Instances: epochs, slots, beats, and leaving in good order. */
abstract class InstanceContract extends StoreSubject {

	InstanceContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@Test
	void registerGivesRisingEpochsAndFreeSlots() {
		StoreInstance second = this.store.register("second");
		StoreInstance third = this.store.register("third");
		assertThat(this.instance.epoch()).isPositive();
		assertThat(second.epoch()).isGreaterThan(this.instance.epoch());
		assertThat(third.epoch()).isGreaterThan(second.epoch());
		assertThat(Set.of(this.instance.slot(), second.slot(), third.slot())).hasSize(3)
			.allMatch((slot) -> slot >= 0 && slot < 32);
		assertThat(second.name()).isEqualTo("second");
	}

	@Test
	void registerWhenReopenedGivesHigherEpoch() {
		long last = this.instance.epoch();
		for (int i = 0; i < 3; i++) {
			reopen();
			assertThat(this.instance.epoch()).isGreaterThan(last);
			last = this.instance.epoch();
		}
	}

	@Test
	void registerWhenOthersLeftReusesTheirSlots() {
		for (int i = 0; i < 35; i++) {
			StoreInstance next = this.store.register("n" + i);
			assertThat(next.slot()).isBetween(0, 31);
			this.store.deregister(next);
		}
	}

	@Test
	void registerWhenAllSlotsAreTakenSaysSo() {
		List<StoreInstance> instances = new ArrayList<>();
		Set<Integer> slots = new HashSet<>();
		slots.add(this.instance.slot());
		for (int i = 1; i < 32; i++) {
			instances.add(this.store.register("n" + i));
			slots.add(instances.get(i - 1).slot());
		}
		assertThat(slots).hasSize(32);
		assertThatThrownBy(() -> this.store.register("one too many")).hasMessageContaining("32");
		this.store.deregister(instances.get(5));
		assertThat(this.store.register("fits").slot()).isEqualTo(instances.get(5).slot());
	}

	@Test
	void peersShowsEachInstanceOnce() {
		StoreInstance other = this.store.register("other");
		List<Peer> peers = this.store.peers();
		assertThat(peers).extracting(Peer::epoch).containsExactlyInAnyOrder(this.instance.epoch(), other.epoch());
		Peer peer = peer(other);
		assertThat(peer.name()).isEqualTo("other");
		assertThat(peer.slot()).isEqualTo(other.slot());
		assertThat(peer.dead()).isFalse();
		assertThat(this.store.isGone(peer)).isFalse();
	}

	@Test
	void arrivalsChangeWhenSomebodyJoins() {
		long before = this.store.arrivals();
		// What joins in the moment of the one before need not be told apart.
		await().untilAsserted(() -> {
			this.store.register("other");
			assertThat(this.store.arrivals()).isNotEqualTo(before);
		});
	}

	@Test
	void instanceStatsShowWhoLivesSinceWhenAndItsLatestBeat() {
		long start = now();
		pass(60_000);
		StoreInstance other = this.store.register("other");
		StoreInstance gone = this.store.register("gone");
		this.store.deregister(gone);
		pass(20_000);
		this.store.beat(this.instance);
		pass(5000);
		assertThat(this.store.instanceStats()).containsExactly(
				new QueueStats.InstanceStats(this.instance.epoch(), "test", Instant.ofEpochMilli(start),
						Duration.ofSeconds(5), true),
				new QueueStats.InstanceStats(other.epoch(), "other", Instant.ofEpochMilli(start + 60_000),
						Duration.ofSeconds(25), true));
		this.store.rescue(peer(other), (task) -> 4);
		assertThat(this.store.instanceStats()).extracting(QueueStats.InstanceStats::epoch)
			.containsExactly(this.instance.epoch());
	}

	@Test
	void instanceStatsWhenTheClockWasSetBackShowNoNegativeAge() {
		pass(-60_000);
		assertThat(this.store.instanceStats()).extracting(QueueStats.InstanceStats::beatAge)
			.containsExactly(Duration.ZERO);
	}

	@Test
	void beatRaisesTheBeatOfItsInstanceOnly() {
		StoreInstance other = this.store.register("other");
		long before = peer(this.instance).beat();
		long beatAt = this.instance.beatAt();
		long untouched = peer(other).beat();
		assertThat(this.store.beat(this.instance)).isTrue();
		assertThat(this.store.beat(this.instance)).isTrue();
		assertThat(peer(this.instance).beat()).isGreaterThan(before);
		assertThat(this.instance.beatAt() - beatAt).isPositive();
		assertThat(peer(other).beat()).isEqualTo(untouched);
	}

	@Test
	void isGoneWhenInstanceLivesIsFalse() {
		StoreInstance other = this.store.register("other");
		assertThat(this.store.isGone(peer(other))).isFalse();
		assertThat(this.store.isGone(peer(this.instance))).isFalse();
	}

	@Test
	void deregisterGivesBackWhatItOwns() {
		StoreInstance other = this.store.register("other");
		insertIntoShards(shards(), (i) -> Draft.of(TASK));
		insertIntoShards(shards(), (i) -> Draft.of(TASK));
		List<StoredMessage> owned = this.store.claim(other, QUEUE, Set.of(TASK), 100);
		assertThat(owned).hasSize(2 * shards());
		StoredMessage started = owned.get(0);
		other.started(started.runKey());
		StoredMessage ours = running(Draft.of(TASK));
		this.store.deregister(other);
		for (StoredMessage message : owned) {
			StoredMessage back = find(message.id());
			assertThat(back.state()).isEqualTo(MessageState.READY);
			assertThat(back.attempt()).isEqualTo((message == started) ? 1 : 0);
			assertThat(settle(complete(message))).isEqualTo(SettleResult.LOST);
		}
		assertThat(state(ours.id())).isEqualTo(MessageState.RUNNING);
		assertThat(this.store.peers()).extracting(Peer::epoch).containsExactly(this.instance.epoch());
		assertThat(claim(100)).hasSize(2 * shards());
	}

	@Test
	void deregisterWhenSenderAllowsNoMoreAttemptsEndsDead() {
		StoredMessage message = running(Draft.of(TASK).maxAttempts(1));
		StoredMessage fresh = running(Draft.of(TASK).maxAttempts(1));
		this.instance.started(message.runKey());
		this.store.deregister(this.instance);
		assertThat(state(message.id())).isEqualTo(MessageState.DEAD);
		assertThat(find(message.id()).lastError()).isNotNull();
		assertThat(state(fresh.id())).isEqualTo(MessageState.READY);
		this.instance = this.store.register("again");
	}

	@Test
	void deregisterWhenNothingIsOwnedLeaves() {
		this.store.deregister(this.instance);
		assertThat(this.store.peers()).isEmpty();
		this.instance = this.store.register("again");
		assertThat(claim(1)).isEmpty();
	}

	@Test
	void closeLeavesForTheInstancesOfTheStore() {
		StoredMessage fresh = running(Draft.of(TASK));
		StoredMessage started = running(Draft.of(TASK));
		this.instance.started(started.runKey());
		reopen();
		assertThat(this.store.peers()).extracting(Peer::epoch).containsExactly(this.instance.epoch());
		assertThat(find(fresh.id()).attempt()).isZero();
		assertThat(find(started.id()).attempt()).isOne();
		assertThat(claim(10)).hasSize(2);
		assertThat(settle(complete(fresh))).isEqualTo(SettleResult.LOST);
	}

}
