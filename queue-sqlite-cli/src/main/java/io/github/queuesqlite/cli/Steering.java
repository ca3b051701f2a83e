package io.github.queuesqlite.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.QueueConsole;
import io.github.queuesqlite.message.AuditEntry.Outcome;
import io.github.queuesqlite.message.QueueException;
import org.jspecify.annotations.Nullable;

/**
 * Does something to messages or to what is paused, leaves in the audit who did it, and
 * says what it was, of messages how many it changed.
 *
 * @param action what it is called
 * @param target on what
 */
record Steering(String action, String target) {

	int run(Place place, Output output, ToIntFunction<QueueConsole> work) {
		try (QueueConsole console = place.toWrite()) {
			int changed = work(console, work);
			note(console, (changed > 0) ? Outcome.DONE : Outcome.REFUSED, changed + " messages");
			if (output.isJson()) {
				Map<String, Object> fields = new LinkedHashMap<>();
				fields.put("operation", this.action);
				fields.put("messages", changed);
				output.json(fields);
			}
			else {
				output.line(this.action + ": " + changed + ((changed == 1) ? " message" : " messages"));
			}
			return changed;
		}
	}

	/** Does something that is not counted. */
	void steer(Place place, Output output, Consumer<QueueConsole> work) {
		try (QueueConsole console = place.toWrite()) {
			work(console, (opened) -> {
				work.accept(opened);
				return 0;
			});
			note(console, Outcome.DONE, null);
			if (output.isJson()) {
				Map<String, Object> fields = new LinkedHashMap<>();
				fields.put("operation", this.action);
				fields.put("target", this.target);
				output.json(fields);
			}
			else {
				output.line(this.action + ": " + this.target);
			}
		}
	}

	private int work(QueueConsole console, ToIntFunction<QueueConsole> work) {
		try {
			return work.applyAsInt(console);
		}
		catch (QueueException ex) {
			try {
				console.note(actor(), this.action, this.target, Outcome.FAILED, ex.getMessage());
			}
			catch (QueueException unnoted) {
				// Mostly for the same reason.
				ex.addSuppressed(unnoted);
			}
			throw ex;
		}
	}

	private void note(QueueConsole console, Outcome outcome, @Nullable String detail) {
		try {
			console.note(actor(), this.action, this.target, outcome, detail);
		}
		catch (QueueException ex) {
			throw new QueueException("It was done (" + this.action + ": " + ((detail != null) ? detail : this.target)
					+ "), but the audit does not have it: " + ex.getMessage(), ex);
		}
	}

	static @Nullable String actor() {
		String user = System.getProperty("user.name");
		return (user != null) ? user + " (command line)" : null;
	}

}
