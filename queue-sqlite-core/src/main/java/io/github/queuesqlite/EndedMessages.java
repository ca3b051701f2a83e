package io.github.queuesqlite;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueTimeoutException;
import io.github.queuesqlite.store.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * Gives messages in the order in which they end. Begins to wait when the first one is
 * asked for, and leaves nothing behind once all have come, one is late, or it is closed.
 */
final class EndedMessages extends Spliterators.AbstractSpliterator<Message> {

	private final List<MessageId> ids;

	private final long deadline;

	private final Waiters waiters;

	private final FinalRows finalRows;

	private final Function<StoredMessage, Message> view;

	/** Those that have not come, with their waiters; null before the beginning. */
	private @Nullable Map<MessageId, Arrival> missing;

	private final BlockingQueue<Arrival> arrived = new LinkedBlockingQueue<>();

	private EndedMessages(Collection<MessageId> ids, long deadline, Waiters waiters, FinalRows finalRows,
			Function<StoredMessage, Message> view) {
		super(ids.size(), Spliterator.ORDERED | Spliterator.NONNULL);
		this.ids = List.copyOf(ids);
		this.deadline = deadline;
		this.waiters = waiters;
		this.finalRows = finalRows;
		this.view = view;
	}

	static Stream<Message> of(Collection<MessageId> ids, long deadline, Waiters waiters, FinalRows finalRows,
			Function<StoredMessage, Message> view) {
		EndedMessages messages = new EndedMessages(new LinkedHashSet<>(ids), deadline, waiters, finalRows, view);
		return StreamSupport.stream(messages, false).onClose(messages::leave);
	}

	@Override
	public boolean tryAdvance(Consumer<? super Message> action) {
		Message message;
		try {
			Map<MessageId, Arrival> left = missing();
			if (left.isEmpty()) {
				return false;
			}
			Arrival arrival = next(left);
			while (left.remove(arrival.id) == null) {
				// It may be told twice.
				arrival = next(left);
			}
			message = this.view.apply(arrival.row());
		}
		catch (RuntimeException ex) {
			leave();
			throw ex;
		}
		action.accept(message);
		return true;
	}

	private Map<MessageId, Arrival> missing() {
		if (this.missing == null) {
			Map<MessageId, Arrival> all = new LinkedHashMap<>();
			this.missing = all;
			for (MessageId id : this.ids) {
				Arrival arrival = new Arrival(id);
				all.put(id, arrival);
				this.waiters.register(id.value(), arrival);
				if (!this.waiters.isHandingIn(id.value())) {
					arrival.first = this.waiters.lookUp(id.value());
				}
			}
		}
		return this.missing;
	}

	private Arrival next(Map<MessageId, Arrival> left) {
		MessageId first = left.keySet().iterator().next();
		try {
			Arrival arrival = this.arrived.poll(this.deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
			if (arrival == null) {
				throw new QueueTimeoutException(left.size() + " of " + this.ids.size()
						+ " messages have not ended in the time given; the first of them is " + first, first);
			}
			return arrival;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new QueueException("Interrupted while waiting for the end of message " + first, first, ex);
		}
	}

	private void leave() {
		if (this.missing != null) {
			this.missing.forEach((id, arrival) -> this.waiters.remove(id.value(), arrival));
			this.missing.clear();
		}
	}

	/** The end of one message, on its way to the thread that reads the stream. */
	private final class Arrival implements Waiter {

		private final MessageId id;

		/** As it was when the waiting began. */
		private @Nullable StoredMessage first;

		private @Nullable Ending ending;

		private @Nullable QueueException failure;

		Arrival(MessageId id) {
			this.id = id;
		}

		@Override
		public void ended(Ending ending) {
			this.ending = ending;
			EndedMessages.this.arrived.add(this);
		}

		@Override
		public void failed(QueueException failure) {
			this.failure = failure;
			EndedMessages.this.arrived.add(this);
		}

		/** Nobody need read the stream to its end, or close it. */
		@Override
		public boolean isObsolete() {
			return System.nanoTime() - EndedMessages.this.deadline > 0;
		}

		StoredMessage row() {
			if (this.failure != null) {
				throw this.failure;
			}
			Ending ending = Objects.requireNonNull(this.ending);
			return EndedMessages.this.finalRows.of(ending, () -> {
				if (this.first == null) {
					throw Waiters.removedException(this.id.value());
				}
				return ending.endOf(this.first);
			});
		}

	}

}
