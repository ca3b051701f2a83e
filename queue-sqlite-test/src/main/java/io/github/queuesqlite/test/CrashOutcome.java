package io.github.queuesqlite.test;

import java.util.List;
import java.util.Objects;

import io.github.queuesqlite.message.MessageState;
import org.jspecify.annotations.Nullable;

/**
 * What there was when a message had ended.
 *
 * @param state how it ended
 * @param result what its handler returned, as it is stored; null for nothing
 * @param enqueued what its handler enqueued with its end, as task and payload
 * @param observed what the test observed; null when it did not
 * @param error why its latest failed attempt failed; null when none did. Not compared
 * @since 0.1.0
 */
public record CrashOutcome(MessageState state, @Nullable String result, List<String> enqueued,
		@Nullable Object observed, @Nullable String error) {

	public CrashOutcome {
		enqueued = List.copyOf(enqueued);
	}

	/** What differs from what should be, for people; empty when nothing does. */
	String difference(CrashOutcome expected) {
		StringBuilder text = new StringBuilder();
		differ(text, "state", expected.state, this.state);
		differ(text, "result", expected.result, this.result);
		differ(text, "enqueued", expected.enqueued, this.enqueued);
		differ(text, "observed", expected.observed, this.observed);
		if (this.state != expected.state && this.error != null) {
			text.append("\n    the latest failure was ").append(this.error);
		}
		return text.toString();
	}

	private static void differ(StringBuilder text, String what, @Nullable Object expected, @Nullable Object actual) {
		if (!Objects.equals(expected, actual)) {
			text.append("\n    ").append(what).append(" was ").append(actual).append(" instead of ").append(expected);
		}
	}

}
