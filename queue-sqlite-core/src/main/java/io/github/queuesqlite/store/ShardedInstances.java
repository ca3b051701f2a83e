package io.github.queuesqlite.store;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances on the shards: those of this process, and what it knows of others.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class ShardedInstances {

	private static final Logger logger = LoggerFactory.getLogger(ShardedInstances.class);

	/** How many rows one transaction takes back. */
	private static final int STEP = 500;

	private final ShardAccess shards;

	private final ShardGroup group;

	private final Membership membership;

	/**
	 * Instances of this process by epoch, those of other users of the shards included.
	 */
	private final Map<Long, ShardInstance> instances;

	/** Instances registered here. */
	private final Set<StoreInstance> own = ConcurrentHashMap.newKeySet();

	private volatile List<Peer> peers = List.of();

	ShardedInstances(ShardAccess shards) {
		this.shards = shards;
		this.group = shards.group();
		this.membership = this.group.membership();
		this.instances = this.group.instances();
	}

	/** Returns whether an epoch is one of this process that is not declared dead. */
	boolean isOfThisProcess(long epoch) {
		return this.instances.containsKey(epoch);
	}

	/** Returns the latest epoch of this process that is not declared dead. */
	long latestOfThisProcess() {
		return this.instances.keySet()
			.stream()
			.max(Comparator.naturalOrder())
			.orElseThrow(() -> new StoreUnavailableException("This process has no instance in the store", null));
	}

	StoreInstance register(String name) {
		this.shards.checkOpen();
		long now = System.nanoTime();
		Membership.Place place = this.membership.join(this::greatestEpoch,
				(epoch, slot) -> this.shards.writeEach((writer) -> writer.call((session) -> {
					session.join(epoch, name, slot);
					return 0;
				})));
		Map<Integer, IdGenerator> ids = new HashMap<>();
		// What a quarantined shard refuses has an id too.
		this.group.files().forEach((file) -> ids.put(file.number(), newIds(file.number(), place.slot(), 0)));
		this.shards.inEach((shard) -> ids.put(shard.number(), newIds(shard.number(), place.slot(),
				this.shards.writer(shard.number()).call(ShardSession::highWater))));
		ShardInstance instance = new ShardInstance(name, place, ids, now);
		this.instances.put(place.epoch(), instance);
		this.own.add(instance);
		peers();
		return instance;
	}

	private long greatestEpoch() {
		long[] greatest = { 0 };
		this.shards.writeEach((writer) -> greatest[0] = Math.max(greatest[0], writer.call(ShardSession::maxEpoch)));
		return greatest[0];
	}

	private IdGenerator newIds(int shard, int slot, long highWater) {
		return new IdGenerator(this.group.clock(), shard, slot, highWater);
	}

	void deregister(StoreInstance instance, ToIntFunction<String> maxAttempts) {
		ShardInstance own = own(instance);
		this.own.remove(own);
		if (this.instances.remove(own.epoch()) != null) {
			try {
				takeBack(own.epoch(), false, maxAttempts);
			}
			finally {
				this.membership.leave(own.place());
			}
		}
	}

	ShardInstance own(StoreInstance instance) {
		if (instance instanceof ShardInstance own) {
			return own;
		}
		throw new IllegalArgumentException("The instance " + instance + " is of another store");
	}

	boolean isAlive(long epoch) {
		if (this.instances.containsKey(epoch)) {
			return true;
		}
		List<Peer> peers = peers();
		return peers.stream()
			.anyMatch((peer) -> peer.epoch() == epoch && !peer.dead() && !this.membership.isGone(peer, peers));
	}

	boolean beat(StoreInstance instance) {
		ShardInstance own = own(instance);
		long now = System.nanoTime();
		long number = own.nextBeat();
		// All at once: while a shard is locked for long, a sign in any other is one.
		ShardAccess.Told<Boolean> told = this.shards.tellEach((writer, completion) -> writer
			.submitUnsynced((session) -> session.beat(instance.epoch(), number), completion));
		boolean dead = told.results().containsValue(false);
		if (!dead && told.results().containsValue(true)) {
			own.beat(now);
		}
		if (dead && this.instances.remove(instance.epoch()) != null) {
			this.membership.leave(own.place());
			this.group.listeners().forEach((listener) -> listener.declaredDead(instance.epoch()));
		}
		if (!dead) {
			told.refuseFailures();
		}
		return !dead;
	}

	boolean host(StoreInstance instance, Hosting hosting) {
		ShardAccess.Told<Boolean> told = this.shards
			.tellEach((writer, completion) -> writer.submitUnsynced((session) -> {
				session.host(instance.epoch(), hosting);
				return true;
			}, completion));
		told.failures().forEach((ex) -> logger.debug("A shard does not know what '{}' takes", instance.name(), ex));
		return told.failures().isEmpty();
	}

	List<Peer> peers() {
		Map<Long, Peer> found = new TreeMap<>();
		this.shards.readEach((reader) -> reader.peers().forEach((peer) -> found.merge(peer.epoch(), peer, Peer::and)));
		List<Peer> all = List.copyOf(found.values());
		this.peers = all;
		boolean others = all.stream().anyMatch((peer) -> !this.instances.containsKey(peer.epoch()));
		this.shards.writeEach((writer) -> writer.watch(others));
		return all;
	}

	long arrivals() {
		return this.membership.arrivals();
	}

	boolean isGone(Peer peer) {
		return !this.instances.containsKey(peer.epoch()) && this.membership.isGone(peer, this.peers);
	}

	OptionalInt rescue(Peer peer, ToIntFunction<String> maxAttempts) {
		this.shards.checkOpen();
		if (!peer.dead() && !isGone(peer) && !declareDead(peer)) {
			return OptionalInt.empty();
		}
		return OptionalInt.of(takeBack(peer.epoch(), true, maxAttempts));
	}

	/**
	 * Who was seen without a sign of life may have given one since: then its lease runs,
	 * and it begins what is its own. Dead in one shard is dead: there its next sign comes
	 * before that, or too late.
	 */
	private boolean declareDead(Peer peer) {
		List<Shard> knowing = new ArrayList<>();
		boolean[] lives = { false };
		this.shards.inEach((shard) -> {
			for (Peer now : shard.reader().peers()) {
				if (now.epoch() == peer.epoch()) {
					knowing.add(shard);
					lives[0] |= now.beat() > peer.beat();
				}
			}
		});
		if (lives[0] || knowing.isEmpty()) {
			return !lives[0];
		}
		return this.shards.writer(knowing.get(0).number())
			.call((session) -> session.declareDead(peer.epoch(), peer.beat()));
	}

	/** All shards at once: what waits for one is not held up by the commits of others. */
	private int takeBack(long epoch, boolean died, ToIntFunction<String> maxAttempts) {
		StartedRuns started = this.membership.startedRuns(epoch);
		ShardAccess.Told<Integer> firsts = this.shards.tellEach((writer, completion) -> writer.submit((session) -> {
			session.declareDead(epoch);
			return session.rescue(epoch, started, died, maxAttempts, STEP);
		}, completion));
		firsts.refuseFailures();
		int[] rows = { 0 };
		int[] done = { 0 };
		this.shards.writeEach((writer) -> {
			int step = firsts.results().getOrDefault(writer, 0);
			rows[0] += step;
			while (step == STEP) {
				step = writer.call((session) -> session.rescue(epoch, started, died, maxAttempts, STEP));
				rows[0] += step;
			}
			done[0] += firsts.results().containsKey(writer) ? 1 : 0;
		});
		if (done[0] == this.group.files().size()) {
			// A quarantined shard that comes back asks again which runs had started.
			this.membership.forget(epoch);
		}
		return rows[0];
	}

	List<QueueStats.InstanceStats> instanceStats() {
		Map<Long, ShardReader.Sighting> latest = new TreeMap<>();
		this.shards.readEach((reader) -> reader.sightings()
			.forEach((sighting) -> latest.merge(sighting.epoch(), sighting,
					(a, b) -> (a.beatAt() >= b.beatAt()) ? a : b)));
		Set<Long> own = this.own.stream().map(StoreInstance::epoch).collect(Collectors.toSet());
		long now = this.group.clock().millis();
		return latest.values()
			.stream()
			.map((sighting) -> new QueueStats.InstanceStats(sighting.epoch(), sighting.name(),
					Instant.ofEpochMilli(sighting.startedAt()), Duration.ofMillis(Math.max(0, now - sighting.beatAt())),
					own.contains(sighting.epoch())))
			.toList();
	}

	/** Gives back what the instances registered here have, and ends them. */
	void leaveAll() {
		List.copyOf(this.own).forEach(this::leaveQuietly);
	}

	private void leaveQuietly(StoreInstance instance) {
		try {
			// Whoever claims next knows how many attempts each task has.
			deregister(instance, (task) -> Integer.MAX_VALUE);
		}
		catch (QueueException ex) {
			logger.warn("{} could not give back its messages, another process will take them: {}", instance,
					ex.getMessage());
		}
	}

}
