package io.github.queuesqlite.store;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** An instance with its id generators. */
final class ShardInstance implements StoreInstance {

	private final String name;

	private final Membership.Place place;

	private final Map<Integer, IdGenerator> ids;

	private final AtomicLong beats = new AtomicLong();

	private volatile long beatAt;

	ShardInstance(String name, Membership.Place place, Map<Integer, IdGenerator> ids, long beatAt) {
		this.name = name;
		this.place = place;
		this.ids = Map.copyOf(ids);
		this.beatAt = beatAt;
	}

	Membership.Place place() {
		return this.place;
	}

	long nextId(int shard) {
		return Objects.requireNonNull(this.ids.get(shard)).next();
	}

	@Override
	public long epoch() {
		return this.place.epoch();
	}

	@Override
	public int slot() {
		return this.place.slot();
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public long beatAt() {
		return this.beatAt;
	}

	long nextBeat() {
		return this.beats.incrementAndGet();
	}

	void beat(long at) {
		this.beatAt = at;
	}

	@Override
	public int started(RunKey key) {
		return this.place.started(key);
	}

	@Override
	public void settled(int note) {
		this.place.settled(note);
	}

	@Override
	public String toString() {
		return this.name + " (epoch " + epoch() + ", slot " + slot() + ")";
	}

}
