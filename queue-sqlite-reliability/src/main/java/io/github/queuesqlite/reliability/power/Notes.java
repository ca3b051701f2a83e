package io.github.queuesqlite.reliability.power;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.task.FencingToken;

/**
 * What the workload was told and did, written among its other writes, so that the trace
 * has all in one order. One line each.
 * <p>
 * <b>Threads:</b> any.
 */
final class Notes {

	/** Below the recorded directory. */
	static final String FILE = "/notes";

	static final String TICK = "tick";

	static final String BEGUN = "begun";

	static final String OPENED = "opened";

	private final OutputStream out;

	Notes(Path root) throws IOException {
		this.out = new FileOutputStream(root + FILE, true);
	}

	/** A process begins. */
	void begun() {
		write(BEGUN);
	}

	/** The queue is open. */
	void opened() {
		write(OPENED);
	}

	/** An enqueue returned. */
	void enqueued(MessageId id, String idempotencyKey, boolean expires) {
		write("enqueued " + id + " " + (idempotencyKey.isEmpty() ? "-" : idempotencyKey) + " " + expires);
	}

	/** A handler began. */
	void started(MessageId id, FencingToken token) {
		write("started " + id + " " + token.run() + " " + token.epoch());
	}

	/** The message has ended in this state, for good unless it is retried. */
	void ended(MessageId id, String state) {
		write("ended " + id + " " + state);
	}

	/** A cancellation is about to be asked for. */
	void cancelling(MessageId id) {
		write("cancelling " + id);
	}

	/** The message is cancelled or will be. */
	void cancelled(MessageId id) {
		write("cancelled " + id);
	}

	/** A dead message is about to be retried. */
	void retrying(MessageId id) {
		write("retrying " + id);
	}

	/** A value of listen data is about to be put. */
	void putting(String key, int value) {
		write("putting " + key + " " + value);
	}

	/** A value of listen data was put. */
	void put(String key, int value, long version) {
		write("put " + key + " " + value + " " + version);
	}

	/** A little time has passed: how little shows whether the machine keeps up. */
	void tick() {
		write(TICK);
	}

	private synchronized void write(String line) {
		try {
			this.out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
