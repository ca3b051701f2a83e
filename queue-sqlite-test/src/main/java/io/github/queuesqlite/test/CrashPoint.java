package io.github.queuesqlite.test;

import org.jspecify.annotations.Nullable;

/**
 * Where a simulated crash takes the process away from a handler.
 *
 * @param kind what had happened
 * @param number of the step, from 1; 0 for {@link Kind#RETURNED}
 * @param step its name; null for {@link Kind#RETURNED}
 * @since 0.1.0
 */
public record CrashPoint(Kind kind, int number, @Nullable String step) {

	@Override
	public String toString() {
		return switch (this.kind) {
			case STEP_DONE -> "after step '" + this.step + "' was done and before it was stored";
			case STEP_STORED -> "after step '" + this.step + "' was stored";
			case RETURNED -> "after the handler returned and before its end was stored";
		};
	}

	/** What had happened when the process crashed. */
	public enum Kind {

		/** The work of a step was done, its value not stored: it will be done again. */
		STEP_DONE,

		/** A step was stored: it will not be done again. */
		STEP_STORED,

		/** The handler had returned, its end was not stored: it will be called again. */
		RETURNED

	}

}
