package io.github.queuesqlite.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Claimed calls that have not started, best first: higher priority, then lower sequence,
 * or higher where the newest is next. Grows as needed and makes no garbage.
 * <p>
 * <b>Threads:</b> guarded by the lane's lock.
 */
final class CallHeap {

	private @Nullable Call[] calls = new Call[64];

	private final boolean newestFirst;

	private int size;

	private int messages;

	private long bytes;

	CallHeap(boolean newestFirst) {
		this.newestFirst = newestFirst;
	}

	int size() {
		return this.size;
	}

	/** How many messages are in it: a batch has several. */
	int messages() {
		return this.messages;
	}

	boolean isEmpty() {
		return this.size == 0;
	}

	/** Bytes of all payloads in it. */
	long bytes() {
		return this.bytes;
	}

	/** Makes room, so that adding so many needs no memory. */
	void reserve(int more) {
		if (this.size + more > this.calls.length) {
			this.calls = Arrays.copyOf(this.calls, Math.max(2 * this.size, this.size + more));
		}
	}

	void add(Call call) {
		reserve(1);
		this.bytes += call.bytes();
		this.messages += call.size();
		int index = this.size++;
		while (index > 0) {
			int parent = (index - 1) >>> 1;
			Call above = at(parent);
			if (!isBefore(call, above)) {
				break;
			}
			this.calls[index] = above;
			index = parent;
		}
		this.calls[index] = call;
	}

	@Nullable Call peek() {
		return this.calls[0];
	}

	@Nullable Call poll() {
		if (this.size == 0) {
			return null;
		}
		Call best = at(0);
		this.bytes -= best.bytes();
		this.messages -= best.size();
		Call last = at(--this.size);
		this.calls[this.size] = null;
		if (this.size > 0) {
			siftDown(last);
		}
		return best;
	}

	private void siftDown(Call call) {
		int index = 0;
		int half = this.size >>> 1;
		while (index < half) {
			int child = 2 * index + 1;
			if (child + 1 < this.size && isBefore(at(child + 1), at(child))) {
				child++;
			}
			if (!isBefore(at(child), call)) {
				break;
			}
			this.calls[index] = at(child);
			index = child;
		}
		this.calls[index] = call;
	}

	private boolean isBefore(Call one, Call other) {
		Claim first = one.first();
		Claim others = other.first();
		if ((first.deaths() | others.deaths()) != 0) {
			// A suspect waits for no others: there is never more than one.
			return first.deaths() > others.deaths();
		}
		if (first.isAged() || others.isAged()) {
			return (first.isAged() && others.isAged()) ? first.row().seq() < others.row().seq() : first.isAged();
		}
		if (first.row().priority() != others.row().priority()) {
			return first.row().priority() > others.row().priority();
		}
		return this.newestFirst ? first.row().seq() > others.row().seq() : first.row().seq() < others.row().seq();
	}

	/** Takes out all that match. */
	List<Call> removeIf(Predicate<Call> condition) {
		List<Call> removed = new ArrayList<>();
		List<Call> kept = new ArrayList<>(this.size);
		for (int i = 0; i < this.size; i++) {
			Call call = at(i);
			(condition.test(call) ? removed : kept).add(call);
		}
		if (!removed.isEmpty()) {
			Arrays.fill(this.calls, 0, this.size, null);
			this.size = 0;
			this.bytes = 0;
			this.messages = 0;
			kept.forEach(this::add);
		}
		return removed;
	}

	@SuppressWarnings("NullAway") // below size there is a call
	Call at(int index) {
		return this.calls[index];
	}

}
