package io.github.queuesqlite.listen;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

class DefaultListenOperationsTests {

	@TempDir
	Path directory;

	private ListenFixture fixture;

	private ListenOperations values;

	@BeforeEach
	void open() {
		this.fixture = new ListenFixture(this.directory);
		this.values = this.fixture.process().values;
	}

	@AfterEach
	void close() {
		this.fixture.close();
	}

	@Test
	void putWhenNewStoresFirstVersion() {
		assertThat(this.values.put("k", Map.of("a", 1))).isEqualTo(1);
		assertThat(this.values.get("k", Map.class)).contains(Map.of("a", 1));
		assertThat(this.values.version("k")).hasValue(1);
		assertThat(this.values.keys()).containsExactly("k");
		assertThat(this.values.size()).isEqualTo(1);
	}

	@Test
	void putAlwaysWhenValueIsEqualRaisesTheVersion() {
		assertThat(this.values.putAlways("k", "a")).isEqualTo(1);
		assertThat(this.values.putAlways("k", "a")).isEqualTo(2);
		assertThat(this.values.put("k", "a")).isEqualTo(2);
		assertThat(this.values.version("k")).hasValue(2);
		assertThat(this.values.get("k", String.class)).contains("a");
		assertThatNullPointerException().isThrownBy(() -> this.values.putAlways("k", null));
		assertThatIllegalArgumentException().isThrownBy(() -> this.values.putAlways("k*", "a"));
	}

	@Test
	void containsWhenValueWasRemovedIsFalse() {
		assertThat(this.values.contains("k")).isFalse();
		this.values.put("k", 1);
		assertThat(this.values.contains("k")).isTrue();
		this.values.remove("k");
		assertThat(this.values.contains("k")).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> this.values.contains("k*"));
	}

	@Test
	void putWhenRemovedBeforeGoesOnWithVersions() {
		this.values.put("k", 1);
		assertThat(this.values.remove("k")).isTrue();
		assertThat(this.values.remove("k")).isFalse();
		assertThat(this.values.get("k", Integer.class)).isEmpty();
		assertThat(this.values.version("k")).isEqualTo(OptionalLong.empty());
		assertThat(this.values.keys()).isEmpty();
		assertThat(this.values.size()).isZero();
		assertThat(this.values.put("k", 1)).isEqualTo(3);
	}

	@Test
	void getAllWhenSeveralValuesIsInOrderOfKeys() {
		List.of("b", "a", "c").forEach((key) -> this.values.put(key, key + "!"));
		this.values.remove("c");
		Map<String, ListenValue> all = this.values.getAll();
		assertThat(all.keySet()).containsExactly("a", "b");
		assertThat(all.get("a").as(String.class)).isEqualTo("a!");
		assertThat(all.get("a").at()).isEqualTo(this.fixture.now.get());
		assertThat(all.get("a").version()).isEqualTo(1);
	}

	@Test
	void putWhenBytesKeepsThemAlsoNone() {
		this.values.put("empty", new byte[0]);
		this.values.put("some", new byte[] { 0, -1 });
		assertThat(this.values.get("empty", byte[].class)).hasValueSatisfying((bytes) -> assertThat(bytes).isEmpty());
		assertThat(this.values.get("some", byte[].class)).contains(new byte[] { 0, -1 });
		assertThat(this.values.put("empty", new byte[0])).isEqualTo(1);
		assertThat(this.values.size()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a*", "*", "a\u0000b", "line\nbreak", "half \ud83d" })
	void putWhenKeyIsBadIsRefused(String key) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.values.put(key, 1)).withMessageContaining("'key'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.values.get(key, Integer.class));
		assertThatIllegalArgumentException().isThrownBy(() -> this.values.remove(key));
		assertThatIllegalArgumentException().isThrownBy(() -> this.values.version(key));
		assertThat(this.values.size()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "white space", "\u00e9\u20ac\ud83d\ude00", "x'; DROP TABLE change; --", "?[]%_" })
	void putWhenKeyIsUnusualKeepsIt(String key) {
		this.values.put(key, 1);
		assertThat(this.values.keys()).containsExactly(key);
	}

	@Test
	void putWhenKeyIsTooLongIsRefused() {
		this.values.put("k".repeat(500), 1);
		assertThatIllegalArgumentException().isThrownBy(() -> this.values.put("k".repeat(501), 1))
			.withMessageContaining("501");
	}

	@Test
	@SuppressWarnings("NullAway")
	void putWhenNullIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> this.values.put(null, 1)).withMessageContaining("'key'");
		assertThatNullPointerException().isThrownBy(() -> this.values.put("k", null)).withMessageContaining("'value'");
	}

	@Test
	void putWhenValueIsTooLargeStoresNothing() {
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> this.values.put("k", "x".repeat(2000)))
			.withMessageContaining("payload.max-size");
		assertThat(this.values.keys()).isEmpty();
	}

	@Test
	void getWhenTypeDoesNotFitThrows() {
		this.values.put("k", "text");
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> this.values.get("k", Integer.class));
		assertThatExceptionOfType(PayloadException.class)
			.isThrownBy(() -> this.values.getAll().get("k").as(Integer.class));
	}

	@Test
	void putWhenClosedThrows() {
		this.fixture.close();
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> this.values.put("k", 1));
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> this.values.get("k", Integer.class));
	}

	@Test
	void putWhenInterruptedKeepsFlag() {
		Thread.currentThread().interrupt();
		try {
			this.values.put("k", 1);
		}
		catch (QueueException ex) {
			assertThat(ex).hasMessageContaining("Interrupted");
		}
		assertThat(Thread.interrupted()).isTrue();
	}

}
