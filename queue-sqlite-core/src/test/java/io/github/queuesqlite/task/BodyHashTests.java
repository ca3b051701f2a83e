package io.github.queuesqlite.task;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class BodyHashTests {

	private static String hash(String codec, String body) {
		return BodyHash.of(null, codec, body.getBytes(StandardCharsets.UTF_8));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{"a":1,"b":{"c":2,"d":3}} | {"b":{"d":3,"c":2},"a":1}
			[{"x":1,"y":2}]           | [ {"y":2, "x":1} ]
			""")
	void hashWhenJsonIsEqualUpToTheOrderOfPropertiesIsEqual(String one, String other) {
		assertThat(hash("json", one)).isEqualTo(hash("json", other));
		assertThat(hash("other", one)).isNotEqualTo(hash("other", other));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			[1,2]                                  | [2,1]
			{"a":1}                                | {"a":"1"}
			{"a":null}                             | {}
			0.1234567890123456789                  | 0.1234567890123456788
			12345678901234567890                   | 12345678901234567891
			""")
	void hashWhenJsonDiffersDiffers(String one, String other) {
		assertThat(hash("json", one)).isNotEqualTo(hash("json", other));
	}

	@Test
	void hashWhenBodyIsNotJsonIsOfItsBytes() {
		assertThat(hash("json", "{\"a\"")).isEqualTo(hash("json", "{\"a\"")).isNotEqualTo(hash("json", "{\"b\""));
		assertThat(BodyHash.of(null, null, null)).hasSize("sha256:".length() + 64);
	}

}
