package io.github.queuesqlite.benchmark;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TableTests {

	@Test
	void markdownWhenANumberWasNotMeasuredShowsADash() {
		Table table = Table.of("shapes", "Rates", "", "Messages/s", "Seen")
			.row("one", 12_345.6, "none")
			.row("two", Double.NaN, "a stall");
		assertThat(table.markdown()).isEqualTo("""
				Rates:

				|  | Messages/s | Seen |
				|---|---|---|
				| one | 12,346 | none |
				| two | – | a stall |
				""");
	}

	@Test
	void rowWhenOfAnotherLengthIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Table.of("shapes", "", "a", "b").row("one"))
			.withMessageContaining("'cells' must be 2");
	}

}
