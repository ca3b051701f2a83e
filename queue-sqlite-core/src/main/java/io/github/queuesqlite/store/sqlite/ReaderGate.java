package io.github.queuesqlite.store.sqlite;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import io.github.queuesqlite.message.StoreUnavailableException;

/**
 * Lets readers of one file in, except while the writer starts the write-ahead log over:
 * an open reader would hold it up. Readers are short, so it never waits long; those who
 * read for long are not waited for.
 * <p>
 * <b>Threads:</b> a read ends on the thread it began on.
 */
final class ReaderGate {

	private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

	private final List<LongReader> longReaders = new CopyOnWriteArrayList<>();

	private volatile boolean ended;

	void enter() {
		this.lock.readLock().lock();
	}

	void leave() {
		this.lock.readLock().unlock();
	}

	/** Says who reads the file for long, without entering. */
	void admit(LongReader reader) {
		this.longReaders.add(reader);
		if (this.ended) {
			dismiss(reader);
			throw new StoreUnavailableException("The queue is closed", null);
		}
	}

	/** Says that somebody does not read for long any more. */
	void dismiss(LongReader reader) {
		this.longReaders.remove(reader);
	}

	/** Stops those who read for long. */
	void stopLongReaders(String why) {
		this.longReaders.forEach((reader) -> reader.stop(why));
	}

	/** Stops those who read for long, waits for their end, and admits nobody any more. */
	void endLongReaders() {
		this.ended = true;
		this.longReaders.forEach(LongReader::end);
	}

	/** Returns whether the file is about to be closed. */
	boolean isEnded() {
		return this.ended;
	}

	/** Keeps readers out; false when those inside do not leave in time. */
	boolean tryClose() {
		if (this.longReaders.stream().anyMatch(LongReader::isReading)) {
			return false;
		}
		try {
			return this.lock.writeLock().tryLock(300, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	void open() {
		this.lock.writeLock().unlock();
	}

	/** Somebody who keeps the log from starting over for longer than a moment. */
	interface LongReader {

		/** Returns whether it does so now. */
		boolean isReading();

		/** Stops it. */
		void stop(String why);

		/** Stops it since the file is closed, and waits for its end. */
		void end();

	}

}
