package io.github.queuesqlite;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.event.EventSink;
import io.github.queuesqlite.event.FailureNote;
import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.event.MessageEventListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of events, each in a row of its own: in order, on one thread at a time,
 * whatever the others do.
 */
final class EventDispatcher implements EventSink {

	private static final Logger logger = LoggerFactory.getLogger(EventDispatcher.class);

	/** So many events wait for one listener at most. */
	static final int MOST_WAITING = 100_000;

	private final Executor executor;

	private final CopyOnWriteArrayList<Row> rows = new CopyOnWriteArrayList<>();

	/**
	 * Creates a dispatcher without listeners.
	 * @param executor calls them: may block
	 */
	EventDispatcher(Executor executor) {
		this.executor = executor;
	}

	void add(MessageEventListener listener) {
		Objects.requireNonNull(listener, "'listener' must not be null");
		this.rows.add(new Row(listener));
	}

	/** What waits for it is dropped; returns false when it is none. */
	boolean remove(MessageEventListener listener) {
		boolean removed = false;
		for (Row row : this.rows) {
			if (row.listener == listener) {
				removed |= this.rows.remove(row);
				row.removed = true;
			}
		}
		return removed;
	}

	@Override
	public boolean isListening() {
		return !this.rows.isEmpty();
	}

	@Override
	public void publish(MessageEvent event) {
		for (Row row : this.rows) {
			row.add(event);
		}
	}

	/** Why the latest call of listeners failed, by their names. */
	Map<String, String> failures() {
		Map<String, String> failures = new LinkedHashMap<>();
		for (Row row : this.rows) {
			if (!row.failure.text().isEmpty()) {
				failures.put("event listener " + row.name, row.failure.text());
			}
		}
		return failures;
	}

	/** What waits for one listener. */
	private final class Row implements Runnable {

		private final MessageEventListener listener;

		private final String name;

		private final Queue<MessageEvent> events = new ConcurrentLinkedQueue<>();

		/** How many wait or are being told: who makes it 1 has them told. */
		private final AtomicInteger waiting = new AtomicInteger();

		private final FailureNote failure;

		private volatile boolean removed;

		/** Whether the latest event was dropped. */
		private volatile boolean dropping;

		Row(MessageEventListener listener) {
			this.listener = listener;
			this.name = listener.getClass().getName();
			this.failure = new FailureNote(logger, "Event listener {} failed and goes on", this.name);
		}

		void add(MessageEvent event) {
			try {
				if (this.waiting.get() >= MOST_WAITING) {
					drop();
					return;
				}
				this.dropping = false;
				this.events.add(event);
				if (this.waiting.getAndIncrement() == 0) {
					EventDispatcher.this.executor.execute(this);
				}
			}
			catch (Throwable ex) {
				this.failure.note(ex);
			}
		}

		private void drop() {
			if (!this.dropping) {
				this.dropping = true;
				logger.warn("Event listener {} is too slow: {} events wait for it, the newest are dropped", this.name,
						MOST_WAITING);
			}
		}

		@Override
		public void run() {
			do {
				tell();
			}
			while (this.waiting.decrementAndGet() > 0);
		}

		private void tell() {
			MessageEvent event = this.events.poll();
			if (event == null || this.removed) {
				return;
			}
			try {
				this.listener.onEvent(event);
				this.failure.clear();
			}
			catch (Throwable ex) {
				this.failure.note(ex);
			}
			// What it left behind is not for the next one.
			Thread.interrupted();
		}

	}

}
