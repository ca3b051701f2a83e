package io.github.queuesqlite.message;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Tests for the rule for names and for text of others in lines of ours. */
class NamesTests {

	@ParameterizedTest
	@ValueSource(strings = { "a\nb", "a\rb", "a\u0000b", "a\u0085b", "a\u2028b", "a\u202eb", "a b", "a/b", "a\\b" })
	void checkWhenNameCouldForgeALineOrAPathRefusesOnOneLine(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> Names.check("task", name))
			.satisfies((ex) -> assertThat(ex.getMessage()).startsWith("'task'").doesNotContain(name));
	}

	@Test
	void oneLineWhenTextHoldsLineBreaksShowsTheirNumbers() {
		assertThat(Names.oneLine("a\nERROR forged\r\u2028\u0085\u001b[2K\u202ez"))
			.isEqualTo("a\\nERROR forged\\u000d\\u2028\\u0085\\u001b[2K\\u202ez");
	}

	@Test
	void oneLineWhenTextIsPlainIsTheSame() {
		String text = "Größe: 𝄞 100 % \"x\" \\ /";
		assertThat(Names.oneLine(text)).isSameAs(text);
	}

	@ParameterizedTest
	@CsvSource({ "abc, 3, abc", "abc, 2, ab", "a𝄞b, 2, a", "a𝄞b, 3, a𝄞", "𝄞, 1, ''" })
	void beginningWhenItWouldEndInHalfACharacterLeavesThatOut(String text, int most, String beginning) {
		assertThat(Names.beginning(text, most)).isEqualTo(beginning);
		assertThat(Names.shortened(text, most)).isEqualTo(text.equals(beginning) ? text : beginning + "…");
	}

}
