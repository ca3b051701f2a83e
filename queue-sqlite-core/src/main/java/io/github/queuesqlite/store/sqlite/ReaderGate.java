package io.github.queuesqlite.store.sqlite;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Lets readers of one file in, except while the writer starts the write-ahead log over:
 * an open reader would hold it up. Readers are short, so it never waits long.
 * <p>
 * <b>Threads:</b> a read ends on the thread it began on.
 */
final class ReaderGate {

	private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

	void enter() {
		this.lock.readLock().lock();
	}

	void leave() {
		this.lock.readLock().unlock();
	}

	/** Keeps readers out; false when those inside do not leave in time. */
	boolean tryClose() {
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

}
