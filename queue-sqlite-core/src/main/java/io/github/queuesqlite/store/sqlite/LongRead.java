package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Reads a file that is in use for as long as it takes, on a platform thread and a
 * connection of its own. The writer breaks it off when the log grows too large, since
 * that cannot start over meanwhile; so does an interrupt of who waits for it.
 * <p>
 * <b>Threads:</b> used by one, stopped by any.
 */
final class LongRead implements ReaderGate.LongReader, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(LongRead.class);

	private final String what;

	private final Path file;

	private final ReaderGate gate;

	private final ExecutorService thread;

	/** Guarded by this. */
	private @Nullable Connection connection;

	/** Why it was stopped; empty while it was not. Guarded by this. */
	private String stopped = "";

	/**
	 * Creates a read that has not begun.
	 * @param what it is called, for people: {@code check}
	 * @param file the file
	 * @param gate of the file
	 */
	LongRead(String what, Path file, ReaderGate gate) {
		this.what = what;
		this.file = file;
		this.gate = gate;
		this.thread = Executors.newSingleThreadExecutor((work) -> {
			Thread thread = new Thread(work, "queue-" + what + "-" + file.getFileName());
			thread.setDaemon(true);
			return thread;
		});
		boolean admitted = false;
		try {
			gate.admit(this);
			admitted = true;
		}
		finally {
			if (!admitted) {
				this.thread.shutdown();
			}
		}
	}

	/** Opens the connection that is read on. */
	void open(Opening opening) {
		call(() -> {
			Connection opened = opening.open();
			synchronized (this) {
				this.connection = opened;
			}
			return true;
		});
	}

	/** Does something with the connection and waits for it. */
	<R> R read(Use<R> use) {
		return call(() -> {
			Connection open;
			synchronized (this) {
				open = this.connection;
			}
			if (open == null) {
				throw new SQLException("it was stopped");
			}
			return use.apply(open);
		});
	}

	private <R> R call(Step<R> step) {
		Future<R> future;
		try {
			future = this.thread.submit(step::run);
		}
		catch (RejectedExecutionException ex) {
			throw broken(ex);
		}
		try {
			return future.get();
		}
		catch (InterruptedException ex) {
			stop("its thread was interrupted");
			Thread.currentThread().interrupt();
			throw new QueueException("Interrupted during the " + this.what + " of " + this.file.getFileName(), ex);
		}
		catch (ExecutionException ex) {
			throw failure(ex.getCause());
		}
	}

	private QueueException failure(@Nullable Throwable cause) {
		synchronized (this) {
			if (!this.stopped.isEmpty()) {
				return broken(cause);
			}
		}
		if (cause instanceof QueueException known) {
			return known;
		}
		return new StoreUnavailableException("The " + this.what + " of " + this.file.getFileName() + " failed: "
				+ ((cause != null) ? cause.getMessage() : "unknown"), cause);
	}

	private synchronized StoreUnavailableException broken(@Nullable Throwable cause) {
		return new StoreUnavailableException("The " + this.what + " of " + this.file.getFileName() + " was broken off: "
				+ (this.stopped.isEmpty() ? "the queue is closed" : this.stopped), cause);
	}

	@Override
	public synchronized boolean isReading() {
		return this.connection != null;
	}

	@Override
	public void stop(String why) {
		synchronized (this) {
			if (!this.stopped.isEmpty()) {
				return;
			}
			this.stopped = why;
			if (this.connection != null) {
				interrupt(this.connection);
			}
		}
		try {
			// What it has frozen is let go also when nothing is read just now.
			this.thread.execute(this::closeConnection);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The {} of {} has ended already", this.what, this.file, ex);
		}
	}

	private void interrupt(Connection connection) {
		try {
			((SQLiteConnection) connection).getDatabase().interrupt();
		}
		catch (SQLException ex) {
			logger.debug("Cannot stop the {} of {}", this.what, this.file, ex);
		}
	}

	private void closeConnection() {
		Connection open;
		synchronized (this) {
			open = this.connection;
			this.connection = null;
		}
		if (open != null) {
			SqliteConnections.closeQuietly(open);
		}
	}

	@Override
	public void end() {
		stop("the queue is closed");
		close();
	}

	/** Closes the connection, once what is under way has ended. */
	@Override
	public void close() {
		boolean interrupted = Thread.interrupted();
		synchronized (this) {
			if (!this.thread.isShutdown()) {
				this.thread.execute(this::closeConnection);
				this.thread.shutdown();
			}
		}
		while (!this.thread.isTerminated()) {
			try {
				this.thread.awaitTermination(1, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		this.gate.dismiss(this);
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	/** Opens a connection. */
	@FunctionalInterface
	interface Opening {

		Connection open() throws SQLException;

	}

	/** Uses a connection. */
	@FunctionalInterface
	interface Use<R> {

		R apply(Connection connection) throws SQLException;

	}

	/** Does something on the thread. */
	@FunctionalInterface
	private interface Step<R> {

		R run() throws SQLException;

	}

}
