package io.github.queuesqlite;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets every {@code await()} wait for a minute: the machine may be slow and shared. Where
 * what is awaited will hardly come, {@code -Dtest.patience=} says how many seconds.
 */
public final class PatientAwaits implements BeforeAllCallback {

	@Override
	public void beforeAll(ExtensionContext context) {
		Awaitility.setDefaultTimeout(Duration.ofSeconds(Long.getLong("test.patience", 60)));
	}

}
