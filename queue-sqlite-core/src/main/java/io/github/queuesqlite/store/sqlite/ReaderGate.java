package io.github.queuesqlite.store.sqlite;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import org.jspecify.annotations.Nullable;

/**
 * Lets readers of one file in, except while the writer starts the write-ahead log over:
 * an open reader would hold it up. Readers are short, so it never waits long; the one
 * long read, an {@link IntegrityCheck}, is not waited for.
 * <p>
 * <b>Threads:</b> a read ends on the thread it began on.
 */
final class ReaderGate {

	private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

	private volatile @Nullable IntegrityCheck check;

	void enter() {
		this.lock.readLock().lock();
	}

	void leave() {
		this.lock.readLock().unlock();
	}

	/** Says who reads the file for long, without entering. */
	void admit(IntegrityCheck check) {
		this.check = check;
	}

	/** Stops the one who reads for long. */
	void stopCheck(String why) {
		IntegrityCheck check = this.check;
		if (check != null) {
			check.stop(why);
		}
	}

	/** Stops the one who reads for long and waits for its end. */
	void endCheck() {
		IntegrityCheck check = this.check;
		if (check != null) {
			check.close();
		}
	}

	/** Keeps readers out; false when those inside do not leave in time. */
	boolean tryClose() {
		IntegrityCheck check = this.check;
		if (check != null && check.isReading()) {
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

}
