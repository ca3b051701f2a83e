package io.github.queuesqlite.event;

import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link FailureNote}. */
class FailureNoteTests {

	private static final Logger logger = LoggerFactory.getLogger(FailureNoteTests.class);

	private final FailureNote note = new FailureNote(logger, "'{}' failed as it should", "test");

	@Test
	void textWhenNothingFailedIsEmpty() {
		assertThat(this.note.text()).isEmpty();
		assertThat(this.note.clear()).isFalse();
	}

	@Test
	void noteShowsTheLatestUntilItIsCleared() {
		this.note.note(new IllegalStateException("first"));
		this.note.note(new IllegalStateException("second"));
		assertThat(this.note.text()).contains("second");
		assertThat(this.note.clear()).isTrue();
		assertThat(this.note.text()).isEmpty();
	}

	@Test
	void noteWhenTheFailureCannotBeToldShowsThatThereIsOne() {
		this.note.note(new Speechless());
		assertThat(this.note.text()).isNotEmpty();
	}

	/** Stands for a lack of memory. */
	private static final class Speechless extends Error {

		private static final long serialVersionUID = 1L;

		@Override
		public String toString() {
			throw new OutOfMemoryError("no text");
		}

	}

}
