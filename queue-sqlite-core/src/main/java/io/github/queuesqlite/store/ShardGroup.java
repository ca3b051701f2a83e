package io.github.queuesqlite.store;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The shards of one directory with their writers: what all stores of this process on the
 * directory share.
 */
public final class ShardGroup implements AutoCloseable {

	private final Map<Integer, Shard> shards = new TreeMap<>();

	private final Map<Integer, GroupCommitWriter<ShardSession>> writers = new TreeMap<>();

	private final ShardRouter router;

	private final boolean relocated;

	private final Membership membership;

	private final InstantSource clock;

	private final Duration patience;

	private final ExecutorService keyThreads = newKeyThreads();

	private final Map<Long, ShardInstance> instances = new ConcurrentHashMap<>();

	private final CopyOnWriteArrayList<Claimer> claimers = new CopyOnWriteArrayList<>();

	private final CopyOnWriteArrayList<StoreListener> listeners = new CopyOnWriteArrayList<>();

	/**
	 * Creates a group and starts its writers.
	 * @param shards the shards, opened
	 * @param relocated whether rows may be in another shard than their id names
	 * @param membership who takes part
	 * @param settings of the writers
	 * @param clock wall clock
	 */
	public ShardGroup(List<Shard> shards, boolean relocated, Membership membership, WriterSettings settings,
			InstantSource clock) {
		for (Shard shard : shards) {
			this.shards.put(shard.number(), shard);
			this.writers.put(shard.number(),
					new GroupCommitWriter<>("queue-writer-" + shard.number(), shard.number(), shard.session(),
							new MessageTurn(shard.number(), this.claimers, this.listeners, this.instances::containsKey),
							settings));
		}
		this.router = new ShardRouter(shards.stream().filter(Shard::accepting).map(Shard::number).toList(),
				(shard) -> Objects.requireNonNull(this.writers.get(shard)).pending());
		this.relocated = relocated;
		this.membership = membership;
		this.clock = clock;
		this.patience = settings.blockTimeout();
		this.writers.values().forEach(GroupCommitWriter::start);
	}

	private static ExecutorService newKeyThreads() {
		AtomicInteger number = new AtomicInteger();
		return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), (task) -> {
			Thread thread = new Thread(task, "queue-keys-" + number.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		});
	}

	Map<Integer, Shard> shards() {
		return Collections.unmodifiableMap(this.shards);
	}

	Map<Integer, GroupCommitWriter<ShardSession>> writers() {
		return Collections.unmodifiableMap(this.writers);
	}

	ShardRouter router() {
		return this.router;
	}

	boolean isRelocated() {
		return this.relocated;
	}

	Membership membership() {
		return this.membership;
	}

	InstantSource clock() {
		return this.clock;
	}

	Duration patience() {
		return this.patience;
	}

	Executor keyThreads() {
		return this.keyThreads;
	}

	Map<Long, ShardInstance> instances() {
		return this.instances;
	}

	CopyOnWriteArrayList<Claimer> claimers() {
		return this.claimers;
	}

	CopyOnWriteArrayList<StoreListener> listeners() {
		return this.listeners;
	}

	/** Commits what was handed in, then closes the files. */
	@Override
	public void close() {
		this.keyThreads.shutdown();
		// Readers first: only a writer that closes last empties the write-ahead log.
		this.shards.values().forEach((shard) -> shard.reader().close());
		this.membership.close();
		this.writers.values().forEach(GroupCommitWriter::close);
	}

}
