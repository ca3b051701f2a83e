package io.github.queuesqlite.worker;

import java.io.PrintWriter;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import io.github.queuesqlite.message.Names;
import org.jspecify.annotations.Nullable;

/**
 * Turns throwables into text for the record. Whatever a throwable of a user does when it
 * is asked, there is a text.
 */
final class Failures {

	static final int MOST_MESSAGE = 2000;

	static final int MOST_STACK = 16_000;

	/** More wrappers than anybody puts around a failure: it goes round in a circle. */
	private static final int MOST_WRAPPERS = 100;

	private Failures() {
	}

	/** Returns what the handler threw, out of the wrappers that others put around it. */
	static Throwable unwrap(Throwable failure) {
		Throwable current = failure;
		for (int depth = 0; depth < MOST_WRAPPERS && isWrapper(current); depth++) {
			Throwable cause = cause(current);
			if (cause == null) {
				return current;
			}
			current = cause;
		}
		return current;
	}

	private static @Nullable Throwable cause(Throwable failure) {
		try {
			return failure.getCause();
		}
		catch (Throwable ex) {
			return null;
		}
	}

	private static boolean isWrapper(Throwable failure) {
		return failure instanceof CompletionException || failure instanceof ExecutionException
				|| failure instanceof InvocationTargetException || failure instanceof UndeclaredThrowableException;
	}

	static String message(Throwable failure) {
		try {
			return cut(failure.getMessage(), MOST_MESSAGE);
		}
		catch (Throwable ex) {
			return "(its message cannot be read: " + ex.getClass().getName() + ")";
		}
	}

	static String stack(Throwable failure) {
		BoundedWriter writer = new BoundedWriter();
		try (PrintWriter out = new PrintWriter(writer)) {
			failure.printStackTrace(out);
		}
		catch (FullException ex) {
			return writer.text.toString();
		}
		catch (Throwable ex) {
			writer.text.append("(its stack cannot be read: ").append(ex.getClass().getName()).append(')');
		}
		return writer.text.toString();
	}

	static String cut(@Nullable String text, int most) {
		return (text != null) ? Names.beginning(text, most) : "";
	}

	/**
	 * Keeps the first {@link #MOST_STACK} characters and stops the printing then: causes
	 * without end would fill the memory.
	 */
	private static final class BoundedWriter extends Writer {

		private final StringBuilder text = new StringBuilder();

		@Override
		public void write(char[] buffer, int offset, int length) {
			int taken = Math.min(length, MOST_STACK - this.text.length());
			this.text.append(buffer, offset, taken);
			if (taken < length) {
				throw new FullException();
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	}

	/** Enough was printed. */
	private static final class FullException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		FullException() {
			super(null, null, false, false);
		}

	}

}
