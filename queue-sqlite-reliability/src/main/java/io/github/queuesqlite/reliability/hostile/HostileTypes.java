package io.github.queuesqlite.reliability.hostile;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/** Payloads, results, errors and exceptions that do what they must not. */
final class HostileTypes {

	private HostileTypes() {
	}

	/** Ignores interrupts. */
	static void neverReturn() {
		while (true) {
			LockSupport.parkNanos(1_000_000);
			Thread.interrupted();
		}
	}

	/** An end of a thread that nobody has heard of. */
	static final class Death extends Error {

		private static final long serialVersionUID = 1;

	}

	/** Neither an exception nor an error. */
	static final class Sneaky extends Throwable {

		private static final long serialVersionUID = 1;

	}

	/** Cannot be loaded, and then is not there. */
	static final class Unloadable {

		static final int VALUE = fail();

		private Unloadable() {
		}

		private static int fail() {
			throw new IllegalStateException("no class today");
		}

	}

	/** A result that throws while it is written. */
	static final class ThrowingResult {

		public String getValue() {
			throw new IllegalStateException("not today");
		}

	}

	/** A result that throws an error while it is written. */
	static final class FatalResult {

		public String getValue() {
			throw new NoClassDefFoundError("gone/Away");
		}

	}

	/** A result whose failure cannot say why. */
	static final class SpeechlessResult {

		public String getValue() {
			throw new SpeechlessException();
		}

	}

	/** A result that refers to itself. */
	static final class EndlessResult {

		public EndlessResult getSelf() {
			return this;
		}

	}

	/** A result that is never written. */
	static final class StuckResult {

		public String getValue() {
			neverReturn();
			return "never";
		}

	}

	/** A payload that throws an error when it is read, never when it is written. */
	record FatalPayload(int value) {

		@JsonCreator
		FatalPayload {
			if (value < 0) {
				throw new Death();
			}
		}

	}

	/** A payload that is never read. */
	record StuckPayload(int value) {

		@JsonCreator
		StuckPayload {
			if (value < 0) {
				neverReturn();
			}
		}

	}

	/** Cannot be asked for anything. */
	static final class SpeechlessException extends RuntimeException {

		private static final long serialVersionUID = 1;

		@Override
		public String getMessage() {
			throw new IllegalStateException("no message");
		}

		@Override
		public String toString() {
			throw new IllegalStateException("no text");
		}

		@Override
		public void printStackTrace(PrintStream out) {
			throw new Death();
		}

		@Override
		public void printStackTrace(PrintWriter out) {
			throw new Death();
		}

		@Override
		public synchronized @Nullable Throwable getCause() {
			throw new IllegalStateException("no cause");
		}

	}

	/** Has a new cause whenever it is asked. */
	static final class EndlessException extends RuntimeException {

		private static final long serialVersionUID = 1;

		@Override
		public synchronized Throwable getCause() {
			return new EndlessException();
		}

	}

	/** A wrapper around a new wrapper whenever it is asked. */
	static final class EndlessWrapper extends CompletionException {

		private static final long serialVersionUID = 1;

		EndlessWrapper() {
			super("wrapper");
		}

		@Override
		public synchronized Throwable getCause() {
			return new EndlessWrapper();
		}

	}

	/** Two that are each other's cause. */
	static Exception cycle() {
		Exception first = new IllegalStateException("first");
		Exception second = new IllegalArgumentException("second", first);
		first.initCause(second);
		first.addSuppressed(second);
		return first;
	}

	/** Two wrappers that are each other's cause. */
	static Exception cycleOfWrappers() {
		CauseLater first = new CauseLater();
		first.initCause(new ExecutionException("second of a circle", first));
		return first;
	}

	/** A wrapper that gets its cause later. */
	static final class CauseLater extends CompletionException {

		private static final long serialVersionUID = 1;

		CauseLater() {
			super("first of a circle");
		}

	}

}
