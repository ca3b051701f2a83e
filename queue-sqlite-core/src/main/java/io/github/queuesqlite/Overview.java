package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiPredicate;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.QueueStats.Count;
import io.github.queuesqlite.message.QueueStats.Pause;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Pauses;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.task.TaskRegistry;
import org.jspecify.annotations.Nullable;

/** Reads the counters: length, numbers of the moment, and whether work is left. */
final class Overview implements StoreListener {

	private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long MOST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	/** So often in a row nothing may be left while something is being handed in. */
	private static final int SURE = 3;

	private final MessageStore store;

	private final Lanes lanes;

	private final TaskRegistry tasks;

	private final InFlight inFlight;

	private final InstantSource clock;

	private final Set<Thread> draining = ConcurrentHashMap.newKeySet();

	Overview(MessageStore store, Lanes lanes, TaskRegistry tasks, InFlight inFlight, InstantSource clock) {
		this.store = store;
		this.lanes = lanes;
		this.tasks = tasks;
		this.inFlight = inFlight;
		this.clock = clock;
	}

	long length() {
		return this.store.counts()
			.stream()
			.filter((count) -> !count.state().isEnded())
			.mapToLong(Count::messages)
			.sum();
	}

	long length(String queue) {
		return this.store.counts()
			.stream()
			.filter((count) -> !count.state().isEnded() && count.queue().equals(queue))
			.mapToLong(Count::messages)
			.sum();
	}

	QueueStats stats() {
		List<Count> counts = this.store.counts().stream().filter((count) -> count.messages() > 0).toList();
		Set<String> unservedQueues = new HashSet<>();
		Set<String> unservedTasks = new HashSet<>();
		for (Count count : counts) {
			if (count.state() == MessageState.READY || count.state() == MessageState.SCHEDULED) {
				if (!this.lanes.serves(count.queue())) {
					unservedQueues.add(count.queue());
				}
				if (!count.task().equals(Chains.GROUP) && this.tasks.find(count.task()).isEmpty()
						&& !this.lanes.serves(count.queue(), count.task())) {
					unservedTasks.add(count.task());
				}
			}
		}
		return new QueueStats(counts, oldestReadyAges(), pauses(), unservedQueues, unservedTasks,
				this.store.shardStats(), this.store.instanceStats(), this.store.limits());
	}

	private List<Pause> pauses() {
		Pauses stored = this.store.pauses();
		List<Pause> pauses = new ArrayList<>();
		if (stored.all() != null) {
			pauses.add(new Pause(Pause.Kind.ALL, "*", instant(stored.all())));
		}
		new TreeMap<>(stored.queues())
			.forEach((queue, until) -> pauses.add(new Pause(Pause.Kind.QUEUE, queue, instant(until))));
		new TreeMap<>(stored.tasks())
			.forEach((task, until) -> pauses.add(new Pause(Pause.Kind.TASK, task, instant(until))));
		stored.keys().forEach((key, until) -> pauses.add(new Pause(Pause.Kind.KEY, key, instant(until))));
		return pauses;
	}

	private static @Nullable Instant instant(long until) {
		return (until != Pauses.UNTIL_RESUMED) ? Instant.ofEpochMilli(until) : null;
	}

	private Map<String, Duration> oldestReadyAges() {
		long now = this.clock.millis();
		Map<String, Duration> ages = new HashMap<>();
		this.store.oldestReady()
			.forEach((queue, since) -> ages.put(queue, Duration.ofMillis(Math.max(0, now - since))));
		return ages;
	}

	/**
	 * Waits until nothing is left that this process could run.
	 * @param deadline {@link System#nanoTime()} at which to give up
	 * @return false when time was up before
	 * @throws QueueException if the thread is interrupted
	 */
	boolean drain(long deadline) {
		this.draining.add(Thread.currentThread());
		try {
			boolean drained = this.inFlight.await(deadline) && awaitNothingLeft(deadline);
			if (!drained && Thread.currentThread().isInterrupted()) {
				throw new QueueException("Interrupted while waiting for the queue to drain");
			}
			return drained;
		}
		finally {
			this.draining.remove(Thread.currentThread());
		}
	}

	private boolean awaitNothingLeft(long deadline) {
		long pause = LEAST_PAUSE_NANOS;
		int sure = 0;
		while (!Thread.currentThread().isInterrupted()) {
			long entered = this.inFlight.entered();
			if (isNothingLeft()) {
				// Shards are read one after the other: what a handler handed in meanwhile
				// may be where the look has passed already.
				if ((this.inFlight.isIdle() && this.inFlight.entered() == entered) || ++sure == SURE) {
					return true;
				}
			}
			else {
				sure = 0;
			}
			long left = deadline - System.nanoTime();
			if (left <= 0) {
				return false;
			}
			// The ends of runs wake this thread early, but never without a pause.
			sleep(Math.min(left, LEAST_PAUSE_NANOS));
			LockSupport.parkNanos(this, Math.min(left, pause) - LEAST_PAUSE_NANOS);
			pause = Math.min(pause * 2, MOST_PAUSE_NANOS);
		}
		return false;
	}

	private void sleep(long nanos) {
		long until = System.nanoTime() + nanos;
		while (until - System.nanoTime() > 0 && !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(this, until - System.nanoTime());
		}
	}

	private boolean isNothingLeft() {
		return !this.store.hasRunnable(startable(), this.clock.millis());
	}

	/** Whether handlers here may take messages of a queue and task. */
	private BiPredicate<String, String> startable() {
		Pauses pauses = this.store.pauses();
		return (queue, task) -> !pauses.holdBack(queue, task) && this.lanes.hosts(queue, task);
	}

	/** Whether no handler here runs or could start now, and nothing is handed in. */
	boolean isIdle() {
		for (int i = 0; i < SURE; i++) {
			long entered = this.inFlight.entered();
			if (!this.inFlight.isIdle() || this.store.hasStartable(startable())) {
				return false;
			}
			if (this.inFlight.entered() == entered) {
				return true;
			}
		}
		return false;
	}

	@Override
	public void ended(List<Ended> messages) {
		if (!this.draining.isEmpty()) {
			this.draining.forEach(LockSupport::unpark);
		}
	}

}
