package io.github.queuesqlite.benchmark.peer;

import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ContestantResultTests {

	@Test
	void parseWhenOtherLinesStandBetweenReadsValuesAndFailures() {
		String output = String.join("\n", ContestantResult.value(ContestantResult.LIVES, 1700),
				ContestantResult.value(ContestantResult.LIVES, 1500.5), "WARNING: something",
				ContestantResult.value(ContestantResult.LIVES, 1600), ContestantResult.failure("enqueue: a\ttab", 3));
		ContestantResult result = ContestantResult.parse(ContestantKind.JOBRUNR_BEST, output);
		assertThat(result.median(ContestantResult.LIVES)).isEqualTo(1600);
		assertThat(result.median(ContestantResult.DRAIN)).isNaN();
		assertThat(result.failures()).containsExactly(Map.entry("enqueue: a tab", 3L));
	}

}
