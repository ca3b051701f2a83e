package io.github.queuesqlite.store;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;

/**
 * The shards of one directory with their writers: what all stores of this process on the
 * directory share.
 */
public final class ShardGroup implements AutoCloseable {

	/** All files of the layout, those included that could not be opened. */
	private final Map<Integer, ShardFile> files = new TreeMap<>();

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
	 * @param files all shards of the layout
	 * @param shards those that are open, to be read only or written too; the others are
	 * quarantined
	 * @param relocated whether rows may be in another shard than their id names
	 * @param membership who takes part
	 * @param settings of the writers
	 * @param clock wall clock
	 */
	public ShardGroup(List<ShardFile> files, List<Shard> shards, boolean relocated, Membership membership,
			WriterSettings settings, InstantSource clock) {
		files.forEach((file) -> this.files.put(file.number(), file));
		for (Shard shard : shards) {
			this.shards.put(shard.number(), shard);
			if (shard.outlook() instanceof ShardSession session) {
				this.writers.put(shard.number(), new GroupCommitWriter<>("queue-writer-" + shard.number(),
						shard.number(), session,
						new MessageTurn(shard.number(), this.claimers, this.listeners, this.instances::containsKey),
						shard.file().quarantine(), settings));
			}
		}
		this.router = new ShardRouter(
				this.files.values().stream().filter(ShardFile::accepting).map(ShardFile::number).toList(), this::load);
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

	/** A shard that takes nothing is not the one with the shortest inbox. */
	private int load(int shard) {
		GroupCommitWriter<ShardSession> writer = this.writers.get(shard);
		return (writer != null && writer.refusal().isEmpty()) ? writer.pending() : Integer.MAX_VALUE;
	}

	/** Returns why a shard takes no new messages; empty when it does. */
	String refusal(ShardFile file) {
		GroupCommitWriter<ShardSession> writer = this.writers.get(file.number());
		return (writer != null) ? writer.refusal() : file.quarantine().reason();
	}

	/** Returns how many messages wait for their commit in a shard. */
	int pending(ShardFile file) {
		GroupCommitWriter<ShardSession> writer = this.writers.get(file.number());
		return (writer != null) ? writer.pending() : 0;
	}

	/** Makes all writers look whether their turn is wanted. */
	void nudge() {
		this.writers.values().forEach(GroupCommitWriter::nudge);
	}

	Collection<ShardFile> files() {
		return Collections.unmodifiableCollection(this.files.values());
	}

	/** Returns all files as wholes. */
	List<StoreFile> storeFiles() {
		List<StoreFile> all = new ArrayList<>();
		all.add(this.membership.file());
		for (ShardFile file : this.files.values()) {
			GroupCommitWriter<ShardSession> writer = this.writers.get(file.number());
			Shard shard = this.shards.get(file.number());
			all.add((writer != null && shard != null) ? new WrittenFile(writer, shard.reader().file())
					: new QuarantinedFile(file));
		}
		return all;
	}

	/** Returns whether the layout has a shard of the number. */
	boolean has(int shard) {
		return this.files.containsKey(shard);
	}

	/** Returns the shards that are in use, in order. */
	List<Shard> usable() {
		return this.shards.values().stream().filter(Shard::isUsable).toList();
	}

	/**
	 * Returns a shard.
	 * @throws ShardQuarantinedException if it is not in use
	 */
	Shard shard(int number) {
		Shard shard = this.shards.get(number);
		if (shard == null || !shard.isUsable()) {
			throw refusal(number);
		}
		return shard;
	}

	/**
	 * Returns the writer of a shard that was opened; it answers what is handed in also
	 * when the shard is not in use any more.
	 * @throws ShardQuarantinedException if the shard was never in use
	 */
	GroupCommitWriter<ShardSession> writer(int number) {
		GroupCommitWriter<ShardSession> writer = this.writers.get(number);
		if (writer == null) {
			throw refusal(number);
		}
		return writer;
	}

	/**
	 * Returns the writer that is to store a message.
	 * @throws ShardQuarantinedException if its shard was never in use
	 */
	GroupCommitWriter<ShardSession> openFor(int number, MessageId messageId) {
		GroupCommitWriter<ShardSession> writer = this.writers.get(number);
		ShardFile file = this.files.get(number);
		if (writer == null && file != null) {
			throw file.quarantine().refusal(Answers.NOTHING_STORED, messageId);
		}
		return writer(number);
	}

	private QueueException refusal(int number) {
		ShardFile file = this.files.get(number);
		return (file != null) ? file.quarantine().refusal(null)
				: new QueueException("There is no shard " + number + ", only " + this.files.keySet());
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
