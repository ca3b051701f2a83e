package io.github.queuesqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;

import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.event.MessageEventListener;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.listen.ListenOperations;
import io.github.queuesqlite.listen.ListenerRegistry;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.QueueOrder;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import io.github.queuesqlite.payload.PayloadCodec;
import io.github.queuesqlite.payload.PayloadKeys;
import io.github.queuesqlite.payload.PayloadSettings;
import io.github.queuesqlite.payload.PayloadUpcaster;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.store.ClaimOrder;
import io.github.queuesqlite.store.HistoryRule;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.sqlite.CacheSettings;
import io.github.queuesqlite.store.sqlite.DiskSettings;
import io.github.queuesqlite.store.sqlite.DiskSpace;
import io.github.queuesqlite.task.EnqueueInterceptor;
import io.github.queuesqlite.task.QueuePool;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskInterceptor;
import io.github.queuesqlite.task.TaskRegistry;
import io.github.queuesqlite.worker.WorkerSettings;
import org.jspecify.annotations.Nullable;

/**
 * A queue in a directory, for a plain {@code main}; the Spring Boot starter builds the
 * same from properties. <pre>{@code
 * try (EmbeddedQueue queue = EmbeddedQueue.builder(Path.of("data/queue")).build()) {
 * 	queue.tasks().register("greet", String.class, (name, context) -> "Hello " + name);
 * 	queue.start();
 * 	queue.operations().enqueue("greet", "Ada");
 * 	queue.operations().drain(Duration.ofSeconds(10));
 * }
 * }</pre>
 * <p>
 * Building opens the files, creates or migrates them, and accepts messages; handlers run
 * between {@link #start()} and {@link #stop()}.
 * <p>
 * <b>Without {@link #close()}:</b> a JVM that ends or is killed loses nothing that was
 * accepted; messages whose handlers ran are taken back and run again. All threads are
 * daemons but one, which keeps the JVM up between start and stop. No shutdown hook is
 * registered: close the queue, or let a hook of your own do so, for handlers to end in
 * peace.
 * <p>
 * <b>Threads:</b> safe for use by several threads; start, stop and close wait for each
 * other.
 *
 * @since 0.1.0
 */
public final class EmbeddedQueue implements AutoCloseable {

	private final QueueEngine engine;

	private EmbeddedQueue(Builder builder) {
		this.engine = new QueueEngine(builder);
	}

	/**
	 * Begins a queue.
	 * @param directory where its files are; created when missing. Relative to the working
	 * directory
	 * @return a builder with the defaults
	 */
	public static Builder builder(Path directory) {
		return new Builder(directory);
	}

	/**
	 * Begins a queue in a directory of its own that is deleted by {@link #close()}: for
	 * tests.
	 * @return a builder with the defaults
	 */
	public static Builder temporary() {
		return new Builder(null);
	}

	/**
	 * Returns what puts messages in, looks at them and steers them.
	 * @return usable until {@link #close()}
	 */
	public QueueOperations operations() {
		return this.engine.operations();
	}

	/**
	 * Returns the listen data.
	 * @return usable until {@link #close()}
	 */
	public ListenOperations listen() {
		return this.engine.listen().operations();
	}

	/**
	 * Returns what creates and steers schedules. They fire from the opening on, also
	 * while no workers run.
	 * @return usable until {@link #close()}
	 */
	public ScheduleOperations schedules() {
		return this.engine.schedules();
	}

	/**
	 * Returns what people have done to the queue.
	 * @return usable until {@link #close()}
	 */
	public AuditLog audit() {
		return this.engine.audit();
	}

	/**
	 * Returns the tasks that this process hosts.
	 * @return the registry
	 */
	public TaskRegistry tasks() {
		return this.engine.tasks();
	}

	/**
	 * Reads a payload that somebody has written as JSON, to hand it in.
	 * @param task the name of a task
	 * @param json one value
	 * @return what the task takes, when this process hosts it; else text, numbers, lists
	 * and maps. Null for the value null
	 * @throws io.github.queuesqlite.message.PayloadException if it is not JSON, or not
	 * what the task takes
	 */
	public @Nullable Object readJson(String task, String json) {
		return this.engine.readJson(task, json);
	}

	/**
	 * Returns the listeners of this process.
	 * @return the registry
	 */
	public ListenerRegistry listeners() {
		return this.engine.listen().listeners();
	}

	/**
	 * Tells a listener of what happens to messages from now on.
	 * @param listener gets each event once, as {@link MessageEvent} says
	 */
	public void addEventListener(MessageEventListener listener) {
		this.engine.events().add(listener);
	}

	/**
	 * Tells a listener nothing more; what waits for it is dropped.
	 * @param listener a listener
	 * @return false when it was none
	 */
	public boolean removeEventListener(MessageEventListener listener) {
		return this.engine.events().remove(listener);
	}

	/**
	 * Does what is due by the clock of this moment before it returns: messages whose time
	 * has come are READY then, those whose time to live is over EXPIRED, pauses that end
	 * are over, and schedules have enqueued their messages, unless
	 * {@link Builder#scheduleFiring} is off. All of that happens by itself; this is for a
	 * {@linkplain Builder#clock clock} that somebody moves by hand.
	 */
	public void catchUp() {
		this.engine.catchUp();
	}

	/**
	 * Returns whether at this moment no handler of this process runs or could start, and
	 * no listener has changes before it. Messages that are delayed, wait for a retry, are
	 * held by a key, or are of paused or foreign queues and tasks do not count; those
	 * that wait for a permit or for the token of a rate do.
	 * @return true also while stopped, when there is nothing to run
	 */
	public boolean isIdle() {
		return this.engine.isIdle();
	}

	/**
	 * Returns where the files are.
	 * @return absolute
	 */
	public Path directory() {
		return this.engine.directory().path();
	}

	/**
	 * Starts workers and listeners, under a new epoch when they ran before. No effect
	 * while they run. While they run the JVM stays up, also when {@code main} has
	 * returned.
	 * @throws io.github.queuesqlite.message.StoreUnavailableException after
	 * {@link #close()}
	 */
	public void start() {
		this.engine.start();
	}

	/**
	 * Stops workers and listeners: claims nothing more, gives back what has not started,
	 * waits for running handlers up to the drain timeout, then interrupts them. Messages
	 * are still accepted. May be started again.
	 */
	public void stop() {
		this.engine.stop();
	}

	/**
	 * Holds the workers and listeners of this process until {@link #letGo()}: they claim
	 * and start nothing, also after a {@link #start()}. Gives back what has not started
	 * and waits for running handlers up to the drain timeout. Nothing of it is stored;
	 * messages are still accepted, and {@link QueueOperations#receive} still hands out.
	 * Cheaper than a stop, and with no end of the instance. No effect while held.
	 */
	public void hold() {
		this.engine.hold();
	}

	/** Ends a {@link #hold()}. No effect when nothing is held. */
	public void letGo() {
		this.engine.letGo();
	}

	/**
	 * Returns whether workers run.
	 * @return true between start and stop
	 */
	public boolean isRunning() {
		return this.engine.isRunning();
	}

	/**
	 * Returns the lanes of this process: {@code default}, each queue that a task declares
	 * and each that was given a concurrency or a pool. Touches no file.
	 * @return in the order of their names; idle ones while stopped
	 */
	public List<QueueStatus.LaneStatus> lanes() {
		return this.engine.lanes();
	}

	/**
	 * Returns the runs of this process whose handler goes on although its time is over or
	 * it was cancelled. Touches no file.
	 * @return in no order; empty when all is well
	 */
	public List<QueueStatus.StuckRun> stuckRuns() {
		return this.engine.stuckRuns();
	}

	/**
	 * Looks at each shard (by a small write) and at the workers.
	 * @return how the queue is
	 */
	public QueueStatus status() {
		return this.engine.status();
	}

	/** How many messages somebody waits for: must be none when nobody does. */
	int waiting() {
		return this.engine.waiting();
	}

	/** Stops, commits what was handed in, and closes the files. Idempotent. */
	@Override
	public void close() {
		this.engine.close();
	}

	/**
	 * Collects settings. Each setter refuses values out of range with
	 * {@link IllegalArgumentException}.
	 */
	public static final class Builder {

		final @Nullable Path directory;

		String name = "default";

		@Nullable Integer shards;

		@Nullable ShardChooser shardChooser;

		Durability durability = Durability.FULL;

		SchemaMode schema = SchemaMode.MIGRATE;

		InstantSource clock = InstantSource.system();

		PayloadCodec codec = new JsonPayloadCodec();

		final List<PayloadCodec> readCodecs = new ArrayList<>();

		final List<PayloadUpcaster> upcasters = new ArrayList<>();

		long compressOver = -1;

		@Nullable PayloadKeys payloadKeys;

		@Nullable PayloadKeys signingKeys;

		boolean signatureRequired;

		long maxPayloadSize = 1024 * 1024;

		boolean enqueueAfterCommit = true;

		int maxPending = 10_000;

		int maxLength = -1;

		OnFull onFull = OnFull.BLOCK;

		Duration blockTimeout = Duration.ofSeconds(30);

		@Nullable Duration callbackTimeout;

		long walMax = 1024L * 1024 * 1024;

		@Nullable Long diskReserve;

		long writerCache = CacheSettings.DEFAULT.writer();

		long readerCache = CacheSettings.DEFAULT.reader();

		DiskSpace diskSpace = DiskSpace.REAL;

		int concurrency = 8;

		final Map<String, Integer> queues = new LinkedHashMap<>();

		final Map<String, QueuePool> pools = new LinkedHashMap<>();

		final Map<String, RateLimit> rates = new LinkedHashMap<>();

		Duration pollInterval = Duration.ofSeconds(1);

		Duration timeout = Duration.ofMinutes(30);

		boolean virtualThreads;

		@Nullable Executor executor;

		RetryPolicy retry = RetryPolicy.DEFAULT;

		Duration leaseDuration = Duration.ofSeconds(30);

		Duration drainTimeout = Duration.ofSeconds(20);

		Duration probation = Duration.ofSeconds(10);

		Retention retention = Retention.DEFAULT;

		HistoryRule history = HistoryRule.OFF;

		@Nullable Duration expireUnhosted;

		boolean scheduleFiring = true;

		Duration listenRetention = Duration.ofHours(24);

		int listenMaxRetries = 3;

		QueueRecorder recorder = QueueRecorder.NONE;

		final Set<String> newestFirst = new HashSet<>();

		final Map<String, Duration> ageing = new HashMap<>();

		final List<TaskInterceptor> interceptors = new ArrayList<>();

		final List<EnqueueInterceptor> enqueueInterceptors = new ArrayList<>();

		final List<MessageEventListener> eventListeners = new ArrayList<>();

		Builder(@Nullable Path directory) {
			this.directory = directory;
		}

		/**
		 * Sets the name: files are in {@code <directory>/<name>}.
		 * @param name 1 to 200 letters, digits or {@code . _ - :}, not {@code .} or
		 * {@code ..}; {@code default} unless set
		 * @return this
		 */
		public Builder name(String name) {
			Names.check("name", name);
			if (name.equals(".") || name.equals("..")) {
				throw new IllegalArgumentException("'name' must not be '" + name + "'");
			}
			this.name = name;
			return this;
		}

		/**
		 * Sets how many files the messages are spread over.
		 * @param shards 1 to 64; by default the stored layout, for a new directory
		 * {@code min(4, cores)}
		 * @return this
		 */
		public Builder shards(int shards) {
			this.shards = range("shards", shards, 1, 64);
			return this;
		}

		/**
		 * Sets who says in which shard messages without keys are stored.
		 * @param shardChooser null for the one with the shortest inbox, as it is unless
		 * set
		 * @return this
		 */
		public Builder shardChooser(@Nullable ShardChooser shardChooser) {
			this.shardChooser = shardChooser;
			return this;
		}

		/**
		 * Sets what a commit waits for.
		 * @param durability {@code FULL} unless set
		 * @return this
		 */
		public Builder durability(Durability durability) {
			this.durability = Objects.requireNonNull(durability);
			return this;
		}

		/**
		 * Sets what a start does to files that another version has written.
		 * @param schema {@link SchemaMode#MIGRATE} unless set
		 * @return this
		 */
		public Builder schema(SchemaMode schema) {
			this.schema = Objects.requireNonNull(schema, "'schema' must not be null");
			return this;
		}

		/**
		 * Sets the wall clock.
		 * @param clock the system's unless set
		 * @return this
		 */
		public Builder clock(InstantSource clock) {
			this.clock = Objects.requireNonNull(clock);
			return this;
		}

		/**
		 * Sets how payloads and results become bytes.
		 * @param codec JSON unless set
		 * @return this
		 */
		public Builder codec(PayloadCodec codec) {
			this.codec = Objects.requireNonNull(codec);
			return this;
		}

		/**
		 * Adds a codec for what it has written: each message is read by the codec that
		 * wrote it. JSON is always there.
		 * @param codec one with another name than those added before
		 * @return this
		 */
		public Builder readCodec(PayloadCodec codec) {
			this.readCodecs.add(Objects.requireNonNull(codec));
			return this;
		}

		/**
		 * Adds a way from an older version of a payload type to the next.
		 * @param upcaster the only one of its type and version
		 * @return this
		 */
		public Builder upcaster(PayloadUpcaster upcaster) {
			this.upcasters.add(Objects.requireNonNull(upcaster));
			return this;
		}

		/**
		 * Compresses large payloads, results and values of listen data.
		 * @param bytes from how many on, 0 to 256 MB, or -1 for none; -1 unless set
		 * @return this
		 */
		public Builder compressOver(long bytes) {
			if (bytes < -1 || bytes > 256L * 1024 * 1024) {
				throw new IllegalArgumentException("'compressOver' must be -1 or from 0 to 256 MB, was " + bytes);
			}
			this.compressOver = bytes;
			return this;
		}

		/**
		 * Encrypts payloads, results and values of listen data, with AES-GCM. Keys, tags,
		 * headers, metadata and the texts of failures are not encrypted.
		 * @param keys the keys; none are used unless set
		 * @return this
		 */
		public Builder encrypt(PayloadKeys keys) {
			this.payloadKeys = Objects.requireNonNull(keys);
			return this;
		}

		/**
		 * Signs payloads, results and values of listen data with HMAC-SHA256, so that
		 * nobody without a key can have others run; unless they are encrypted, which
		 * signs them too.
		 * @param keys the keys; none are used unless set
		 * @param required whether what is stored without a signature is refused: its
		 * message is DEAD and says why. False while there are messages that were stored
		 * before
		 * @return this
		 */
		public Builder sign(PayloadKeys keys, boolean required) {
			this.signingKeys = Objects.requireNonNull(keys);
			this.signatureRequired = required;
			return this;
		}

		PayloadSettings payloadSettings() {
			return new PayloadSettings(this.codec, this.readCodecs, this.upcasters, this.compressOver, this.payloadKeys,
					this.signingKeys, this.signatureRequired, this.maxPayloadSize);
		}

		/**
		 * Sets the most bytes of one payload or result.
		 * @param bytes 1 to 256 MB; 1 MB unless set
		 * @return this
		 */
		public Builder maxPayloadSize(long bytes) {
			if (bytes < 1 || bytes > 256L * 1024 * 1024) {
				throw new IllegalArgumentException("'maxPayloadSize' must be from 1 B to 256 MB, was " + bytes);
			}
			this.maxPayloadSize = bytes;
			return this;
		}

		/**
		 * Sets whether an enqueue inside an active Spring transaction waits for its
		 * commit.
		 * @param enqueueAfterCommit true unless set
		 * @return this
		 */
		public Builder enqueueAfterCommit(boolean enqueueAfterCommit) {
			this.enqueueAfterCommit = enqueueAfterCommit;
			return this;
		}

		/**
		 * Sets how many messages may wait for their commit, in each shard.
		 * @param maxPending 1 to 1,000,000; 10,000 unless set
		 * @return this
		 */
		public Builder maxPending(int maxPending) {
			this.maxPending = range("maxPending", maxPending, 1, 1_000_000);
			return this;
		}

		/**
		 * Bounds the length of every queue: how many of its messages there may be that
		 * have not ended. Each shard holds an equal part of them, rounded up. What
		 * handlers enqueue on their own threads, and what comes back — a retry, a release
		 * — is stored in any case, and counts.
		 * @param maxLength 1 or more; -1 for any number, as it is unless set
		 * @return this
		 */
		public Builder maxLength(int maxLength) {
			if (maxLength != -1 && maxLength < 1) {
				throw new IllegalArgumentException("'maxLength' must be -1 or at least 1, was " + maxLength);
			}
			this.maxLength = maxLength;
			return this;
		}

		/**
		 * Sets what an enqueue does when its queue is as long as it may be.
		 * @param onFull {@link OnFull#BLOCK} unless set
		 * @return this
		 */
		public Builder onFull(OnFull onFull) {
			this.onFull = Objects.requireNonNull(onFull, "'onFull' must not be null");
			return this;
		}

		/**
		 * Sets how long an enqueue waits while too many are pending, or its queue is
		 * full.
		 * @param blockTimeout 0 or longer; 30 s unless set
		 * @return this
		 */
		public Builder blockTimeout(Duration blockTimeout) {
			this.blockTimeout = range("blockTimeout", blockTimeout, Duration.ZERO, Duration.ofDays(1));
			return this;
		}

		/**
		 * Sets how long a callback of
		 * {@link QueueOperations#enqueue(io.github.queuesqlite.message.NewMessage, java.util.function.Consumer)}
		 * may take: then its thread is interrupted, and the log says so. Nothing else
		 * waits for callbacks, however long they take.
		 * @param callbackTimeout 1 ms or longer; null for any time, as it is unless set
		 * @return this
		 */
		public Builder callbackTimeout(@Nullable Duration callbackTimeout) {
			this.callbackTimeout = (callbackTimeout != null)
					? range("callbackTimeout", callbackTimeout, Duration.ofMillis(1), Duration.ofDays(36_525)) : null;
			return this;
		}

		/**
		 * Sets the size of the write-ahead log of a shard above which new messages are
		 * refused.
		 * @param bytes at least 128 MB; 1 GB unless set
		 * @return this
		 */
		public Builder walMax(long bytes) {
			if (bytes < 128L * 1024 * 1024) {
				throw new IllegalArgumentException("'walMax' must be at least 128 MB, was " + bytes);
			}
			this.walMax = bytes;
			return this;
		}

		/**
		 * Sets how much of the disk is left to others and to what the queue has accepted:
		 * below it new messages and values of listen data are refused, all else goes on.
		 * An eighth of it, but at least 1 MB where it is 2 MB or more, is held by a file
		 * of its own, for when others have filled the disk to the last byte.
		 * @param bytes 0 for nothing, else at least 1 MB, and less than the file system
		 * has; 64 MB unless set, or an eighth of the file system if that is less
		 * @return this
		 */
		public Builder diskReserve(long bytes) {
			if (bytes != 0 && bytes < 1024 * 1024) {
				throw new IllegalArgumentException("'diskReserve' must be 0 or at least 1 MB, was " + bytes);
			}
			this.diskReserve = bytes;
			return this;
		}

		/**
		 * Sets how much of each shard's file its writer keeps in memory, outside of the
		 * heap. It is taken as pages are used. Raise it for a large backlog whose pages
		 * would else be read from the disk again and again.
		 * @param bytes 256 KB to 16 GB; 16 MB unless set
		 * @return this
		 */
		public Builder writerCache(long bytes) {
			this.writerCache = cache("writerCache", bytes);
			return this;
		}

		/**
		 * Sets how much of each shard's file each of the four threads that read keeps in
		 * memory, as {@link #writerCache}.
		 * @param bytes 256 KB to 16 GB; 4 MB unless set
		 * @return this
		 */
		public Builder readerCache(long bytes) {
			this.readerCache = cache("readerCache", bytes);
			return this;
		}

		private static long cache(String name, long bytes) {
			if (bytes < 256L * 1024 || bytes > 16L * 1024 * 1024 * 1024) {
				throw new IllegalArgumentException("'" + name + "' must be from 256 KB to 16 GB, was " + bytes);
			}
			return bytes;
		}

		CacheSettings cache() {
			return new CacheSettings(this.writerCache, this.readerCache);
		}

		/** Sets who tells what is free on a disk. */
		Builder diskSpace(DiskSpace diskSpace) {
			this.diskSpace = diskSpace;
			return this;
		}

		DiskSettings disk() {
			return new DiskSettings(this.diskReserve, this.diskSpace);
		}

		/**
		 * Sets how many handlers of one queue run at once, where neither the queue nor
		 * its pool says otherwise.
		 * @param concurrency 1 to 10,000; 8 unless set
		 * @return this
		 */
		public Builder concurrency(int concurrency) {
			this.concurrency = range("concurrency", concurrency, 1, 10_000);
			return this;
		}

		/**
		 * Gives a queue a lane of its own concurrency.
		 * @param queue the name
		 * @param concurrency 1 to 10,000; in a pool no more than that has
		 * @return this
		 */
		public Builder queue(String queue, int concurrency) {
			Map<String, Integer> queues = new LinkedHashMap<>(this.queues);
			queues.put(Names.check("queue", queue), range("concurrency of queue " + queue, concurrency, 1, 10_000));
			WorkerSettings.checkPools(queues, this.pools);
			this.queues.putAll(queues);
			return this;
		}

		/**
		 * Has queues share workers, each with a lane of its own: no more of their
		 * handlers run at once in this process than the pool has, and its strategy says
		 * which queue is next. A queue without a {@linkplain #queue(String, int)
		 * concurrency of its own} may have all of them. Nothing is claimed ahead.
		 * Messages that are pulled do not count.
		 * @param name the name of the pool, which replaces one that has it already
		 * @param pool its queues, of which none is in another pool
		 * @return this
		 */
		public Builder pool(String name, QueuePool pool) {
			Map<String, QueuePool> pools = new LinkedHashMap<>(this.pools);
			pools.put(Names.check("pool", name), Objects.requireNonNull(pool, "'pool' must not be null"));
			WorkerSettings.checkPools(this.queues, pools);
			this.pools.putAll(pools);
			return this;
		}

		/**
		 * Gives a queue a lane of which so many handlers may begin in how long, over all
		 * processes of the directory and over restarts, whatever their tasks. What is too
		 * much waits and spends no attempt. Messages that are pulled do not count.
		 * @param queue the name
		 * @param rateLimit how many in how long
		 * @return this
		 */
		public Builder rateLimit(String queue, RateLimit rateLimit) {
			this.rates.put(Names.check("queue", queue),
					Objects.requireNonNull(rateLimit, "'rateLimit' must not be null"));
			return this;
		}

		/** Queues with a lane, whatever tasks there are. */
		Set<String> lanes() {
			Set<String> lanes = new HashSet<>(this.queues.keySet());
			lanes.addAll(this.rates.keySet());
			this.pools.values().forEach((pool) -> lanes.addAll(pool.queues()));
			return lanes;
		}

		/**
		 * Sets in which order messages of one priority start in a queue, in this process.
		 * @param queue the name
		 * @param order {@code FIFO} unless set
		 * @return this
		 */
		public Builder order(String queue, QueueOrder order) {
			Names.check("queue", queue);
			if (Objects.requireNonNull(order, "'order' must not be null") == QueueOrder.LIFO) {
				this.newestFirst.add(queue);
			}
			else {
				this.newestFirst.remove(queue);
			}
			return this;
		}

		/**
		 * Lets messages of a queue start at last that better ones go before for ever: of
		 * eight that a shard hands out one is the message that waits longest, whatever
		 * its priority, once it has been ready for so long. In this process.
		 * @param queue the name
		 * @param after 10 ms or longer; never unless set
		 * @return this
		 */
		public Builder ageing(String queue, Duration after) {
			this.ageing.put(Names.check("queue", queue),
					range("ageing of queue " + queue, after, Duration.ofMillis(10), Duration.ofDays(36_525)));
			return this;
		}

		/** Returns in which order messages are claimed. */
		ClaimOrder claimOrder() {
			return new ClaimOrder(this.newestFirst, this.ageing);
		}

		/**
		 * Sets the safety net under the signals: latency does not depend on it.
		 * @param pollInterval 10 ms to 1 min; 1 s unless set
		 * @return this
		 */
		public Builder pollInterval(Duration pollInterval) {
			this.pollInterval = range("pollInterval", pollInterval, Duration.ofMillis(10), Duration.ofMinutes(1));
			return this;
		}

		/**
		 * Sets the longest run of tasks that declare none.
		 * @param timeout 1 ms or longer; 30 min unless set
		 * @return this
		 */
		public Builder timeout(Duration timeout) {
			this.timeout = range("timeout", timeout, Duration.ofMillis(1), Duration.ofDays(36_525));
			return this;
		}

		/**
		 * Runs handlers on virtual threads. Needs Java 21.
		 * @param virtualThreads false unless set
		 * @return this
		 */
		public Builder virtualThreads(boolean virtualThreads) {
			if (virtualThreads && Runtime.version().feature() < 21) {
				throw new IllegalArgumentException(
						"'virtualThreads' needs Java 21, this is Java " + Runtime.version().feature());
			}
			this.virtualThreads = virtualThreads;
			return this;
		}

		/**
		 * Runs handlers on this executor; it is not shut down.
		 * @param executor null for threads of our own
		 * @return this
		 */
		public Builder executor(@Nullable Executor executor) {
			this.executor = executor;
			return this;
		}

		/**
		 * Sets how failures are retried where task and sender say nothing.
		 * @param retry 3 retries with exponential backoff unless set
		 * @return this
		 */
		public Builder retry(RetryPolicy retry) {
			this.retry = Objects.requireNonNull(retry);
			return this;
		}

		/**
		 * Sets after how long without a sign of life a process counts as dead, when its
		 * death was not noticed at once; and how long a received message may take unless
		 * its deadline is moved.
		 * @param leaseDuration 1 s to 1 h; 30 s unless set
		 * @return this
		 */
		public Builder leaseDuration(Duration leaseDuration) {
			this.leaseDuration = range("leaseDuration", leaseDuration, Duration.ofSeconds(1), Duration.ofHours(1));
			return this;
		}

		/**
		 * Sets how long a stop waits for running handlers.
		 * @param drainTimeout 0 or longer; 20 s unless set
		 * @return this
		 */
		public Builder drainTimeout(Duration drainTimeout) {
			this.drainTimeout = range("drainTimeout", drainTimeout, Duration.ZERO, Duration.ofDays(1));
			return this;
		}

		/**
		 * Sets how long a message is kept apart that runs again after its process died
		 * while it ran: beside no other such message, and after the second death in a row
		 * with no other handler of this queue beside it.
		 * @param probation from its start, 0 to 1 h; 0 keeps none apart; 10 s unless set
		 * @return this
		 */
		public Builder probation(Duration probation) {
			this.probation = range("probation", probation, Duration.ZERO, Duration.ofHours(1));
			return this;
		}

		/**
		 * Sets how long ended messages are kept.
		 * @param retention a day unless set
		 * @return this
		 */
		public Builder retention(Retention retention) {
			this.retention = Objects.requireNonNull(retention);
			return this;
		}

		/**
		 * Sets whether the states that messages go through are recorded, in the
		 * transactions that change them: for what this process does, so it is best set in
		 * all of them. {@link QueueOperations#history} reads it.
		 * @param recorded false unless set
		 * @param keep how long changes are kept, 1 s or longer; 7 days unless set. Also
		 * for those that were recorded before
		 * @param maxRows how many changes each shard keeps at most, 1 or more; 100,000
		 * unless set
		 * @return this
		 */
		public Builder history(boolean recorded, Duration keep, long maxRows) {
			if (maxRows < 1) {
				throw new IllegalArgumentException("'maxRows' of the history must be at least 1, was " + maxRows);
			}
			this.history = new HistoryRule(recorded,
					range("keep of the history", keep, Duration.ofSeconds(1), Duration.ofDays(36_525)), maxRows);
			return this;
		}

		/**
		 * Lets messages expire whose task no living process hosts: those that have been
		 * READY for so long, when all that time nobody had a handler for their task or
		 * received from their queue. They are EXPIRED, with a failure of the type
		 * {@code Unhosted}. Time in which no process with this setting looked counts as
		 * long as it is no more than a quarter; else it begins anew.
		 * @param after 1 s or longer; null for never, as it is unless set
		 * @return this
		 */
		public Builder expireUnhosted(@Nullable Duration after) {
			this.expireUnhosted = (after != null)
					? range("expireUnhosted", after, Duration.ofSeconds(1), Duration.ofDays(36_525)) : null;
			return this;
		}

		/**
		 * Sets whether this process enqueues the messages of schedules when their time
		 * comes. It may create and declare schedules in any case.
		 * @param scheduleFiring true unless set
		 * @return this
		 */
		public Builder scheduleFiring(boolean scheduleFiring) {
			this.scheduleFiring = scheduleFiring;
			return this;
		}

		/**
		 * Sets how long changes of listen data are kept for listeners.
		 * @param retention 1 s or longer; a day unless set
		 * @return this
		 */
		public Builder listenRetention(Duration retention) {
			this.listenRetention = range("listenRetention", retention, Duration.ofSeconds(1), Duration.ofDays(36_525));
			return this;
		}

		/**
		 * Sets how often a failed change is delivered again before it is parked.
		 * @param maxRetries 0 to 1,000; 3 unless set
		 * @return this
		 */
		public Builder listenMaxRetries(int maxRetries) {
			this.listenMaxRetries = range("listenMaxRetries", maxRetries, 0, 1000);
			return this;
		}

		/**
		 * Sets who is told what happens, for meters.
		 * @param recorder nobody unless set
		 * @return this
		 */
		public Builder recorder(QueueRecorder recorder) {
			this.recorder = Objects.requireNonNull(recorder);
			return this;
		}

		/**
		 * Adds an interceptor around every run.
		 * @param interceptor inside those added before
		 * @return this
		 */
		public Builder interceptor(TaskInterceptor interceptor) {
			this.interceptors.add(Objects.requireNonNull(interceptor));
			return this;
		}

		/**
		 * Adds an interceptor of every enqueue.
		 * @param interceptor after those added before
		 * @return this
		 */
		public Builder enqueueInterceptor(EnqueueInterceptor interceptor) {
			this.enqueueInterceptors.add(Objects.requireNonNull(interceptor));
			return this;
		}

		/**
		 * Adds a listener that is told what happens to messages, from the opening on.
		 * @param listener see {@link EmbeddedQueue#addEventListener}
		 * @return this
		 */
		public Builder eventListener(MessageEventListener listener) {
			this.eventListeners.add(Objects.requireNonNull(listener));
			return this;
		}

		/**
		 * Opens the queue.
		 * @return accepting messages; handlers start with {@link EmbeddedQueue#start()}
		 * @throws io.github.queuesqlite.message.QueueException if it cannot be opened:
		 * the text says why and what to do
		 */
		public EmbeddedQueue build() {
			return new EmbeddedQueue(this);
		}

		private static int range(String what, int value, int least, int most) {
			if (value < least || value > most) {
				throw new IllegalArgumentException(
						"'" + what + "' must be from " + least + " to " + most + ", was " + value);
			}
			return value;
		}

		private static Duration range(String what, Duration value, Duration least, Duration most) {
			if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
				throw new IllegalArgumentException(
						"'" + what + "' must be from " + least + " to " + most + ", was " + value);
			}
			return value;
		}

	}

}
