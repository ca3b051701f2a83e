package io.github.queuesqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.maintenance.GuestMaintenance;
import io.github.queuesqlite.maintenance.Lease;
import io.github.queuesqlite.maintenance.Presence;
import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.QueueStats.Pause;
import io.github.queuesqlite.message.StateChange;
import io.github.queuesqlite.message.Verification;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.store.CancelResult;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Pauses;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.StoreFile;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.StoredMessageView;
import io.github.queuesqlite.store.StoredMessageView.RunDetails;
import io.github.queuesqlite.store.WriterSettings;
import io.github.queuesqlite.store.sqlite.DirectoryFiles;
import io.github.queuesqlite.store.sqlite.DiskSpace;
import io.github.queuesqlite.store.sqlite.SqliteStores;
import io.github.queuesqlite.task.TaskRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a queue in the hands of a person, whether or not an application uses
 * it: for tools such as the command line. It runs no handlers, claims nothing, deletes
 * nothing by itself, and migrates nothing: files of another version are refused.
 * <p>
 * A console to read has the files open for reading only and takes no part in the queue. A
 * console to write is one of its processes while it is open.
 * <p>
 * <b>Threads:</b> one at a time.
 * <p>
 * <b>Errors</b> of every method:
 * {@link io.github.queuesqlite.message.StoreUnavailableException} when the files cannot
 * be used: the text says why.
 *
 * @since 0.1.0
 */
public final class QueueConsole implements AutoCloseable {

	private static final Duration CENTURY = Duration.ofDays(36_525);

	private final MessageStore store;

	private final boolean writable;

	private final InstantSource clock = InstantSource.system();

	private final Payloads payloads = new Payloads(new JsonPayloadCodec(), 256L * 1024 * 1024);

	private final Explainer explainer;

	private final Overview overview;

	private final @Nullable Presence presence;

	private final @Nullable GuestMaintenance maintenance;

	private QueueConsole(MessageStore store, boolean writable) {
		this.store = store;
		this.writable = writable;
		this.explainer = new Explainer(store, OwnWork.none(), Set.of(), this.clock);
		TaskRegistry noTasks = new TaskRegistry();
		this.overview = new Overview(store, new Lanes(noTasks, Set.of(), (queue) -> false), noTasks, new InFlight(),
				this.clock);
		if (writable) {
			Duration lease = Duration.ofSeconds(30);
			this.presence = new Presence(store, ProcessName.get(), new Lease(lease, System::nanoTime),
					(task) -> Integer.MAX_VALUE, () -> {
					});
			this.maintenance = new GuestMaintenance(store, this.presence, lease);
			this.maintenance.start();
		}
		else {
			this.presence = null;
			this.maintenance = null;
		}
	}

	/**
	 * Opens a directory to read it.
	 * @param directory that of the queue: {@code <queue.sqlite.directory>/<name>}
	 * @return to be closed
	 */
	public static QueueConsole toRead(Path directory) {
		return new QueueConsole(SqliteStores.openToRead(directory, InstantSource.system()), false);
	}

	/**
	 * Opens a directory to steer it.
	 * @param directory that of the queue: {@code <queue.sqlite.directory>/<name>}
	 * @return to be closed
	 */
	public static QueueConsole toWrite(Path directory) {
		WriterSettings writer = new WriterSettings(true, 10_000, Duration.ofSeconds(30), Duration.ofSeconds(1),
				QueueRecorder.NONE);
		Retention all = new Retention(CENTURY, CENTURY, CENTURY, CENTURY, Long.MAX_VALUE);
		MessageStore store = SqliteStores.openAsGuest(directory, writer, all, InstantSource.system());
		boolean opened = false;
		try {
			QueueConsole console = new QueueConsole(store, true);
			opened = true;
			return console;
		}
		finally {
			if (!opened) {
				store.close();
			}
		}
	}

	/**
	 * Checks all files of a directory, whoever uses it, damaged ones too.
	 * @param directory that of the queue
	 * @return what was found
	 */
	public static Verification verify(Path directory) {
		DirectoryFiles files = DirectoryFiles.of(directory);
		files.refuseOtherVersions();
		return new Verification(files.all().stream().map(StoreFile::check).toList());
	}

	/**
	 * Backs a queue up, whoever uses it, as {@link QueueOperations#backup(Path)} does.
	 * @param directory that of the queue
	 * @param target where to; not there, or empty
	 * @return the target, absolute
	 */
	public static Path backup(Path directory, Path target) {
		DirectoryFiles files = DirectoryFiles.of(directory);
		files.refuseOtherVersions();
		Path absolute = directory.toAbsolutePath().normalize();
		return new Upkeep(String.valueOf(absolute.getFileName()), absolute, files::all, DiskSpace.REAL).backup(target);
	}

	/**
	 * Returns the numbers of this moment.
	 * @return as {@link QueueOperations#stats()}; nothing is served here, so that all
	 * queues and tasks are unserved
	 */
	public QueueStats stats() {
		return this.overview.stats();
	}

	/**
	 * Reads messages.
	 * @param query which
	 * @return in the order of their ids
	 */
	public List<Message> list(MessageQuery query) {
		return views(this.store.list(query));
	}

	/**
	 * Reads a message.
	 * @param id the id
	 * @return empty when there is none
	 */
	public Optional<Message> find(MessageId id) {
		return this.store.find(id.value()).map((row) -> views(List.of(row)).get(0));
	}

	/**
	 * Reads a message by its key.
	 * @param idempotencyKey the key
	 * @return empty when there is none
	 */
	public Optional<Message> findByKey(String idempotencyKey) {
		return this.store.findByKey(idempotencyKey).map((row) -> views(List.of(row)).get(0));
	}

	/** With who runs them. */
	private List<Message> views(List<StoredMessage> rows) {
		List<StoredMessage> running = rows.stream().filter((row) -> row.state() == MessageState.RUNNING).toList();
		Map<Long, String> owners = running.isEmpty() ? Map.of() : this.store.owners(running);
		return rows.stream()
			.<Message>map((row) -> new StoredMessageView(row, this.payloads, null,
					new RunDetails(null, owners.get(row.id()), null)))
			.toList();
	}

	/**
	 * Reads the failures of a message.
	 * @param id the message
	 * @return the oldest first
	 */
	public List<Failure> failures(MessageId id) {
		return this.store.failures(id.value()).stream().map(FailureCodec::toFailure).toList();
	}

	/**
	 * Reads what the handler of a message has noted.
	 * @param id the message
	 * @return the oldest first
	 */
	public List<LogEntry> log(MessageId id) {
		return this.store.log(id.value());
	}

	/**
	 * Reads the states that a message went through, as far as that was recorded and is
	 * kept. What a console changes is not recorded: that is in the audit.
	 * @param id the message
	 * @return the oldest first
	 */
	public List<StateChange> history(MessageId id) {
		return this.store.history(id.value());
	}

	/**
	 * Reads what was stored together with a message.
	 * @param id the message
	 * @return empty when there is none
	 */
	public Optional<MessageTree> tree(MessageId id) {
		return this.store.tree(id.value());
	}

	/**
	 * Says why a message does not run.
	 * @param id the message
	 * @return why
	 */
	public Explanation explain(MessageId id) {
		return this.explainer.explain(id);
	}

	/**
	 * Reads what people have done.
	 * @param max how many at most
	 * @return the latest first
	 */
	public List<AuditEntry> audit(int max) {
		return this.store.audit(max);
	}

	/**
	 * Adds to what people have done.
	 * @param actor who
	 * @param action what
	 * @param target on what
	 * @param outcome what became of it
	 * @param detail how many, or why not; null for nothing to say
	 */
	public void note(@Nullable String actor, String action, String target, AuditEntry.Outcome outcome,
			@Nullable String detail) {
		requireWritable();
		new AuditLog(this.store, this.clock).add(actor, action, target, outcome, detail);
	}

	/**
	 * Retries a message, as {@link QueueOperations#retry(MessageId)}.
	 * @param id the message
	 * @return false when it is not DEAD, CANCELLED or EXPIRED, or its key is taken
	 */
	public boolean retry(MessageId id) {
		requireWritable();
		return this.store.retry(id.value());
	}

	/**
	 * Retries messages, as {@link QueueOperations#retryAll(MessageQuery)}.
	 * @param query which
	 * @return how many
	 */
	public int retryAll(MessageQuery query) {
		requireWritable();
		return this.store.retryAll(query);
	}

	/**
	 * Cancels a message, as {@link QueueOperations#cancel(MessageId)}.
	 * @param id the message
	 * @return false when it has ended, or was asked before
	 */
	public boolean cancel(MessageId id) {
		requireWritable();
		return this.store.cancel(id.value()) != CancelResult.UNCHANGED;
	}

	/**
	 * Deletes messages, as {@link QueueOperations#purge(MessageQuery)}.
	 * @param query which
	 * @return how many
	 */
	public int purge(MessageQuery query) {
		requireWritable();
		return this.store.purge(query);
	}

	/**
	 * Pauses something, as {@link QueueOperations#pauseAll()},
	 * {@link QueueOperations#pause(String)}, {@link QueueOperations#pauseTask(String)}
	 * and {@link QueueOperations#pauseKey(String)} do.
	 * @param kind of what
	 * @param name which; any for all queues
	 * @param until when it goes on by itself; null when somebody has to resume it
	 * @throws IllegalArgumentException if nothing can be called so, or the time is not
	 * ahead
	 */
	public void pause(Pause.Kind kind, String name, @Nullable Instant until) {
		requireWritable();
		long end = (until != null) ? Intake.until(until, this.clock.millis()) : Pauses.UNTIL_RESUMED;
		switch (kind) {
			case ALL -> this.store.pauseAll(end);
			case QUEUE -> this.store.pause(Names.check("queue", name), end);
			case TASK -> this.store.pauseTask(Names.check("task", name), end);
			case KEY -> this.store.pauseKey(Names.checkKey("key", name), end);
		}
	}

	/**
	 * Resumes something.
	 * @param kind of what
	 * @param name which; any for all queues
	 * @throws IllegalArgumentException if nothing can be called so
	 */
	public void resume(Pause.Kind kind, String name) {
		requireWritable();
		switch (kind) {
			case ALL -> this.store.resumeAll();
			case QUEUE -> this.store.resume(Names.check("queue", name));
			case TASK -> this.store.resumeTask(Names.check("task", name));
			case KEY -> this.store.resumeKey(Names.checkKey("key", name));
		}
	}

	/** Gives free pages back, as {@link QueueOperations#compact()}. */
	public void compact() {
		requireWritable();
		this.store.files().forEach(StoreFile::compact);
	}

	private void requireWritable() {
		if (!this.writable) {
			throw new IllegalStateException("The console was opened to read");
		}
	}

	@Override
	public void close() {
		try {
			if (this.maintenance != null) {
				this.maintenance.stop();
			}
			if (this.presence != null) {
				this.presence.leave();
			}
		}
		finally {
			this.store.close();
		}
	}

}
