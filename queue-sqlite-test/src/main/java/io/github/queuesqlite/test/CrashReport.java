package io.github.queuesqlite.test;

import java.util.List;

import org.assertj.core.api.AssertProvider;

/**
 * What came of the crashes that a {@link CrashSimulator} had a handler go through.
 *
 * @param task the task
 * @param expected what there is without any crash
 * @param crashes the crashes, in the order of a run
 * @since 0.1.0
 */
public record CrashReport(String task, CrashOutcome expected,
		List<Crash> crashes) implements AssertProvider<CrashReportAssert> {

	public CrashReport {
		crashes = List.copyOf(crashes);
	}

	/**
	 * Returns the crashes after which something was different.
	 * @return empty for an idempotent handler
	 */
	public List<Crash> differing() {
		return this.crashes.stream().filter((crash) -> !crash.difference(this.expected).isEmpty()).toList();
	}

	/** For {@code Assertions.assertThat(report)}. */
	@Override
	public CrashReportAssert assertThat() {
		return new CrashReportAssert(this);
	}

	/**
	 * One crash, and what there was when the message had ended.
	 *
	 * @param point where it happened
	 * @param reached whether the handler came there
	 * @param outcome what came of it
	 */
	public record Crash(CrashPoint point, boolean reached, CrashOutcome outcome) {

		String difference(CrashOutcome expected) {
			return this.reached ? this.outcome.difference(expected)
					: "\n    the handler did not come there: it did something else than in its first run";
		}

	}

}
