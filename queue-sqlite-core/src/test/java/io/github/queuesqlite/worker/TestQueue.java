package io.github.queuesqlite.worker;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import io.github.queuesqlite.event.EventSink;
import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.maintenance.Lease;
import io.github.queuesqlite.maintenance.Maintenance;
import io.github.queuesqlite.maintenance.MaintenanceSettings;
import io.github.queuesqlite.maintenance.Presence;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.store.ClaimOrder;
import io.github.queuesqlite.store.Completion;
import io.github.queuesqlite.store.FutureCompletion;
import io.github.queuesqlite.store.InsertResult;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.Peer;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.WriterSettings;
import io.github.queuesqlite.store.sqlite.SqliteStoreSettings;
import io.github.queuesqlite.store.sqlite.SqliteStores;
import io.github.queuesqlite.task.QueuePool;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskInterceptor;
import io.github.queuesqlite.task.TaskRegistry;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Workers, maintenance and a store in a directory. */
final class TestQueue implements AutoCloseable {

	static final int MAX_PAYLOAD = 100_000;

	static final Duration LEASE = Duration.ofMinutes(2);

	/** For how long this process has stood still. */
	volatile Duration still = Duration.ZERO;

	final MovableClock clock = new MovableClock();

	final MessageStore store;

	/** A method of the store that fails when the workers call it; empty for none. */
	volatile String failing = "";

	/** How often the workers have said that they want more. */
	final AtomicInteger pokes = new AtomicInteger();

	final Presence presence;

	final TaskRegistry tasks = new TaskRegistry();

	final Payloads payloads = new Payloads(new JsonPayloadCodec(), MAX_PAYLOAD);

	final RecordedRuns recorded = new RecordedRuns();

	final List<MessageEvent> events = new CopyOnWriteArrayList<>();

	final WorkerPool pool;

	final Maintenance maintenance;

	private TestQueue(Path directory, int shards, Settings chosen, QueueRecorder recorder) {
		WorkerSettings settings = chosen.toWorkerSettings();
		this.store = SqliteStores.open(new SqliteStoreSettings(directory, shards,
				new WriterSettings(false, 10_000, Duration.ofMinutes(1), Duration.ofSeconds(1), QueueRecorder.NONE),
				Retention.DEFAULT, 1L << 30, this.clock));
		this.presence = new Presence(this.store, "test",
				new Lease(LEASE, () -> System.nanoTime() + this.still.toNanos()),
				(task) -> settings.retry().maxAttempts(), () -> {
				});
		this.pool = new WorkerPool(new WorkerEnvironment(watched(this.store), this.presence, this.tasks, this.payloads,
				(recorder != null) ? recorder : this.recorded, new RecordedEvents(this.events), this.clock,
				chosen.random, "test-host", (message, shard) -> {
					throw new IllegalArgumentException("Nothing is enqueued here");
				}), settings);
		this.maintenance = new Maintenance(this.store, this.presence, this.pool::maxAttempts, this.clock,
				System::nanoTime, new MaintenanceSettings(LEASE, Duration.ofMillis(200), null));
	}

	private MessageStore watched(MessageStore store) {
		return (MessageStore) Proxy.newProxyInstance(MessageStore.class.getClassLoader(),
				new Class<?>[] { MessageStore.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("demandChanged")) {
						this.pokes.incrementAndGet();
					}
					if (method.getName().equals(this.failing)) {
						throw new StoreUnavailableException("as told", null);
					}
					try {
						return method.invoke(store, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

	static TestQueue open(Path directory) {
		return open(directory, (settings) -> settings);
	}

	static TestQueue open(Path directory, UnaryOperator<Settings> settings) {
		return new TestQueue(directory, 2, settings.apply(new Settings()), null);
	}

	static TestQueue open(Path directory, int shards, QueueRecorder recorder, UnaryOperator<Settings> settings) {
		return new TestQueue(directory, shards, settings.apply(new Settings()), recorder);
	}

	TestQueue start() {
		this.pool.start();
		this.maintenance.start();
		return this;
	}

	long enqueue(String task, @Nullable Object payload) {
		return enqueue(task, payload, (draft) -> draft);
	}

	long enqueue(String task, @Nullable Object payload, UnaryOperator<Draft> draft) {
		long id = this.store.assignId(this.presence.current(), new Keys(task, null, null));
		insert(List.of(draft.apply(new Draft()).toInsertion(this, id, task, payload)));
		return id;
	}

	/** Enqueues without waiting for the commit. */
	void enqueueLater(String task, @Nullable Object payload) {
		long id = this.store.assignId(this.presence.current(), new Keys(task, null, null));
		this.store.insert(this.presence.current(), List.of(new Draft().toInsertion(this, id, task, payload)),
				new Completion<>() {

					@Override
					public void succeeded(InsertResult result) {
					}

					@Override
					public void failed(QueueException failure) {
						throw failure;
					}

				});
	}

	List<Long> enqueueAll(String task, int count) {
		List<Long> ids = new ArrayList<>();
		for (int from = 0; from < count; from += 500) {
			int size = Math.min(500, count - from);
			long[] assigned = this.store.assignIds(this.presence.current(), size);
			List<Insertion> rows = new ArrayList<>();
			for (int i = 0; i < size; i++) {
				rows.add(new Draft().toInsertion(this, assigned[i], task, from + i));
				ids.add(assigned[i]);
			}
			insert(rows);
		}
		return ids;
	}

	void insert(List<Insertion> rows) {
		FutureCompletion<InsertResult> inserted = new FutureCompletion<>();
		this.store.insert(this.presence.current(), rows, inserted);
		assertThat(inserted.future().orTimeout(60, TimeUnit.SECONDS).join().failed()).isEmpty();
	}

	/** Does what others do with an instance that gives no sign of life. */
	void declareDead(long epoch) {
		// Again when it has given one since it was looked at.
		await().until(() -> {
			Peer peer = this.store.peers()
				.stream()
				.filter((candidate) -> candidate.epoch() == epoch)
				.findFirst()
				.orElseThrow();
			return this.store.rescue(peer, this.pool::maxAttempts).isPresent();
		});
	}

	StoredMessage find(long id) {
		return this.store.find(id).orElseThrow();
	}

	/**
	 * Some at a time: a slow machine may not read all of many in the time of one read.
	 */
	List<StoredMessage> findAll(List<Long> ids) {
		List<StoredMessage> found = new ArrayList<>();
		for (int from = 0; from < ids.size(); from += 500) {
			found.addAll(this.store.findAll(ids.subList(from, Math.min(ids.size(), from + 500))));
		}
		return found;
	}

	StoredMessage awaitState(long id, MessageState state) {
		await().pollInterval(Duration.ofMillis(5)).untilAsserted(() -> assertThat(find(id).state()).isEqualTo(state));
		return find(id);
	}

	@Nullable Object result(long id) {
		StoredMessage row = find(id);
		return this.payloads.decode(row.resultCodec(), row.result(), Object.class);
	}

	void awaitIdle() {
		await().pollInterval(Duration.ofMillis(5)).until(this.pool::isIdle);
	}

	@Override
	public void close() {
		this.pool.close();
		this.maintenance.stop();
		this.presence.leave();
		this.store.close();
	}

	/** Keeps what runs tell of. */
	private record RecordedEvents(List<MessageEvent> events) implements EventSink {

		@Override
		public boolean isListening() {
			return true;
		}

		@Override
		public void publish(MessageEvent event) {
			this.events.add(event);
		}

	}

	/** What a test may set. */
	static final class Settings {

		private int concurrency = 4;

		private Duration timeout = Duration.ofMinutes(5);

		private RetryPolicy retry = new RetryPolicy(3, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0);

		private Duration drainTimeout = Duration.ofMinutes(1);

		private Duration probation = Duration.ofSeconds(10);

		private boolean virtualThreads;

		private java.util.concurrent.@Nullable Executor executor;

		private final List<TaskInterceptor> interceptors = new ArrayList<>();

		private final java.util.Map<String, Integer> queues = new java.util.HashMap<>();

		private final Map<String, QueuePool> pools = new LinkedHashMap<>();

		private Random random = new Random(42);

		private ClaimOrder order = ClaimOrder.DEFAULT;

		Settings concurrency(int concurrency) {
			this.concurrency = concurrency;
			return this;
		}

		Settings queue(String queue, int concurrency) {
			this.queues.put(queue, concurrency);
			return this;
		}

		Settings pool(String name, QueuePool pool) {
			this.pools.put(name, pool);
			return this;
		}

		/** What the waits before retries are made of. */
		Settings random(Random random) {
			this.random = random;
			return this;
		}

		/** Nothing is claimed ahead then. */
		Settings newestFirst(String queue) {
			this.order = new ClaimOrder(Set.of(queue), Map.of());
			return this;
		}

		Settings timeout(Duration timeout) {
			this.timeout = timeout;
			return this;
		}

		Settings retry(RetryPolicy retry) {
			this.retry = retry;
			return this;
		}

		Settings maxRetries(int maxRetries) {
			return retry(new RetryPolicy(maxRetries, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0));
		}

		Settings drainTimeout(Duration drainTimeout) {
			this.drainTimeout = drainTimeout;
			return this;
		}

		Settings probation(Duration probation) {
			this.probation = probation;
			return this;
		}

		Settings virtualThreads() {
			this.virtualThreads = true;
			return this;
		}

		Settings executor(java.util.concurrent.Executor executor) {
			this.executor = executor;
			return this;
		}

		Settings interceptor(TaskInterceptor interceptor) {
			this.interceptors.add(interceptor);
			return this;
		}

		WorkerSettings toWorkerSettings() {
			return new WorkerSettings(this.concurrency, this.queues, this.pools, Map.of(), this.order, this.timeout,
					this.retry, this.drainTimeout, this.probation, this.virtualThreads, this.executor,
					this.interceptors);
		}

	}

	/** What a test may say of a message. */
	static final class Draft {

		private String queue = "default";

		private int priority = 1;

		private @Nullable Duration timeToLive;

		private @Nullable Integer maxAttempts;

		private Duration delay = Duration.ZERO;

		private byte @Nullable [] raw;

		Draft queue(String queue) {
			this.queue = queue;
			return this;
		}

		Draft priority(int priority) {
			this.priority = priority;
			return this;
		}

		Draft timeToLive(Duration timeToLive) {
			this.timeToLive = timeToLive;
			return this;
		}

		Draft delay(Duration delay) {
			this.delay = delay;
			return this;
		}

		Draft maxAttempts(int maxAttempts) {
			this.maxAttempts = maxAttempts;
			return this;
		}

		/** Bytes that the JSON codec is said to have written. */
		Draft raw(byte[] raw) {
			this.raw = raw;
			return this;
		}

		Insertion toInsertion(TestQueue queue, long id, String task, @Nullable Object payload) {
			long now = queue.clock.millis();
			Payloads.Encoded encoded = (this.raw != null) ? new Payloads.Encoded("json", this.raw)
					: queue.payloads.encode("payload", payload);
			return new Insertion(id, new Keys(task, null, null), this.queue, task, this.priority, now,
					now + this.delay.toMillis(), (this.timeToLive != null) ? now + this.timeToLive.toMillis() : null,
					this.maxAttempts, null, encoded.codec(), encoded.bytes(), false);
		}

	}

	/** The system's clock, moved by hand. */
	static final class MovableClock implements InstantSource {

		private volatile long ahead;

		/** Done each time that somebody asks for the time. */
		volatile Runnable whenAsked = () -> {
		};

		@Override
		public java.time.Instant instant() {
			return java.time.Instant.now().plusMillis(this.ahead);
		}

		@Override
		public long millis() {
			this.whenAsked.run();
			return System.currentTimeMillis() + this.ahead;
		}

		void advance(Duration duration) {
			this.ahead += duration.toMillis();
		}

	}

}
