package io.github.queuesqlite.worker;

import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The permits of a lane, one for each handler that may run at once, and who has them.
 * <p>
 * <b>Threads:</b> guarded by the lane's lock.
 */
final class Permits {

	private final @Nullable Call[] places;

	private final int[] freePlaces;

	private int free;

	private boolean taken;

	Permits(int permits) {
		this.places = new Call[permits];
		this.freePlaces = new int[permits];
		for (int i = 0; i < permits; i++) {
			this.freePlaces[i] = permits - 1 - i;
		}
		this.free = permits;
	}

	int free() {
		return this.free;
	}

	int inUse() {
		return this.places.length - this.free;
	}

	/** Gives one to a call. There must be a free one. */
	void give(Call call) {
		int place = this.freePlaces[--this.free];
		this.places[place] = call;
		call.place(place);
		this.taken = true;
	}

	/** Takes back the one of a call; returns whether it had one. */
	boolean takeBack(Call call) {
		if (call.place() < 0) {
			return false;
		}
		this.places[call.place()] = null;
		this.freePlaces[this.free++] = call.place();
		call.place(-1);
		return true;
	}

	/** Returns whether one was given since the last call. */
	boolean wasAnyGiven() {
		boolean taken = this.taken;
		this.taken = false;
		return taken;
	}

	/** Adds the calls that have one and meet a condition. */
	void collect(Predicate<Call> condition, List<Call> calls) {
		for (Call call : this.places) {
			if (call != null && condition.test(call)) {
				calls.add(call);
			}
		}
	}

}
