package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.listen.ListenOwner;
import io.github.queuesqlite.listen.ListenStore;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.BlockingCompletion;
import io.github.queuesqlite.store.Completion;
import io.github.queuesqlite.store.GroupCommitWriter;
import io.github.queuesqlite.store.Quarantine;
import io.github.queuesqlite.store.StoreFile;
import io.github.queuesqlite.store.Work;
import io.github.queuesqlite.store.WriterSettings;
import io.github.queuesqlite.store.WrittenFile;
import org.jspecify.annotations.Nullable;

/**
 * Listen data in the file {@code listen.db}: one writer with group commit, readers beside
 * it. Values are fsynced with durability {@code full}; positions are not, as changes then
 * only come again.
 */
public final class SqliteListenStore implements ListenStore {

	private final ListenFile file;

	private final Quarantine quarantine;

	private final GroupCommitWriter<ListenSession> writer;

	private final ReaderGate gate = new ReaderGate();

	private final ReaderThreads readers = new ReaderThreads();

	private final List<Runnable> changeListeners = new CopyOnWriteArrayList<>();

	private final AtomicBoolean closed = new AtomicBoolean();

	private SqliteListenStore(ListenFile file, SqliteListenSettings settings) {
		this.file = file;
		this.quarantine = new Quarantine(-1, ListenSession.label(file.path()));
		ListenSession session = new ListenSession(file.connection(), this.gate, file.path(), this.quarantine, settings);
		this.writer = GroupCommitWriter.start("queue-writer-listen", session, this.quarantine,
				unrecorded(settings.writer()));
	}

	/** Meters of commits are by shard, and this is none. */
	private static WriterSettings unrecorded(WriterSettings settings) {
		return new WriterSettings(settings.synced(), settings.maxPending(), settings.blockTimeout(),
				settings.pollInterval(), QueueRecorder.NONE);
	}

	/**
	 * Opens listen data, creating or migrating its file. A damaged file is set aside and
	 * begun anew.
	 * @param settings settings
	 * @return the store
	 * @throws io.github.queuesqlite.message.StoreUnavailableException if the file cannot
	 * be used: the text says why and what to do
	 */
	public static SqliteListenStore open(SqliteListenSettings settings) {
		SqliteLibrary.check();
		return new SqliteListenStore(ListenFile.open(settings), settings);
	}

	@Override
	public long put(String key, String codec, byte[] value, BiPredicate<String, byte[]> equal) {
		BlockingCompletion<ListenSession.Changed> completion = new BlockingCompletion<>();
		this.writer.submitNew((session) -> session.put(key, codec, value, equal), null, then(completion, this::wake));
		return await(completion).version();
	}

	@Override
	public boolean remove(String key) {
		BlockingCompletion<ListenSession.Changed> completion = new BlockingCompletion<>();
		this.writer.submit((session) -> session.remove(key), then(completion, this::wake));
		return await(completion).changed();
	}

	/** Listeners are woken by the commit, before the caller is. */
	private void wake(ListenSession.Changed changed) {
		if (changed.changed()) {
			this.changeListeners.forEach(Runnable::run);
		}
	}

	private static <R> Completion<R> then(BlockingCompletion<R> completion, Consumer<R> first) {
		return new Completion<>() {

			@Override
			public void succeeded(R result) {
				first.accept(result);
				completion.succeeded(result);
			}

			@Override
			public void failed(QueueException failure) {
				completion.failed(failure);
			}

		};
	}

	private <R> R await(BlockingCompletion<R> completion) {
		return completion.await(() -> new QueueException("Interrupted while waiting for a commit of "
				+ this.file.path().getFileName() + ": the outcome is unknown"));
	}

	private <R> R write(Work<ListenSession, R> work) {
		BlockingCompletion<R> completion = new BlockingCompletion<>();
		this.writer.submitUnsynced(work, completion);
		return await(completion);
	}

	private <R> R read(Reads.Read<R> read) {
		this.quarantine.refuse();
		try {
			return this.readers.read(this.file.path(), this.gate, read);
		}
		catch (StoreUnavailableException ex) {
			if (SqliteFault.isDamage(ex)) {
				ListenSession.damaged(this.quarantine, ex);
				this.quarantine.refuse();
			}
			throw ex;
		}
	}

	@Override
	public Optional<StoredValue> find(String key) {
		return read((statements) -> Optional.ofNullable(ListenValueTable.find(statements, key)))
			.map(ListenValueTable.Row::toValue);
	}

	@Override
	public List<StoredValue> findAll() {
		return read(ListenValueTable::findAll);
	}

	@Override
	public List<String> keys() {
		return read(ListenValueTable::keys);
	}

	@Override
	public long size() {
		return read(ListenValueTable::count);
	}

	@Override
	public void addChangeListener(Runnable callback) {
		this.changeListeners.add(callback);
	}

	@Override
	public void removeChangeListener(Runnable callback) {
		this.changeListeners.remove(callback);
	}

	@Override
	public long latestChange() {
		return read(ChangeTable::latest);
	}

	@Override
	public void declare(String listener, boolean replay) {
		write((session) -> {
			ListenerTable.declare(session.statements(), listener, replay);
			return true;
		});
	}

	@Override
	public Optional<Cursor> acquire(String listener, boolean replay, ListenOwner owner) {
		long epoch = owner.epoch();
		Optional<Long> seen = read((statements) -> Optional.ofNullable(ListenerTable.owner(statements, listener)));
		if (seen.isPresent() && seen.get() != epoch && !owner.isDead(seen.get())) {
			return Optional.empty();
		}
		return write((session) -> take(session, listener, replay, epoch, seen.orElse(null)));
	}

	private static Optional<Cursor> take(ListenSession session, String listener, boolean replay, long epoch,
			@Nullable Long seen) throws SQLException {
		ListenerTable.declare(session.statements(), listener, replay);
		return ListenerTable.take(session.statements(), listener, epoch, seen)
				? Optional.of(ListenerTable.cursor(session.statements(), listener)) : Optional.empty();
	}

	@Override
	public boolean save(String listener, long epoch, Progress progress) {
		return write((session) -> ListenerTable.save(session.statements(), listener, epoch, progress));
	}

	@Override
	public void release(String listener, long epoch) {
		write((session) -> {
			ListenerTable.release(session.statements(), listener, epoch);
			return true;
		});
	}

	@Override
	public Page read(List<String> patterns, Cursor cursor) {
		return read((statements) -> ChangeTable.read(statements, patterns, cursor.position(), cursor.replayTo()));
	}

	@Override
	public Page readKey(String key, long after, long upTo) {
		return read((statements) -> ChangeTable.readKey(statements, key, after, upTo));
	}

	@Override
	public List<CursorOwner> cursors() {
		return read(ListenerTable::all);
	}

	@Override
	public int sweep(Collection<String> declared, Collection<String> undeclared, Instant before) {
		return write((session) -> {
			for (String listener : declared) {
				ListenerTable.noteDeclared(session.statements(), listener);
			}
			int dropped = ListenerTable.drop(session.statements(), before.toEpochMilli());
			for (String listener : undeclared) {
				ListenerTable.noteUndeclared(session.statements(), listener, session.now());
			}
			return dropped;
		});
	}

	@Override
	public int prune() {
		int pruned = 0;
		int step;
		do {
			step = write(ListenSession::prune);
			pruned += step;
		}
		while (step > 0);
		return pruned;
	}

	/**
	 * Returns the file as a whole.
	 * @return usable while the store is open
	 */
	public StoreFile file() {
		return new WrittenFile(this.writer, new SqliteFileReads(this.file.path(), this.gate, this.quarantine, false,
				(finding) -> ListenSession.damaged(this.quarantine, new SQLException(finding))));
	}

	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			// The last connection to close moves the log into the file; it must be one
			// that
			// writes.
			this.gate.endLongReaders();
			this.readers.close();
			this.writer.close();
			this.file.close();
		}
	}

}
