package io.github.queuesqlite.store;

import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class HostingTests {

	@Test
	void decodeGivesWhatWasEncoded() {
		Hosting hosting = new Hosting(Map.of("default", 8), Map.of("a", "", "b", "door"), Set.of("a"), Set.of("pull"));
		assertThat(Hosting.decode(hosting.encode())).isEqualTo(hosting);
		assertThat(hosting.runs("default", "a")).isTrue();
		assertThat(hosting.runs("pull", "a")).isFalse();
		assertThat(hosting.runs("default", "c")).isFalse();
		assertThat(hosting.takes("pull", "c")).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{", "[]", "{\"queues\": 3}", "{\"tasks\": {\"a\": null}}", "null", "7" })
	void decodeWhenTheTextIsDamagedTakesNothing(String text) {
		assertThat(Hosting.decode(text)).isEqualTo(Hosting.NONE);
	}

	@Test
	void decodeWhenALaterVersionSaysMoreReadsWhatItKnows() {
		assertThat(Hosting.decode("{\"queues\": {\"q\": 1}, \"later\": true}").queues()).containsEntry("q", 1);
	}

}
