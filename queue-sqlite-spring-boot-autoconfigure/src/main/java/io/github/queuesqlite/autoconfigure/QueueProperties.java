package io.github.queuesqlite.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.Durability;
import io.github.queuesqlite.OnFull;
import io.github.queuesqlite.SchemaMode;
import io.github.queuesqlite.message.QueueOrder;
import io.github.queuesqlite.task.QueuePool;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Configuration properties of the queue. A value out of its range stops the start.
 *
 * @param enabled Whether the queue is configured.
 * @param storage Where messages are kept: file, in the directory; or temporary, in a
 * directory of its own that is deleted when the application stops, for tests.
 * @param directory Directory of the files, relative to the working directory. Created
 * when missing. Set it to a place on a local disk that survives a new release of the
 * application; a network file system is refused.
 * @param name Name of the queue, 1 to 200 letters, digits or . _ - :. Its files are in a
 * subdirectory of this name, so that several queues can share the directory.
 * @param shards Number of files that messages are spread over, 1 to 64. The stored number
 * by default; for a new directory the number of cores, at most 4. More use more cores and
 * overlap their waits for the disk.
 * @param durability What a commit waits for: full, for the disk, so that power loss takes
 * nothing; or normal, so that power loss may take the last 200 ms while a killed process
 * takes nothing. Normal is for disks that are slow to flush.
 * @param schema What a start does to files that an older version has written: migrate
 * them; validate, which refuses them; or none, which refuses a directory without files
 * too. Files of a newer version are refused in any case.
 * @param enqueue what holds for putting messages in
 * @param worker what holds for running handlers
 * @param queues Settings of single queues, by name.
 * @param pools Workers that several queues share, by the name of the pool.
 * @param retry how failed messages are retried
 * @param lease how the death of a process is noticed
 * @param shutdown how workers stop
 * @param retention how long ended messages are kept
 * @param history what is recorded of the states of messages
 * @param unhosted what becomes of messages whose task nobody hosts
 * @param schedules what holds for schedules
 * @param listen what holds for listen data
 * @param events what is told of messages
 * @param payload what holds for payloads and results
 * @param wal what holds for the write-ahead logs
 * @param disk what is left of the disk
 * @param cache how much of the files is kept in memory
 * @param dashboard what holds for the dashboard
 * @since 0.1.0
 */
@ConfigurationProperties("queue.sqlite")
public record QueueProperties(@DefaultValue("true") boolean enabled, @DefaultValue("file") Storage storage,
		@DefaultValue("data/queue") String directory, @DefaultValue("default") String name, @Nullable Integer shards,
		@DefaultValue("full") Durability durability, @DefaultValue("migrate") SchemaMode schema,
		@DefaultValue Enqueue enqueue, @DefaultValue Worker worker, @DefaultValue Map<String, Queue> queues,
		@DefaultValue Map<String, Pool> pools, @DefaultValue Retry retry, @DefaultValue Lease lease,
		@DefaultValue Shutdown shutdown, @DefaultValue Retention retention, @DefaultValue History history,
		@DefaultValue Unhosted unhosted, @DefaultValue Schedules schedules, @DefaultValue Listen listen,
		@DefaultValue Events events, @DefaultValue Payload payload, @DefaultValue Wal wal, @DefaultValue Disk disk,
		@DefaultValue Cache cache, @DefaultValue Dashboard dashboard) {

	public QueueProperties {
		PropertyCheck.path("directory", directory);
		PropertyCheck.name("name", name);
		PropertyCheck.range("shards", shards, 1, 64);
		queues = new LinkedHashMap<>(queues);
		queues.forEach(QueueProperties::check);
		pools = new LinkedHashMap<>(pools);
		PoolCheck.check(pools, queues, worker);
	}

	private static void check(String name, Queue queue) {
		PropertyCheck.nameBelow("queues", name);
		PropertyCheck.range("queues." + name + ".concurrency", queue.concurrency(), 1, 10_000);
		if (queue.ageing() != null) {
			PropertyCheck.range("queues." + name + ".ageing", queue.ageing(), "10ms", PropertyCheck.LONGEST);
		}
	}

	/** Where messages are kept. */
	public enum Storage {

		/** In the configured directory. */
		FILE,

		/**
		 * In a directory of its own that is deleted when the application stops: for
		 * tests.
		 */
		TEMPORARY

	}

	/**
	 * Putting messages in.
	 *
	 * @param when When a message that is enqueued inside a Spring transaction is stored:
	 * after-commit, and never when it rolls back; or now, whatever becomes of it.
	 * @param maxPending Number of messages that may wait for their commit, for each
	 * shard, 1 to 1,000,000. An enqueue waits while there are more.
	 * @param maxLength Number of messages of one queue that have not ended, from 1, or -1
	 * for any number. Set it where senders can be faster than handlers for long. Each
	 * shard holds an equal part of them, rounded up.
	 * @param onFull What an enqueue does when its queue is as long as it may be: block,
	 * which waits for room; reject, which fails at once; or drop-oldest, which cancels
	 * the message of the lowest priority that waits longest.
	 * @param blockTimeout How long an enqueue waits while too many messages are pending
	 * or its queue is full, 0 to 1 d. It fails afterwards.
	 * @param callbackTimeout How long the callback of a message may take before its
	 * thread is interrupted, from 1 ms. Any time by default.
	 */
	public record Enqueue(@DefaultValue("after-commit") When when, @DefaultValue("10000") int maxPending,
			@DefaultValue("-1") int maxLength, @DefaultValue("block") OnFull onFull,
			@DefaultValue("30s") Duration blockTimeout, @Nullable Duration callbackTimeout) {

		public Enqueue {
			PropertyCheck.range("enqueue.max-pending", maxPending, 1, 1_000_000);
			PropertyCheck.atLeastUnlessNone("enqueue.max-length", maxLength, 1);
			PropertyCheck.range("enqueue.block-timeout", blockTimeout, "0s", "1d");
			if (callbackTimeout != null) {
				PropertyCheck.range("enqueue.callback-timeout", callbackTimeout, "1ms", PropertyCheck.LONGEST);
			}
		}

		/** When a message that is enqueued inside a Spring transaction is stored. */
		public enum When {

			/** After the transaction committed; never when it rolls back. */
			AFTER_COMMIT,

			/** At once, whatever becomes of the transaction. */
			NOW

		}

	}

	/**
	 * Running handlers.
	 *
	 * @param enabled Whether handlers and listeners run in this process. Messages can be
	 * enqueued either way. Turn it off in processes that only enqueue.
	 * @param concurrency Number of handlers that run at once for each queue, 1 to 10,000.
	 * Raise it where handlers wait for something else, such as a remote service.
	 * @param pollInterval Interval of the safety net under the wake-up signals, 10 ms to
	 * 1 min. Latency does not depend on it: there is seldom a reason to change it.
	 * @param timeout Longest run of a handler that declares no timeout of its own, from 1
	 * ms. It is interrupted then, and the run has failed.
	 * @param probation How long a message is kept apart that runs again after its process
	 * died while it ran, 0 to 1 h. 0 keeps none apart. Raise it where a message kills its
	 * process only after longer.
	 * @param executor Threads that run handlers: auto, platform, virtual, or the name of
	 * an Executor bean. Virtual threads need Java 21; auto takes them when
	 * spring.threads.virtual.enabled is set.
	 */
	public record Worker(@DefaultValue("true") boolean enabled, @DefaultValue("8") int concurrency,
			@DefaultValue("1s") Duration pollInterval, @DefaultValue("30m") Duration timeout,
			@DefaultValue("10s") Duration probation, @DefaultValue("auto") String executor) {

		public Worker {
			PropertyCheck.range("worker.concurrency", concurrency, 1, 10_000);
			PropertyCheck.range("worker.poll-interval", pollInterval, "10ms", "1m");
			PropertyCheck.range("worker.timeout", timeout, "1ms", PropertyCheck.LONGEST);
			PropertyCheck.range("worker.probation", probation, "0s", "1h");
			PropertyCheck.text("worker.executor", executor);
		}

	}

	/**
	 * One queue.
	 *
	 * @param concurrency Number of handlers of this queue that run at once, 1 to 10,000.
	 * The worker's concurrency by default, or that of its pool, which it must not exceed.
	 * @param rateLimit Number of handlers of this queue that begin in a time, over all
	 * processes, such as 100/1m: 1 to 1,000,000 in 1 ms to 366 d. Any number by default.
	 * @param order Order in which messages of one priority start: fifo, or lifo for the
	 * newest first.
	 * @param ageing How long a message waits until it goes before better ones, one in
	 * eight, from 10 ms. Never by default.
	 */
	public record Queue(@Nullable Integer concurrency, @Nullable RateLimit rateLimit,
			@DefaultValue("fifo") QueueOrder order, @Nullable Duration ageing) {

	}

	/**
	 * Workers that several queues share in this process.
	 *
	 * @param concurrency Number of handlers of all queues of the pool together that run
	 * at once, 1 to 10,000. The worker's concurrency by default.
	 * @param strategy Which queue gets the next free worker, of those that have work:
	 * strict, the first one of the list; weighted, the one that has had the fewest
	 * messages for its weight; or round-robin, the one whose turn it is.
	 * @param queues Queues that share the workers, the first one first, each in one pool
	 * at most.
	 * @param weights How many messages a queue gets for one of a queue with the weight 1,
	 * by name, 1 to 1,000. 1 by default; for the strategy weighted only.
	 */
	public record Pool(@Nullable Integer concurrency, @DefaultValue("strict") QueuePool.Strategy strategy,
			@DefaultValue List<String> queues, @DefaultValue Map<String, Integer> weights) {

		/** Returns these settings as the core takes them. */
		QueuePool toPool(int workers) {
			Map<String, Integer> shares = new LinkedHashMap<>();
			this.queues.forEach((queue) -> shares.put(queue, this.weights.getOrDefault(queue, 1)));
			return new QueuePool(concurrency(workers), this.strategy, shares);
		}

		int concurrency(int workers) {
			return (this.concurrency != null) ? this.concurrency : workers;
		}

	}

	/**
	 * Retrying failed messages, where neither the task nor the sender says otherwise.
	 *
	 * @param maxRetries Number of retries after the first run, 0 to 1,000,000. A message
	 * that failed in all of them is dead.
	 * @param delay Waiting time before the first retry, from 0.
	 * @param multiplier Factor from one waiting time to the next, 1 to 1000. 1 keeps them
	 * equal.
	 * @param maxDelay Longest waiting time between two attempts, from the delay.
	 * @param jitter Spread of the waiting time to both sides, in parts of it, 0 to 1. It
	 * keeps messages that failed together from coming back together.
	 * @param delays Waiting times before each retry, each from 0, the last one before all
	 * further ones: instead of delay, multiplier and longest waiting time. None by
	 * default.
	 * @param maxElapsed How long after the beginning of the first attempt a retry may
	 * begin, from 1 ms. Any time by default.
	 */
	public record Retry(@DefaultValue("3") int maxRetries, @DefaultValue("1s") Duration delay,
			@DefaultValue("2") double multiplier, @DefaultValue("10m") Duration maxDelay,
			@DefaultValue("0.2") double jitter, @DefaultValue List<Duration> delays, @Nullable Duration maxElapsed) {

		public Retry {
			PropertyCheck.range("retry.max-retries", maxRetries, 0, 1_000_000);
			PropertyCheck.range("retry.delay", delay, "0s", PropertyCheck.LONGEST);
			PropertyCheck.fraction("retry.multiplier", multiplier, 1, 1000);
			PropertyCheck.range("retry.max-delay", maxDelay, "0s", PropertyCheck.LONGEST);
			PropertyCheck.atLeast("retry.max-delay", maxDelay, "retry.delay", delay);
			PropertyCheck.fraction("retry.jitter", jitter, 0, 1);
			for (Duration each : delays) {
				PropertyCheck.range("retry.delays", each, "0s", PropertyCheck.LONGEST);
			}
			if (maxElapsed != null) {
				PropertyCheck.range("retry.max-elapsed", maxElapsed, "1ms", PropertyCheck.LONGEST);
			}
		}

		/**
		 * Returns these settings as the core takes them.
		 * @return the policy
		 */
		public RetryPolicy toPolicy() {
			return new RetryPolicy(this.maxRetries, this.delay, this.multiplier, this.maxDelay, this.jitter,
					this.delays, this.maxElapsed);
		}

	}

	/**
	 * Noticing the death of a process.
	 *
	 * @param duration How long a process may give no sign of life before its messages are
	 * taken over, 1 s to 1 h. The end of a process on the same host is noticed at once:
	 * raise it only where processes stand still for longer, as in a suspended virtual
	 * machine. Also how long a received message may take unless its deadline is moved.
	 */
	public record Lease(@DefaultValue("30s") Duration duration) {

		public Lease {
			PropertyCheck.range("lease.duration", duration, "1s", "1h");
		}

	}

	/**
	 * Stopping workers.
	 *
	 * @param drainTimeout How long a stop waits for running handlers before it interrupts
	 * them, 0 to 1 d. Keep it below spring.lifecycle.timeout-per-shutdown-phase.
	 */
	public record Shutdown(@DefaultValue("20s") Duration drainTimeout) {

		public Shutdown {
			PropertyCheck.range("shutdown.drain-timeout", drainTimeout, "0s", "1d");
		}

	}

	/**
	 * Keeping ended messages.
	 *
	 * @param completed How long completed messages are kept, from 0, which deletes them
	 * at once. Lengthen it to look at more of the past; the files grow with it.
	 * @param cancelled How long cancelled messages are kept, from 0.
	 * @param expired How long expired messages are kept, from 0.
	 * @param dead How long dead messages are kept, from 0. They can be run again until
	 * then.
	 * @param maxRows Number of completed, cancelled and expired messages that each shard
	 * keeps at most, from 0. Messages with an idempotency key do not count.
	 */
	public record Retention(@DefaultValue("24h") Duration completed, @DefaultValue("24h") Duration cancelled,
			@DefaultValue("24h") Duration expired, @DefaultValue("14d") Duration dead,
			@DefaultValue("100000") long maxRows) {

		public Retention {
			PropertyCheck.range("retention.completed", completed, "0s", PropertyCheck.LONGEST);
			PropertyCheck.range("retention.cancelled", cancelled, "0s", PropertyCheck.LONGEST);
			PropertyCheck.range("retention.expired", expired, "0s", PropertyCheck.LONGEST);
			PropertyCheck.range("retention.dead", dead, "0s", PropertyCheck.LONGEST);
			PropertyCheck.range("retention.max-rows", maxRows, 0, Long.MAX_VALUE);
		}

	}

	/**
	 * Recording the states that messages go through.
	 *
	 * @param enabled Whether this process records them.
	 * @param keep How long changes are kept, from 1 s, also those recorded before.
	 * @param maxRows Number of changes that each shard keeps at most, from 1.
	 */
	public record History(@DefaultValue("false") boolean enabled, @DefaultValue("7d") Duration keep,
			@DefaultValue("100000") long maxRows) {

		public History {
			PropertyCheck.range("history.keep", keep, "1s", PropertyCheck.LONGEST);
			PropertyCheck.range("history.max-rows", maxRows, 1, Long.MAX_VALUE);
		}

	}

	/**
	 * Messages whose task no living process hosts.
	 *
	 * @param expireAfter How long nobody may host the task of a ready message before it
	 * expires, from 1 s. Such messages wait for any time by default.
	 */
	public record Unhosted(@Nullable Duration expireAfter) {

		public Unhosted {
			if (expireAfter != null) {
				PropertyCheck.range("unhosted.expire-after", expireAfter, "1s", PropertyCheck.LONGEST);
			}
		}

	}

	/**
	 * Schedules.
	 *
	 * @param enabled Whether this process enqueues the messages of schedules when their
	 * time comes. Schedules can be declared, created and changed either way.
	 */
	public record Schedules(@DefaultValue("true") boolean enabled) {

	}

	/**
	 * Listen data.
	 *
	 * @param retention How long changes are kept for listeners that have not seen them,
	 * from 1 s. At least as long as a process with listeners may be down.
	 * @param maxRetries Number of times a change is delivered again to a failing listener
	 * before it is parked, 0 to 1000.
	 */
	public record Listen(@DefaultValue("24h") Duration retention, @DefaultValue("3") int maxRetries) {

		public Listen {
			PropertyCheck.range("listen.retention", retention, "1s", PropertyCheck.LONGEST);
			PropertyCheck.range("listen.max-retries", maxRetries, 0, 1000);
		}

	}

	/**
	 * Telling what happens to messages.
	 *
	 * @param enabled Whether events of messages are published as application events.
	 * Beans of type MessageEventListener are told of them either way.
	 */
	public record Events(@DefaultValue("false") boolean enabled) {

	}

	/**
	 * Payloads and results.
	 *
	 * @param maxSize Largest payload or result, 1 B to 256 MB. Store what is larger
	 * elsewhere and enqueue where it is: payloads are held in memory.
	 * @param codec Codec that writes payloads and results: json, cbor, smile, or the name
	 * of a PayloadCodec. The only PayloadCodec bean by default, else json. What another
	 * codec wrote before can still be read.
	 * @param compressOver Size from which on payloads and results are compressed, 0 B to
	 * 256 MB. None are by default. It pays for text of some KB.
	 * @param encryption Encryption of payloads and results.
	 * @param signing Signatures of payloads and results.
	 */
	public record Payload(@DefaultValue("1MB") DataSize maxSize, @Nullable String codec,
			@Nullable DataSize compressOver, @DefaultValue Encryption encryption, @DefaultValue Signing signing) {

		public Payload {
			PropertyCheck.range("payload.max-size", maxSize, "1B", "256MB");
			if (compressOver != null) {
				PropertyCheck.range("payload.compress-over", compressOver, "0B", "256MB");
			}
		}

	}

	/**
	 * Encryption of payloads and results with AES-GCM.
	 *
	 * @param key Name of the key that encrypts from now on, one of the keys. Nothing is
	 * encrypted by default.
	 * @param keys Keys by name, each 16, 24 or 32 bytes as Base64. To change the key add
	 * a new one; old ones still decrypt.
	 */
	public record Encryption(@Nullable String key, @DefaultValue Map<String, String> keys) {

		/** Without the keys themselves. */
		@Override
		public String toString() {
			return "Encryption[key=" + this.key + ", keys=" + this.keys.keySet() + "]";
		}

	}

	/**
	 * Signatures of payloads and results with HMAC-SHA256. What is encrypted needs none.
	 *
	 * @param key Name of the key that signs from now on, one of the keys. Nothing is
	 * signed by default.
	 * @param keys Keys by name, each 16, 24 or 32 bytes as Base64. To change the key add
	 * a new one; what old ones signed still counts.
	 * @param required Whether messages whose payload is neither signed nor encrypted are
	 * DEAD instead of run. Turn it off while there are some from before.
	 */
	public record Signing(@Nullable String key, @DefaultValue Map<String, String> keys,
			@DefaultValue("true") boolean required) {

		/** Without the keys themselves. */
		@Override
		public String toString() {
			return "Signing[key=" + this.key + ", keys=" + this.keys.keySet() + ", required=" + this.required + "]";
		}

	}

	/**
	 * Write-ahead logs.
	 *
	 * @param max Size of the write-ahead log of a shard above which new messages are
	 * refused, from 128 MB. It grows that large only while another program keeps reading
	 * the file, such as a forgotten shell.
	 */
	public record Wal(@DefaultValue("1GB") DataSize max) {

		public Wal {
			PropertyCheck.atLeast("wal.max", max, "128MB");
		}

	}

	/**
	 * The disk.
	 *
	 * @param reserve Free space of the disk below which new messages and values of listen
	 * data are refused, while work that was accepted goes on; 0, or 1 MB to less than the
	 * file system. 64 MB by default, at most an eighth of the file system. Raise it where
	 * other programs fill the same disk quickly.
	 */
	public record Disk(@Nullable DataSize reserve) {

		public Disk {
			if (reserve != null) {
				PropertyCheck.atLeastUnlessZero("disk.reserve", reserve, "1MB");
			}
		}

	}

	/**
	 * Caches, outside of the heap. Their memory is taken as pages are used.
	 *
	 * @param writer How much of each shard's file its writer keeps in memory, 256 KB to
	 * 16 GB. Raise it for a large backlog on a disk that is slow to read.
	 * @param reader How much of each shard's file each of the four threads that read
	 * keeps in memory, 256 KB to 16 GB.
	 */
	public record Cache(@DefaultValue("16MB") DataSize writer, @DefaultValue("4MB") DataSize reader) {

		public Cache {
			PropertyCheck.range("cache.writer", writer, "256KB", "16GB");
			PropertyCheck.range("cache.reader", reader, "256KB", "16GB");
		}

	}

	/**
	 * The dashboard.
	 *
	 * @param enabled Whether the dashboard is there, a page on the application's own
	 * port. Needs Spring MVC and Actuator. Protect its path as you protect the rest of
	 * the application.
	 * @param path Path of the dashboard, below the context path: letters, digits and _ ~
	 * - . after each slash.
	 * @param access What may be done with the dashboard: read-only, which is looking; or
	 * unrestricted, which is also whatever it offers.
	 * @param showValues When to show payloads, results, and the values of headers and
	 * metadata: never; when-authorized, to users with one of the roles; or always.
	 * @param roles Roles used to determine whether a user is authorized to be shown
	 * values. When empty, all authenticated users are authorized.
	 */
	public record Dashboard(@DefaultValue("false") boolean enabled, @DefaultValue("/queue-dashboard") String path,
			@DefaultValue("read-only") Access access, @DefaultValue("never") ShowValues showValues,
			@DefaultValue Set<String> roles) {

		public Dashboard {
			PropertyCheck.webPath("dashboard.path", path);
			roles = Set.copyOf(roles);
		}

		/** What may be done with the dashboard. */
		public enum Access {

			/** Looking. */
			READ_ONLY,

			/** Looking, and whatever it offers. */
			UNRESTRICTED

		}

		/** When values are shown. */
		public enum ShowValues {

			/** Never. */
			NEVER,

			/** To users with one of the roles, or any role when none is named. */
			WHEN_AUTHORIZED,

			/** Always. */
			ALWAYS

		}

	}

}
