package io.github.queuesqlite.task;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests of the waits between attempts. */
class RetryPolicyTests {

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

}
