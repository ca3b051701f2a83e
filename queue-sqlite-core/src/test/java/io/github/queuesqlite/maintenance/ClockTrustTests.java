package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** After the wall clock was set ahead nothing is deleted for its age for an hour. */
class ClockTrustTests {

	private final AtomicReference<Instant> wall = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));

	private final AtomicLong nanos = new AtomicLong(42);

	private final ClockTrust trust = new ClockTrust(this.wall::get, this.nanos::get);

	private void pass(Duration duration) {
		set(duration);
		this.nanos.addAndGet(duration.toNanos());
	}

	private void set(Duration by) {
		this.wall.updateAndGet((now) -> now.plus(by));
	}

	@Test
	void isTrustedWhenTimePassesIsTrue() {
		for (int i = 0; i < 100; i++) {
			pass(Duration.ofDays(i));
			assertThat(this.trust.isTrusted()).isTrue();
		}
	}

	@Test
	void isTrustedWhenSetByMinutesIsTrue() {
		set(Duration.ofMinutes(9));
		assertThat(this.trust.isTrusted()).isTrue();
		set(Duration.ofMinutes(-9));
		assertThat(this.trust.isTrusted()).isTrue();
	}

	@Test
	void isTrustedWhenSetAheadIsFalseForAnHour() {
		set(Duration.ofDays(7000));
		assertThat(this.trust.isTrusted()).isFalse();
		pass(Duration.ofMinutes(59));
		assertThat(this.trust.isTrusted()).isFalse();
		pass(Duration.ofMinutes(1));
		assertThat(this.trust.isTrusted()).isTrue();
	}

	@Test
	void isTrustedWhenSetAheadAgainIsFalseForAnHourMore() {
		set(Duration.ofHours(1));
		assertThat(this.trust.isTrusted()).isFalse();
		pass(Duration.ofMinutes(40));
		set(Duration.ofHours(1));
		assertThat(this.trust.isTrusted()).isFalse();
		pass(Duration.ofMinutes(40));
		assertThat(this.trust.isTrusted()).isFalse();
	}

	@Test
	void isTrustedWhenSetBackIsTrue() {
		set(Duration.ofDays(-7000));
		assertThat(this.trust.isTrusted()).isTrue();
	}

}
