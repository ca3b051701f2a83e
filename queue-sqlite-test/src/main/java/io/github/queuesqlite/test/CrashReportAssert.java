package io.github.queuesqlite.test;

import java.util.List;
import java.util.stream.Collectors;

import org.assertj.core.api.AbstractAssert;

/**
 * Assertions of what came of crashes.
 *
 * @since 0.1.0
 */
public final class CrashReportAssert extends AbstractAssert<CrashReportAssert, CrashReport> {

	CrashReportAssert(CrashReport report) {
		super(report, CrashReportAssert.class);
	}

	/**
	 * Asserts that everything was as without any crash, wherever the process crashed.
	 * @return this
	 */
	public CrashReportAssert isIdempotent() {
		isNotNull();
		List<CrashReport.Crash> differing = this.actual.differing();
		if (!differing.isEmpty()) {
			failWithMessage("Expecting the handler of task \"%s\" to be idempotent but%n%s", this.actual.task(),
					differing.stream()
						.map((crash) -> "  when the process crashed " + crash.point()
								+ crash.difference(this.actual.expected()))
						.collect(Collectors.joining("\n")));
		}
		return this;
	}

	/**
	 * Asserts how many crashes there were: that the handler has the steps it should have.
	 * @param crashes the number
	 * @return this
	 */
	public CrashReportAssert hasCrashes(int crashes) {
		isNotNull();
		if (this.actual.crashes().size() != crashes) {
			failWithMessage("Expecting the handler of task \"%s\" to have gone through %d crashes but it was %s",
					this.actual.task(), crashes,
					this.actual.crashes().stream().map((crash) -> crash.point().toString()).toList());
		}
		return this;
	}

}
