package io.github.queuesqlite.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Keeps what a layer has done so far when the process is asked to end in the middle of
 * it: hours of work count.
 */
final class Interruption implements AutoCloseable {

	private final Thread hook;

	/**
	 * Watches until it is closed.
	 * @param keep called when the process ends before
	 */
	Interruption(Keeping keep) {
		this.hook = new Thread(() -> {
			try {
				keep.run();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}, "campaign-interruption");
		Runtime.getRuntime().addShutdownHook(this.hook);
	}

	/** Also when the layer itself failed: that is neither held nor broken. */
	@Override
	public void close() {
		try {
			Runtime.getRuntime().removeShutdownHook(this.hook);
		}
		catch (IllegalStateException ex) {
			// It is at it.
		}
	}

	/** Keeps what there is. */
	interface Keeping {

		void run() throws IOException;

	}

}
