package io.github.queuesqlite.autoconfigure;

import io.github.queuesqlite.message.QueueException;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.NestedExceptionUtils;

/** Tells a person why the queue cannot be opened. */
final class OpenFailure {

	private OpenFailure() {
	}

	static FailureAnalyzedException analyze(Throwable failure) {
		if (isNativeAccessDenied(failure)) {
			return new FailureAnalyzedException(
					"The queue cannot be opened: this JVM does not let SQLite load its native library ("
							+ NestedExceptionUtils.getMostSpecificCause(failure).getMessage() + ").",
					"Start Java with '--enable-native-access=ALL-UNNAMED', or put 'Enable-Native-Access: ALL-UNNAMED'"
							+ " into the manifest of the executable jar.",
					failure);
		}
		if (failure instanceof QueueException) {
			// What to do is part of the text.
			return new FailureAnalyzedException(String.valueOf(failure.getMessage()), null, failure);
		}
		return new FailureAnalyzedException("The queue cannot be opened: " + failure + ".",
				"Check that sqlite-jdbc supports this operating system and processor, and that the directory named by"
						+ " 'org.sqlite.tmpdir' or 'java.io.tmpdir' is writable and may hold executable files.",
				failure);
	}

	private static boolean isNativeAccessDenied(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof IllegalCallerException) {
				return true;
			}
		}
		return false;
	}

}
