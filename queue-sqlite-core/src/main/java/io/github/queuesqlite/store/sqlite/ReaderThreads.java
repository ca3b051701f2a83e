package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The platform threads that read the files of one store, whoever asks: a virtual thread
 * inside the driver would pin its carrier. A read that lasts longer than 250 ms is
 * stopped, so that it does not hold up the write-ahead log, and tried again with twice
 * the time, at most three times: a machine that stands still for a moment fails no read.
 */
final class ReaderThreads implements Reads, AutoCloseable {

	private static final int THREADS = 4;

	private static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	private static final int TRIES = 4;

	private final ExecutorService threads;

	private final long cacheBytes;

	/** Connections of each thread, by file. Changed by their own thread only. */
	private final Map<Thread, Map<Path, Statements>> opened = new ConcurrentHashMap<>();

	private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

	ReaderThreads() {
		this(CacheSettings.DEFAULT.reader());
	}

	/**
	 * Creates threads, which start when there is something to read.
	 * @param cacheBytes what each of them keeps of each file
	 */
	ReaderThreads(long cacheBytes) {
		this.cacheBytes = cacheBytes;
		AtomicInteger number = new AtomicInteger();
		ThreadPoolExecutor pool = new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (task) -> {
					Thread thread = new Thread(task, "queue-reader-" + number.incrementAndGet());
					thread.setDaemon(true);
					return thread;
				});
		this.threads = pool;
	}

	@Override
	public <R> R read(Path file, ReaderGate gate, Read<R> read) {
		for (int tried = 1;; tried++) {
			try {
				return readOnce(file, gate, read, LIMIT_NANOS << (tried - 1));
			}
			catch (SQLiteException ex) {
				if (ex.getResultCode() != SQLiteErrorCode.SQLITE_INTERRUPT || tried == TRIES) {
					throw failure(file, ex);
				}
			}
			catch (SQLException ex) {
				throw failure(file, ex);
			}
		}
	}

	private static StoreUnavailableException failure(Path file, SQLException ex) {
		return new StoreUnavailableException("Cannot read " + file.getFileName() + ": " + ex.getMessage(), ex);
	}

	private <R> R readOnce(Path file, ReaderGate gate, Read<R> read, long limitNanos) throws SQLException {
		Task<R> task = new Task<>(file, gate, read, limitNanos);
		Future<R> future;
		try {
			future = this.threads.submit(task::run);
		}
		catch (RejectedExecutionException ex) {
			throw new StoreUnavailableException("The queue is closed", ex);
		}
		return await(future, task);
	}

	private static <R> R await(Future<R> future, Task<R> task) throws SQLException {
		while (true) {
			try {
				return future.get(task.limitNanos, TimeUnit.NANOSECONDS);
			}
			catch (TimeoutException ex) {
				task.stopIfLate();
			}
			catch (InterruptedException ex) {
				task.stop();
				Thread.currentThread().interrupt();
				throw new QueueException("Interrupted while reading", ex);
			}
			catch (ExecutionException ex) {
				if (ex.getCause() instanceof SQLException cause) {
					throw cause;
				}
				throw new QueueException("Cannot read: " + ex.getCause(), ex.getCause());
			}
		}
	}

	@Override
	public void close() {
		this.threads.shutdown();
		try {
			if (!this.threads.awaitTermination(2, TimeUnit.SECONDS)) {
				this.threads.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			this.threads.shutdownNow();
			Thread.currentThread().interrupt();
		}
		this.opened.values().forEach((byFile) -> byFile.values().forEach(Statements::close));
		this.connections.forEach(SqliteConnections::closeQuietly);
	}

	/** One read, on a reader thread. */
	private final class Task<R> {

		private final Path file;

		private final ReaderGate gate;

		private final Read<R> read;

		private final long limitNanos;

		private @Nullable Connection running;

		private long since;

		Task(Path file, ReaderGate gate, Read<R> read, long limitNanos) {
			this.file = file;
			this.gate = gate;
			this.read = read;
			this.limitNanos = limitNanos;
		}

		R run() throws SQLException {
			this.gate.enter();
			try {
				Statements statements = open();
				running(statements.connection());
				boolean ended = false;
				try {
					R result = this.read.read(statements);
					ended = true;
					return result;
				}
				finally {
					running(null);
					if (!ended) {
						// A statement in the middle would hold the write-ahead log for
						// ever.
						statements.close();
					}
				}
			}
			finally {
				this.gate.leave();
			}
		}

		private Statements open() throws SQLException {
			Map<Path, Statements> byFile = ReaderThreads.this.opened.computeIfAbsent(Thread.currentThread(),
					(thread) -> new HashMap<>());
			Statements statements = byFile.get(this.file);
			if (statements == null) {
				Connection connection = SqliteConnections.openReader(this.file, ReaderThreads.this.cacheBytes);
				ReaderThreads.this.connections.add(connection);
				statements = new Statements(connection);
				byFile.put(this.file, statements);
			}
			return statements;
		}

		private synchronized void running(@Nullable Connection connection) {
			this.running = connection;
			this.since = System.nanoTime();
		}

		synchronized void stopIfLate() throws SQLException {
			if (System.nanoTime() - this.since > this.limitNanos) {
				stop();
			}
		}

		synchronized void stop() throws SQLException {
			if (this.running != null) {
				((SQLiteConnection) this.running).getDatabase().interrupt();
			}
		}

	}

}
