package io.github.queuesqlite.autoconfigure;

import io.github.queuesqlite.message.QueueException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link OpenFailure}. */
class OpenFailureTests {

	@Test
	void analyzeWhenNativeAccessIsDeniedSaysHowToAllowIt() {
		Throwable denied = new QueueException("Cannot open", new IllegalCallerException("Illegal native access"));
		FailureAnalysis analysis = OpenFailure.analyze(denied).analysis();
		assertThat(analysis.getDescription()).contains("Illegal native access");
		assertThat(analysis.getAction()).contains("--enable-native-access=ALL-UNNAMED")
			.contains("Enable-Native-Access: ALL-UNNAMED");
	}

	@Test
	void analyzeWhenCoreRefusesKeepsItsWords() {
		QueueException refusal = new QueueException("Schema 9 is newer. Use a later release.");
		FailureAnalysis analysis = OpenFailure.analyze(refusal).analysis();
		assertThat(analysis.getDescription()).isEqualTo("Schema 9 is newer. Use a later release.");
		assertThat(analysis.getCause()).hasCause(refusal);
	}

	@Test
	void analyzeWhenLibraryIsMissingNamesWhatToCheck() {
		FailureAnalysis analysis = OpenFailure.analyze(new UnsatisfiedLinkError("no sqlitejdbc")).analysis();
		assertThat(analysis.getDescription()).contains("no sqlitejdbc");
		assertThat(analysis.getAction()).contains("org.sqlite.tmpdir");
	}

}
