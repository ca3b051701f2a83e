package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.QueueException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link Inbox}. */
class InboxTests {

	private static final long ROOM = 1000;

	private final Inbox<MemorySession> inbox = new Inbox<>(
			new WriterSettings(false, 10, Duration.ofSeconds(30), Duration.ofSeconds(1), QueueRecorder.NONE), "inbox");

	@Test
	void nextTakesWhatIsKeptFirstAndTheRestInTheOrderItCame() {
		Sized first = new Sized(1);
		Sized second = new Sized(1);
		Sized kept = new Sized(1);
		this.inbox.add(first);
		this.inbox.add(second);
		this.inbox.keep(kept);
		assertThat(rest()).containsExactly(kept, first, second);
	}

	@Test
	void nextWhenTooLargeStaysTheNextOne() {
		Sized large = new Sized(ROOM + 1);
		Sized small = new Sized(1);
		this.inbox.add(large);
		this.inbox.add(small);
		assertThat(this.inbox.next(1, ROOM)).isNull();
		assertThat(this.inbox.isEmpty()).isFalse();
		assertThat(rest()).containsExactly(large, small);
	}

	@Test
	void nextWhenTooManyRowsStaysTheNextOne() {
		Sized one = new Sized(1);
		this.inbox.add(one);
		assertThat(this.inbox.next(0, ROOM)).isNull();
		assertThat(rest()).containsExactly(one);
	}

	@Test
	void nextWhenWhatIsKeptIsTooLargeLosesNothing() {
		Sized large = new Sized(ROOM + 1);
		Sized kept = new Sized(ROOM + 1);
		this.inbox.add(large);
		assertThat(this.inbox.next(1, ROOM)).isNull();
		this.inbox.keep(kept);
		assertThat(this.inbox.next(1, ROOM)).isNull();
		assertThat(rest()).containsExactly(kept, large);
	}

	private List<Command<MemorySession>> rest() {
		List<Command<MemorySession>> rest = new ArrayList<>();
		Command<MemorySession> command;
		while ((command = this.inbox.next()) != null) {
			rest.add(command);
		}
		return rest;
	}

	/** Does nothing. */
	private static final class Sized extends Command<MemorySession> {

		private final long bytes;

		Sized(long bytes) {
			this.bytes = bytes;
		}

		@Override
		long bytes() {
			return this.bytes;
		}

		@Override
		void execute(MemorySession session) {
		}

		@Override
		void succeeded() {
		}

		@Override
		void failed(QueueException failure) {
		}

	}

}
