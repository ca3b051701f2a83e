package io.github.queuesqlite.autoconfigure.handler;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Tests for {@code @QueueTask(unique)}. */
class PayloadKeyTests {

	private static final Bill BILL = new Bill("b-7", List.of("x", "y"), new Customer("ada"));

	private static String key(String unique, Object payload) {
		return PayloadKey.of(unique).of(payload, "json", new byte[] { '1' });
	}

	@Test
	void keyWhenAttributeIsEmptyIsNone() {
		assertThat(PayloadKey.of("")).isNull();
	}

	@Test
	void keyWhenItIsThePayloadIsAHashOfTheBody() {
		assertThat(key("payload", BILL)).startsWith("sha256:").isEqualTo(key("payload", "something else"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			number()                                      | b-7
			#payload.number()                             | b-7
			customer().name() + '/' + positions().size()  | ada/2
			positions()[1]                                | y
			""")
	void keyWhenItIsAnExpressionIsItsValue(String unique, String expected) {
		assertThat(key(unique, BILL)).isEqualTo(expected);
	}

	@Test
	void keyOfMapsAndBeansTakesTheirProperties() {
		assertThat(key("['id'] + ''", Map.of("id", 5))).isEqualTo("5");
		assertThat(key("id", new Bean())).isEqualTo("17");
		assertThat(key("#this", "text")).isEqualTo("text");
	}

	@ParameterizedTest
	@ValueSource(strings = { "missing", "customer().name().substring(9)", "null", "T(java.lang.System).exit(1)",
			"new java.io.File('x')", "@bean" })
	void keyWhenTheExpressionFailsOrIsNullIsRefused(String unique) {
		assertThatIllegalArgumentException().isThrownBy(() -> key(unique, BILL)).withMessageContaining(unique);
	}

	@Test
	void keyWhenThereIsNoPayloadIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> key("number()", null)).withMessageContaining("number()");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a b", "customer.", "'open", "#{" })
	void ofWhenItIsNoExpressionIsRefused(String unique) {
		assertThatIllegalArgumentException().isThrownBy(() -> PayloadKey.of(unique))
			.withMessage("'unique' must be payload or a SpEL expression over the payload, was '" + unique + "'");
	}

	record Bill(String number, List<String> positions, Customer customer) {

	}

	record Customer(String name) {

	}

	public static final class Bean {

		public int getId() {
			return 17;
		}

	}

}
