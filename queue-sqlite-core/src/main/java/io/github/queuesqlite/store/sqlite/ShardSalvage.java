package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of a shard's file page by page, so that damage costs what stands on
 * the damaged pages only. A row counts as a message when it has a message's columns;
 * whether it is as it was written is told by its checksum.
 * <p>
 * <b>Threads:</b> one at a time.
 */
public final class ShardSalvage implements AutoCloseable {

	/**
	 * The columns of the table {@code message}, in their order in the file. Rows that
	 * were written before the last ones were added do not have them.
	 */
	static final List<String> COLUMNS = List.of("id", "seq", "queue", "task", "state", "priority", "created_at",
			"run_at", "attempt", "max_attempts", "run", "owner", "cancel_requested", "deaths", "hold", "started_at",
			"finished_at", "expires_at", "deadline", "idempotency_key", "unique_key", "checksum", "attributes",
			"last_error", "codec", "result_codec", "result", "payload", "ordering_key");

	private static final int LEAST_COLUMNS = 28;

	/** A row that was not written since there are totals has none. */
	private static final Set<Integer> COUNTER_COLUMNS = Set.of(4, 8);

	private final PageFile file;

	private final RecordReader records;

	private final Checksum checksum = new Checksum();

	/** Page and cell of each message, by id. */
	private final Map<Long, long[]> places = new TreeMap<>();

	private long counted = -1;

	private ShardSalvage(PageFile file) throws IOException {
		this.file = file;
		this.records = new RecordReader(file);
		for (int page = 2; page <= file.pages(); page++) {
			if (!file.isFree(page)) {
				look(page);
			}
		}
	}

	/**
	 * Looks through a file.
	 * @param file the file, with its log beside it
	 * @return what was found, to be closed
	 * @throws IOException if it cannot be read
	 * @throws StoreUnavailableException if a queue of this process has it open
	 */
	public static ShardSalvage open(Path file) throws IOException {
		Path real = file.toRealPath();
		if (SqliteStores.isOpen(real.getParent())) {
			throw new StoreUnavailableException("The file " + real
					+ " belongs to a queue that is open in this process. Close the queue, or salvage in another process.",
					null);
		}
		PageFile pages = PageFile.open(real);
		try {
			return new ShardSalvage(pages);
		}
		catch (IOException | RuntimeException ex) {
			pages.close();
			throw ex;
		}
	}

	private void look(int page) throws IOException {
		for (RecordReader.Row row : this.records.rows(page)) {
			StoredMessage message = message(row);
			if (message != null) {
				found(message, new long[] { page, row.cell() });
			}
		}
		for (List<@Nullable Object> key : this.records.keys(page)) {
			if (COUNTER_COLUMNS.contains(key.size()) && key.get(0) instanceof String && key.get(1) instanceof String
					&& key.get(2) instanceof Long state && state <= Integer.MAX_VALUE
					&& StateCode.isKnown(state.intValue()) && key.get(3) instanceof Long n) {
				this.counted = Math.max(0, this.counted) + n;
			}
		}
	}

	/** Where a page was copied and the old one not freed yet, the latest state counts. */
	private void found(StoredMessage message, long[] place) throws IOException {
		long[] other = this.places.get(message.id());
		if (other != null) {
			StoredMessage former = read(other);
			if (former != null && !former.damaged() && (message.damaged() || former.run() > message.run()
					|| (former.run() == message.run() && former.state().compareTo(message.state()) >= 0))) {
				return;
			}
		}
		this.places.put(message.id(), place);
	}

	private @Nullable StoredMessage read(long[] place) throws IOException {
		return this.records.row((int) place[0], (int) place[1]).map(this::message).orElse(null);
	}

	/**
	 * Returns how many messages the file should have.
	 * @return what its counters say as far as they can be read; -1 when they cannot
	 */
	public long counted() {
		return this.counted;
	}

	/**
	 * Gives each message that was found, in the order of their ids.
	 * @param action gets the messages, damaged ones too
	 * @throws IOException if the file cannot be read or the action fails
	 */
	public void forEach(Action action) throws IOException {
		for (long[] place : this.places.values()) {
			StoredMessage message = read(place);
			if (message != null) {
				action.accept(message);
			}
		}
	}

	private @Nullable StoredMessage message(RecordReader.Row row) {
		List<@Nullable Object> values = row.values();
		if (row.id() < 0 || values.size() < LEAST_COLUMNS || values.size() > COLUMNS.size() || values.get(0) != null) {
			return null;
		}
		try {
			return message(row.id(), new Fields(values));
		}
		catch (ClassCastException | NullPointerException ex) {
			return null;
		}
	}

	private StoredMessage message(long id, Fields fields) {
		int state = (int) fields.number("state");
		boolean known = StateCode.isKnown(state);
		Long maxAttempts = fields.nullable("max_attempts");
		StoredMessage message = new StoredMessage(id, 0, fields.number("seq"), fields.text("queue"),
				fields.text("task"), known ? StateCode.toState(state) : MessageState.DEAD,
				(int) fields.number("priority"), fields.number("created_at"), fields.number("run_at"),
				(int) fields.number("attempt"), (maxAttempts != null) ? Integer.valueOf(maxAttempts.intValue()) : null,
				fields.number("run"), fields.number("owner"), fields.number("cancel_requested") != 0,
				fields.nullable("started_at"), fields.nullable("finished_at"), fields.nullable("expires_at"),
				fields.nullable("deadline"), fields.nullableText("idempotency_key"), fields.nullableText("unique_key"),
				fields.nullableText("ordering_key"), fields.nullableText("attributes"), fields.nullableText("codec"),
				fields.bytes("payload"), fields.nullableText("result_codec"), fields.bytes("result"),
				fields.nullableText("last_error"), false);
		return (known && this.checksum.matches(fields.number("checksum"), message)) ? message : message.asDamaged();
	}

	@Override
	public void close() throws IOException {
		this.file.close();
	}

	/** What is done with a message. */
	@FunctionalInterface
	public interface Action {

		/**
		 * Takes a message.
		 * @param message as it is stored
		 * @throws IOException ends the reading
		 */
		void accept(StoredMessage message) throws IOException;

	}

	/**
	 * A row by the names of its columns. What is of another type, or missing, is thrown
	 * as the exception of the language.
	 *
	 * @param values in the order of {@link #COLUMNS}
	 */
	private record Fields(List<@Nullable Object> values) {

		private @Nullable Object value(String column) {
			int index = COLUMNS.indexOf(column);
			return (index < this.values.size()) ? this.values.get(index) : null;
		}

		long number(String column) {
			return Objects.requireNonNull(nullable(column));
		}

		@Nullable Long nullable(String column) {
			return (Long) value(column);
		}

		String text(String column) {
			return Objects.requireNonNull(nullableText(column));
		}

		@Nullable String nullableText(String column) {
			return (String) value(column);
		}

		byte @Nullable [] bytes(String column) {
			return (byte[]) value(column);
		}

	}

}
