package io.github.queuesqlite.task;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Tests of what is a rate and what is not. */
class RateLimitTests {

	@ParameterizedTest
	@CsvSource({ "100/1m, 100, PT1M", "5/500ms, 5, PT0.5S", "1/1h, 1, PT1H", "1000000/366d, 1000000, PT8784H",
			"7/90s, 7, PT90S", "1/1ms, 1, PT0.001S" })
	void ofReadsANumberAndATime(String text, int count, Duration period) {
		assertThat(RateLimit.of(text)).isEqualTo(new RateLimit(count, period)).hasToString(text);
	}

	@Test
	void toStringUsesTheLongestUnit() {
		assertThat(RateLimit.of("3/120s")).hasToString("3/2m");
		assertThat(RateLimit.of("3/36h")).hasToString("3/36h");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "100", "100/", "/1m", "100/m", "100/1", "100/1y", "-1/1s", "1.5/1s", "100 / 1m",
			"100/1M", "100/PT1M", "9999999999/1s" })
	void ofWhenItIsNoRateIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> RateLimit.of(text))
			.withMessage("'rateLimit' must be a number, a slash and a time in ms, s, m, h or d, such as 100/1m, was '"
					+ text + "'");
	}

	@ParameterizedTest
	@CsvSource({ "0/1s, 0", "1000001/1s, 1000001" })
	void ofWhenTheNumberIsOutOfRangeIsRefused(String text, String number) {
		assertThatIllegalArgumentException().isThrownBy(() -> RateLimit.of(text))
			.withMessage("'rateLimit' must be from 1 to 1000000 in its time, was " + number);
	}

	@ParameterizedTest
	@CsvSource({ "5/0s, PT0S", "5/367d, PT8808H" })
	void ofWhenTheTimeIsOutOfRangeIsRefused(String text, String time) {
		assertThatIllegalArgumentException().isThrownBy(() -> RateLimit.of(text))
			.withMessage("The time of 'rateLimit' must be from 1 ms to 366 days, in whole milliseconds, was " + time);
	}

	@Test
	void rateWhenItsTimeIsNotInMillisecondsIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> new RateLimit(1, Duration.ofNanos(1_500_000)));
		assertThatIllegalArgumentException().isThrownBy(() -> new RateLimit(1, Duration.ofSeconds(-1)));
	}

}
