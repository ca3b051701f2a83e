package io.github.queuesqlite.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Claimed runs that have not started, best first: higher priority, then lower sequence.
 * Grows as needed and makes no garbage.
 * <p>
 * <b>Threads:</b> guarded by the lane's lock.
 */
final class RunHeap {

	private @Nullable Run[] runs = new Run[64];

	private int size;

	private long bytes;

	int size() {
		return this.size;
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
		if (this.size + more > this.runs.length) {
			this.runs = Arrays.copyOf(this.runs, Math.max(2 * this.size, this.size + more));
		}
	}

	void add(Run run) {
		reserve(1);
		this.bytes += run.bytes();
		int index = this.size++;
		while (index > 0) {
			int parent = (index - 1) >>> 1;
			Run above = at(parent);
			if (!run.isBefore(above)) {
				break;
			}
			this.runs[index] = above;
			index = parent;
		}
		this.runs[index] = run;
	}

	@Nullable Run peek() {
		return this.runs[0];
	}

	@Nullable Run poll() {
		if (this.size == 0) {
			return null;
		}
		Run best = at(0);
		this.bytes -= best.bytes();
		Run last = at(--this.size);
		this.runs[this.size] = null;
		if (this.size > 0) {
			siftDown(last);
		}
		return best;
	}

	private void siftDown(Run run) {
		int index = 0;
		int half = this.size >>> 1;
		while (index < half) {
			int child = 2 * index + 1;
			if (child + 1 < this.size && at(child + 1).isBefore(at(child))) {
				child++;
			}
			if (!at(child).isBefore(run)) {
				break;
			}
			this.runs[index] = at(child);
			index = child;
		}
		this.runs[index] = run;
	}

	/** Takes out all that match. */
	List<Run> removeIf(Predicate<Run> condition) {
		List<Run> removed = new ArrayList<>();
		List<Run> kept = new ArrayList<>(this.size);
		for (int i = 0; i < this.size; i++) {
			Run run = at(i);
			(condition.test(run) ? removed : kept).add(run);
		}
		if (!removed.isEmpty()) {
			Arrays.fill(this.runs, 0, this.size, null);
			this.size = 0;
			this.bytes = 0;
			kept.forEach(this::add);
		}
		return removed;
	}

	@SuppressWarnings("NullAway") // below size there is a run
	Run at(int index) {
		return this.runs[index];
	}

}
