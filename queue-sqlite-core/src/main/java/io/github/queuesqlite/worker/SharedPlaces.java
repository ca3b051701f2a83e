package io.github.queuesqlite.worker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import io.github.queuesqlite.task.QueuePool;
import io.github.queuesqlite.task.QueuePool.Strategy;
import org.jspecify.annotations.Nullable;

/**
 * What the lanes of a pool share: as many places as handlers may run in all of them, and
 * the lock under which they hold what they have. A place is taken by whatever a lane
 * holds: room that a shard was promised, a call that waits, a call that runs. So places
 * are counted from that and from nothing beside it, and none can be lost.
 * <p>
 * A lane wants places while a shard has, or may have, messages for it and it has permits
 * left. Of those that want some the strategy says who goes first; the others get what is
 * left. A place is kept for a lane for a while only, since its shard may not be able to
 * ask; then the lane is passed over until one of its shards is heard of.
 * <p>
 * <b>Threads:</b> all but {@link #lock()} with the lock held, which is that of each of
 * its lanes.
 */
final class SharedPlaces {

	private final String name;

	private final QueuePool pool;

	private final ReentrantLock lock = new ReentrantLock();

	/** In the order of the pool. */
	private final List<Share> shares = new ArrayList<>();

	/** Whether all lanes can be asked: before, the first one would get all. */
	private boolean open;

	/** Where the shares stand of those that begin; only rises. */
	private double served;

	/** Since when a place is kept for a lane while another one wants it; 0 for none. */
	private long yieldingSince;

	SharedPlaces(String name, QueuePool pool) {
		this.name = name;
		this.pool = pool;
	}

	ReentrantLock lock() {
		return this.lock;
	}

	/** Adds a lane, whose lock is this one. */
	void join(Lane lane) {
		List<String> queues = this.pool.queues();
		this.shares.add(new Share(lane, this.pool.weights().getOrDefault(lane.queue(), 1)));
		this.shares.sort(Comparator.comparingInt((share) -> queues.indexOf(share.lane.queue())));
	}

	/** Gives places from now on. */
	void open() {
		this.open = true;
		this.yieldingSince = 0;
	}

	void close() {
		this.open = false;
	}

	/** How many places nobody has. */
	int free() {
		return this.open ? this.pool.concurrency() - held() : 0;
	}

	private int held() {
		int held = 0;
		for (Share share : this.shares) {
			held += share.lane.held();
		}
		return held;
	}

	/** Whether one more call may start. */
	boolean mayStart() {
		return running() < this.pool.concurrency();
	}

	private int running() {
		int running = 0;
		for (Share share : this.shares) {
			running += share.lane.running();
		}
		return running;
	}

	PoolState state() {
		return new PoolState(this.name, this.pool, running());
	}

	// Who goes first

	/**
	 * Returns how many places a lane may have now that wants as many as it can use.
	 * @param now monotonic nanoseconds
	 * @return 0 when none is free, or all are for others
	 */
	int granted(Lane lane, long now) {
		int most = Math.min(free(), lane.ownRoom());
		if (most <= 0) {
			return 0;
		}
		int granted = share(lane, most);
		if (granted == 0 && isPatienceOver(now)) {
			this.shares.forEach((share) -> share.late = share.lane != lane);
			granted = most;
		}
		if (granted > 0) {
			this.yieldingSince = 0;
		}
		return granted;
	}

	private int share(Lane lane, int most) {
		List<Share> wanting = new ArrayList<>(this.shares.size());
		for (Share share : this.shares) {
			if (share.lane == lane || share.isWanting()) {
				wanting.add(share);
			}
		}
		if (wanting.size() == 1) {
			return most;
		}
		return (this.pool.strategy() == Strategy.STRICT) ? shareByOrder(lane, wanting) : shareByWeight(lane, wanting);
	}

	/** What those before it cannot use. */
	private int shareByOrder(Lane lane, List<Share> wanting) {
		int left = free();
		for (Share share : wanting) {
			if (share.lane == lane) {
				break;
			}
			left -= share.lane.ownRoom();
		}
		return Math.max(0, Math.min(left, lane.ownRoom()));
	}

	/** What it gets when the free places are given away one by one. */
	private int shareByWeight(Lane lane, List<Share> wanting) {
		int granted = 0;
		wanting.forEach((share) -> share.given = 0);
		for (int left = free(); left > 0; left--) {
			Share next = next(wanting);
			if (next == null) {
				break;
			}
			next.given++;
			granted += (next.lane == lane) ? 1 : 0;
		}
		wanting.forEach((share) -> share.given = 0);
		return granted;
	}

	private static @Nullable Share next(List<Share> wanting) {
		Share next = null;
		for (Share share : wanting) {
			if (share.given < share.lane.ownRoom() && (next == null || share.next() < next.next())) {
				next = share;
			}
		}
		return next;
	}

	private @Nullable Share first() {
		List<Share> wanting = this.shares.stream().filter(Share::isWanting).toList();
		if (this.pool.strategy() == Strategy.STRICT) {
			return wanting.isEmpty() ? null : wanting.get(0);
		}
		return next(wanting);
	}

	/** A call of a lane begins. */
	void begun(Lane lane, Call call) {
		if (this.pool.strategy() == Strategy.STRICT) {
			return;
		}
		Share begun = shareOf(lane);
		this.served = Math.max(this.served, begun.served());
		begun.begun += isByCalls() ? 1 : call.size();
		for (Share share : this.shares) {
			// Who wanted nothing has saved nothing for later.
			if (share.served() < this.served && share.lane.held() == 0 && !share.lane.isWanting()) {
				share.from = this.served;
				share.begun = 0;
			}
		}
	}

	private boolean isByCalls() {
		return this.pool.strategy() == Strategy.ROUND_ROBIN;
	}

	private Share shareOf(Lane lane) {
		return this.shares.stream().filter((share) -> share.lane == lane).findFirst().orElseThrow();
	}

	// Those that wait

	/** A shard has something for a lane, and asks it. */
	void heardOf(Lane lane) {
		shareOf(lane).late = false;
	}

	/** Whether a place is kept for a lane while another one wants it. */
	boolean isYielding(long now) {
		if (this.yieldingSince != 0 && now - this.yieldingSince >= Demand.FORGET_NANOS) {
			this.yieldingSince = 0;
		}
		return this.yieldingSince != 0;
	}

	private boolean isPatienceOver(long now) {
		if (this.yieldingSince == 0) {
			this.yieldingSince = Math.max(1, now);
		}
		return now - this.yieldingSince >= Demand.YIELD_NANOS;
	}

	/** Whether the shards are to ask again, for whichever lane. */
	boolean isPokeDue(long except) {
		boolean due = false;
		int free = free();
		if (free > 0) {
			for (Share share : this.shares) {
				due |= share.isPokeDue(free, except);
			}
		}
		return due;
	}

	/** Whether the shards are to ask the lane again for which a place is kept. */
	boolean isFirstToBePoked(Lane lane, long except) {
		int free = free();
		Share first = (free > 0) ? first() : null;
		return first != null && first.lane != lane && first.isPokeDue(free, except);
	}

	/** The part of a lane: what it has had, and what it is to have next. */
	private final class Share {

		private final Lane lane;

		private final int weight;

		/** Where it stood when it last began to want something. */
		private double from;

		/** What has begun since: messages, or calls where these take turns. */
		private long begun;

		/** What it would be given beside. */
		private int given;

		/** Whether a place was kept for it in vain. */
		private boolean late;

		Share(Lane lane, int weight) {
			this.lane = lane;
			this.weight = weight;
		}

		boolean isWanting() {
			return !this.late && this.lane.isWanting();
		}

		boolean isPokeDue(int free, long except) {
			return this.lane.isOwnPokeDue(Math.min(this.lane.ownRoom(), free), except);
		}

		double served() {
			return this.from + this.begun / (double) this.weight;
		}

		/** Where it would stand with one more. */
		double next() {
			int toBegin = this.lane.toBegin(isByCalls());
			return this.from + (this.begun + toBegin + this.given + 1) / (double) this.weight;
		}

	}

}
