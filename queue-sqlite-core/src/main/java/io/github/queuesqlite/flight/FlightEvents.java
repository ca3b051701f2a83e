package io.github.queuesqlite.flight;

import jdk.jfr.Event;
import org.jspecify.annotations.Nullable;

/**
 * Begins events while somebody records them. A runtime without module {@code jdk.jfr} has
 * none.
 * <p>
 * <b>Threads:</b> safe for use by several threads; an event belongs to the thread that
 * began it.
 */
public final class FlightEvents {

	private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

	private FlightEvents() {
	}

	/**
	 * A transaction begins.
	 * @return null when nobody records commits
	 */
	public static @Nullable CommitEvent commit() {
		return PRESENT ? Recorder.commit() : null;
	}

	/**
	 * A queue is asked for messages.
	 * @return null when nobody records claims
	 */
	public static @Nullable ClaimEvent claim() {
		return PRESENT ? Recorder.claim() : null;
	}

	/**
	 * A handler is about to be called.
	 * @return null when nobody records runs
	 */
	public static @Nullable RunEvent run() {
		return PRESENT ? Recorder.run() : null;
	}

	/** Knows {@code jdk.jfr}: not loaded where that is missing. */
	private static final class Recorder {

		static @Nullable CommitEvent commit() {
			return begun(new CommitEvent());
		}

		static @Nullable ClaimEvent claim() {
			return begun(new ClaimEvent());
		}

		static @Nullable RunEvent run() {
			return begun(new RunEvent());
		}

		private static <E extends Event> @Nullable E begun(E event) {
			if (!event.isEnabled()) {
				return null;
			}
			event.begin();
			return event;
		}

	}

}
