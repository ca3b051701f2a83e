package io.github.queuesqlite.worker;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link Failures}. */
class FailuresTests {

	@Test
	void unwrapWhenWrappedSeveralTimesGivesTheCause() {
		IOException cause = new IOException("disk");
		Throwable wrapped = new CompletionException(new ExecutionException(new InvocationTargetException(cause)));
		assertThat(Failures.unwrap(wrapped)).isSameAs(cause);
	}

	@Test
	void unwrapWhenWrapperHasNoCauseGivesTheWrapper() {
		CompletionException wrapper = new CompletionException("alone", null);
		assertThat(Failures.unwrap(wrapper)).isSameAs(wrapper);
	}

	@Test
	void unwrapWhenWrappersGoInACircleEnds() {
		CompletionException first = new Wrapper();
		first.initCause(new ExecutionException("second", first));
		assertThat(Failures.unwrap(first)).isInstanceOfAny(Wrapper.class, ExecutionException.class);
	}

	@Test
	void unwrapWhenCauseCannotBeAskedForGivesTheWrapper() {
		Throwable wrapper = new CompletionException("outer", null) {

			private static final long serialVersionUID = 1L;

			@Override
			public synchronized Throwable getCause() {
				throw new IllegalStateException();
			}

		};
		assertThat(Failures.unwrap(wrapper)).isSameAs(wrapper);
	}

	@Test
	void stackWhenCausesHaveNoEndAsksForFewOfThem() {
		AtomicInteger asked = new AtomicInteger();
		assertThat(Failures.stack(new Endless(asked))).hasSize(Failures.MOST_STACK);
		assertThat(asked).hasValueLessThan(Failures.MOST_STACK);
	}

	@Test
	void messageWhenLongIsCut() {
		assertThat(Failures.message(new IOException("x".repeat(5000)))).hasSize(Failures.MOST_MESSAGE);
	}

	@Test
	void messageWhenItThrowsSaysSo() {
		assertThat(Failures.message(new Hostile())).contains(IllegalStateException.class.getName());
	}

	@Test
	void stackWhenLongIsCut() {
		assertThat(Failures.stack(deep(1000))).hasSize(Failures.MOST_STACK);
	}

	@Test
	void stackWhenItThrowsSaysSo() {
		assertThat(Failures.stack(new Hostile())).contains(UnsupportedOperationException.class.getName());
	}

	@Test
	void cutWhenASurrogatePairStandsAtTheEndLeavesItOut() {
		assertThat(Failures.cut("ab\uD83D\uDE00", 3)).isEqualTo("ab");
	}

	private static Throwable deep(int levels) {
		return (levels == 0) ? new IOException("deep") : deep(levels - 1, new IOException("level"));
	}

	private static Throwable deep(int levels, Throwable ignored) {
		return (levels == 0) ? new IOException("deep") : new RuntimeException(deep(levels - 1, ignored));
	}

	/** Gets its cause later. */
	private static final class Wrapper extends CompletionException {

		private static final long serialVersionUID = 1L;

		Wrapper() {
			super("first");
		}

	}

	/** Has another cause each time. */
	private static final class Endless extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final transient AtomicInteger asked;

		Endless(AtomicInteger asked) {
			this.asked = asked;
		}

		@Override
		public synchronized Throwable getCause() {
			this.asked.incrementAndGet();
			return new Endless(this.asked);
		}

	}

	/** Throws whatever is asked of it. */
	private static final class Hostile extends RuntimeException {

		private static final long serialVersionUID = 1L;

		@Override
		public String getMessage() {
			throw new IllegalStateException();
		}

		@Override
		public void printStackTrace(PrintWriter out) {
			throw new UnsupportedOperationException();
		}

	}

}
