package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.message.StoreUnavailableException;

/**
 * The lock under which a directory is opened, migrated and joined: one process at a time.
 */
final class OpenLock implements AutoCloseable {

	private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

	private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final HeldLocks.Held held;

	private OpenLock(HeldLocks.Held held) {
		this.held = held;
	}

	static OpenLock acquire(QueueFiles files) throws IOException {
		long start = System.nanoTime();
		while (true) {
			HeldLocks.Held held = HeldLocks.tryLock(files.openLock());
			if (held != null) {
				return new OpenLock(held);
			}
			if (System.nanoTime() - start > PATIENCE_NANOS) {
				throw new StoreUnavailableException("Another process has been opening or migrating the directory "
						+ files.directory() + " for 60 s. Wait for it or end it, then start again.", null);
			}
			LockSupport.parkNanos(LOOK_NANOS);
			if (Thread.currentThread().isInterrupted()) {
				throw new StoreUnavailableException(
						"Interrupted while another process was opening the directory " + files.directory(), null);
			}
		}
	}

	@Override
	public void close() {
		this.held.close();
	}

}
