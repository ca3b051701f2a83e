package io.github.queuesqlite.listen;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.listen.ListenerDefinition.ChangeHandler;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.store.WriterSettings;
import io.github.queuesqlite.store.sqlite.SqliteListenSettings;
import io.github.queuesqlite.store.sqlite.SqliteListenStore;
import io.github.queuesqlite.task.RetryPolicy;

/** Processes on one directory: each has a store, an epoch, and listen data. */
final class ListenFixture implements AutoCloseable {

	static final ListenSettings FAST = new ListenSettings(
			new RetryPolicy(2, Duration.ofMillis(1), 2, Duration.ofMillis(4), 0), Duration.ofMillis(50),
			Duration.ofMillis(20), Duration.ofMinutes(1));

	final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

	final InstantSource clock = this.now::get;

	final Payloads payloads = new Payloads(new JsonPayloadCodec(), 1024);

	private final Path directory;

	private final Set<Long> dead = ConcurrentHashMap.newKeySet();

	private final List<Process> processes = new ArrayList<>();

	private long epochs;

	ListenSettings settings = FAST;

	int maxChanges = 100_000;

	Duration retention = Duration.ofHours(24);

	ListenFixture(Path directory) {
		this.directory = directory;
	}

	Process process() {
		SqliteListenStore store = SqliteListenStore.open(new SqliteListenSettings(this.directory,
				new WriterSettings(true, 1000, Duration.ofMinutes(1), Duration.ofSeconds(1), QueueRecorder.NONE),
				this.retention, this.maxChanges, this.clock));
		Process process = new Process(store, ++this.epochs);
		this.processes.add(process);
		return process;
	}

	void forward(Duration duration) {
		this.now.updateAndGet((instant) -> instant.plus(duration));
	}

	@Override
	public void close() {
		this.processes.forEach(Process::close);
	}

	static ListenerDefinition listener(String name, String pattern, ChangeHandler handler) {
		return listener(name, pattern, false, handler);
	}

	static ListenerDefinition listener(String name, String pattern, boolean replay, ChangeHandler handler) {
		return new ListenerDefinition(name, List.of(pattern), Object.class, replay, handler);
	}

	/** As one process. */
	final class Process implements ListenOwner, AutoCloseable {

		final SqliteListenStore store;

		final ListenData data;

		final ListenOperations values;

		private volatile long epoch;

		private volatile boolean standingStill;

		Process(SqliteListenStore store, long epoch) {
			this.store = store;
			this.epoch = epoch;
			this.data = new ListenData(store, ListenFixture.this.payloads, this, ListenFixture.this.settings,
					ListenFixture.this.clock, (task) -> {
						Thread thread = new Thread(task);
						thread.setDaemon(true);
						return thread;
					});
			this.values = this.data.operations();
		}

		Process listen(ListenerDefinition listener) {
			this.data.listeners().register(listener);
			return this;
		}

		Process start() {
			this.data.start();
			return this;
		}

		/** Gives no sign of life for a lease, or gives one again. */
		void standStill(boolean standingStill) {
			this.standingStill = standingStill;
		}

		void declareDead() {
			ListenFixture.this.dead.add(this.epoch);
		}

		/** Goes on under a new epoch, as a process does that was taken for dead. */
		void takeNewEpoch() {
			this.epoch = ++ListenFixture.this.epochs;
			this.standingStill = false;
		}

		@Override
		public long epoch() {
			return this.epoch;
		}

		@Override
		public boolean holdsLease(long epoch) {
			return epoch == this.epoch && !this.standingStill;
		}

		@Override
		public boolean isDead(long epoch) {
			return ListenFixture.this.dead.contains(epoch);
		}

		@Override
		public void close() {
			this.data.stop();
			this.store.close();
			ListenFixture.this.dead.add(this.epoch);
		}

	}

}
