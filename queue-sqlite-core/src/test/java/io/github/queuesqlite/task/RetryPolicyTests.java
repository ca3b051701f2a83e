package io.github.queuesqlite.task;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Tests of the waits between attempts. */
class RetryPolicyTests {

	private static final Duration HOUR = Duration.ofHours(1);

	private final Random random = new Random(42);

	private List<Long> waits(RetryPolicy policy, int retries) {
		return IntStream.rangeClosed(1, retries)
			.mapToObj((retry) -> policy.waitBefore(retry, this.random).toMillis())
			.toList();
	}

	@Test
	void waitBeforeGrowsFromRetryToRetry() {
		RetryPolicy policy = new RetryPolicy(5, Duration.ofSeconds(1), 3, Duration.ofHours(1), 0);
		assertThat(waits(policy, 4)).containsExactly(1000L, 3000L, 9000L, 27_000L);
	}

	@Test
	void waitBeforeIsCapped() {
		RetryPolicy policy = new RetryPolicy(1_000_000, Duration.ofSeconds(1), 2, Duration.ofSeconds(10), 0.5);
		for (int retry : new int[] { 5, 100, 5000, 1_000_000 }) {
			// The spread is around the cap, not around what the power would be.
			List<Long> waits = IntStream.range(0, 200)
				.mapToObj((i) -> policy.waitBefore(retry, this.random).toMillis())
				.toList();
			assertThat(waits).allMatch((wait) -> wait >= 5000 && wait <= 10_000).anyMatch((wait) -> wait < 9000);
		}
	}

	@Test
	void waitBeforeIsSpreadToBothSides() {
		RetryPolicy policy = new RetryPolicy(5, Duration.ofSeconds(10), 1, Duration.ofHours(1), 0.2);
		assertThat(waits(policy, 500)).allMatch((wait) -> wait >= 8000 && wait <= 12_000)
			.anyMatch((wait) -> wait < 9000)
			.anyMatch((wait) -> wait > 11_000);
	}

	@Test
	void waitBeforeIsTheListedDelayAndTheLastOneRepeats() {
		RetryPolicy policy = RetryPolicy.DEFAULT.withDelays(List.of(Duration.ofSeconds(10), Duration.ZERO, HOUR));
		assertThat(waits(policy, 200)).satisfies((waits) -> {
			assertThat(waits.get(0)).isBetween(8000L, 12_000L);
			assertThat(waits.get(1)).isZero();
			assertThat(waits.subList(2, 200)).allMatch((wait) -> wait >= 2_880_000 && wait <= 4_320_000);
		});
	}

	@Test
	void policyWhenDelaysOrMaxElapsedAreOutOfRangeIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> RetryPolicy.DEFAULT.withDelays(List.of(HOUR, Duration.ofMillis(-1))))
			.withMessageContaining("'delays' must each be from 0 to 36525 days");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> RetryPolicy.DEFAULT.withDelays(Collections.nCopies(1001, HOUR)))
			.withMessage("'delays' must be at most 1000, were 1001");
		assertThatIllegalArgumentException().isThrownBy(() -> RetryPolicy.DEFAULT.withMaxElapsed(Duration.ofNanos(999)))
			.withMessageContaining("'maxElapsed' must be from 1 ms to 36525 days");
	}

}
