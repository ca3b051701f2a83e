package io.github.queuesqlite.test;

/** Ends a handler whose process is gone. An error, which handlers do not catch. */
final class SimulatedCrash extends Error {

	private static final long serialVersionUID = 1L;

	SimulatedCrash(CrashPoint point) {
		super("The process crashed " + point, null, false, false);
	}

}
