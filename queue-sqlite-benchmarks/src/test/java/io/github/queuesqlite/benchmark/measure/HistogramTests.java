package io.github.queuesqlite.benchmark.measure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class HistogramTests {

	private final Histogram histogram = new Histogram();

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, 127, 128, 129, 999, 65_536, 1_234_567, 30_000_000_000L, Long.MAX_VALUE })
	void millisOfOneDurationIsItToTwoPercent(long nanos) {
		this.histogram.add(nanos);
		assertThat(this.histogram.millis(50)).isCloseTo(nanos / 1e6, within(nanos * 0.02 / 1e6));
	}

	@Test
	void millisWhenManyIsTheSmallestThatSoManyDoNotExceed() {
		for (int i = 1; i <= 100; i++) {
			this.histogram.add(i);
		}
		assertThat(this.histogram.millis(50)).isEqualTo(50e-6);
		assertThat(this.histogram.millis(99)).isEqualTo(99e-6);
		assertThat(this.histogram.millis(99.9)).isEqualTo(100e-6);
		assertThat(this.histogram.count()).isEqualTo(100);
	}

	@Test
	void millisWhenForgottenIsNoNumber() {
		this.histogram.add(5);
		this.histogram.clear();
		assertThat(this.histogram.millis(50)).isNaN();
	}

}
