package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.Completion;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.WriterSettings;
import io.github.queuesqlite.store.sqlite.SqliteStoreSettings;
import io.github.queuesqlite.store.sqlite.SqliteStores;

/** A store of one shard without anything around it, each operation by itself. */
final class StoreLoad implements AutoCloseable {

	private static final int CHUNK = 100;

	private static final Keys KEYS = new Keys(Load.TASK, null, null);

	private final MessageStore store;

	private final StoreInstance instance;

	StoreLoad(Path directory) {
		this.store = open(directory);
		this.instance = this.store.register("benchmark");
	}

	static MessageStore open(Path directory) {
		WriterSettings writer = new WriterSettings(true, 10_000, Duration.ofSeconds(30), Duration.ofSeconds(1),
				QueueRecorder.NONE);
		Duration day = Duration.ofDays(1);
		return SqliteStores.open(new SqliteStoreSettings(directory, 1, writer,
				new Retention(day, day, day, day, 100_000_000), 1L << 40, InstantSource.system()));
	}

	/** Inserts, claims and completes messages by the hundred. */
	Times run(int messages) {
		long start = System.nanoTime();
		insert(messages);
		long inserted = System.nanoTime();
		List<StoredMessage> claimed = new ArrayList<>(messages);
		while (claimed.size() < messages) {
			claimed.addAll(this.store.claim(this.instance, "default", Set.of(Load.TASK),
					Math.min(CHUNK, messages - claimed.size())));
		}
		long running = System.nanoTime();
		for (int done = 0; done < messages; done += CHUNK) {
			complete(claimed.subList(done, Math.min(messages, done + CHUNK)));
		}
		long end = System.nanoTime();
		return new Times(inserted - start, running - inserted, end - running);
	}

	/** Inserts messages by the hundred. */
	void insert(int messages) {
		for (int done = 0; done < messages; done += CHUNK) {
			insert();
		}
	}

	private void insert() {
		long[] ids = this.store.assignIds(this.instance, CHUNK);
		long now = System.currentTimeMillis();
		List<Insertion> rows = new ArrayList<>(CHUNK);
		for (long id : ids) {
			rows.add(new Insertion(id, KEYS, "default", Load.TASK, 1, now, now, null, null, null, "json",
					Load.PAYLOAD_BYTES, false));
		}
		Told told = new Told();
		this.store.insert(this.instance, rows, told.completion());
		told.await(1);
	}

	private void complete(List<StoredMessage> messages) {
		Told told = new Told();
		for (StoredMessage message : messages) {
			this.store.settle(new Settlement.Complete(message.runKey(), null, null), told.completion());
		}
		told.await(messages.size());
	}

	@Override
	public void close() {
		this.store.close();
	}

	/**
	 * How long it took, in nanoseconds.
	 *
	 * @param insert all inserts
	 * @param claim all claims
	 * @param complete all completions
	 */
	record Times(double insert, double claim, double complete) {

	}

	/** Waits until the store has told of commits. */
	private static final class Told {

		private final Semaphore semaphore = new Semaphore(0);

		<R> Completion<R> completion() {
			return new Completion<>() {

				@Override
				public void succeeded(R result) {
					Told.this.semaphore.release();
				}

				@Override
				public void failed(QueueException failure) {
					throw new IllegalStateException(failure);
				}

			};
		}

		void await(int count) {
			this.semaphore.acquireUninterruptibly(count);
		}

	}

}
