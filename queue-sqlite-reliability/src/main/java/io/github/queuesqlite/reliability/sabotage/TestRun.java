package io.github.queuesqlite.reliability.sabotage;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs tests in a JVM of its own and ends with 0 when all passed, 3 when one failed, and
 * 4 when nothing was there to run.
 */
public final class TestRun {

	static final int PASSED = 0;

	static final int FAILED = 3;

	private static final int NOTHING = 4;

	private TestRun() {
	}

	/**
	 * Runs tests.
	 * @param args their names
	 */
	@SuppressWarnings("SystemOut") // its starter reads it
	public static void main(String[] args) {
		List<TestName> tests = Arrays.stream(args).map(TestName::parse).toList();
		SummaryGeneratingListener listener = new SummaryGeneratingListener();
		Launcher launcher = LauncherFactory.create();
		launcher.execute(request(tests), listener);
		TestExecutionSummary summary = listener.getSummary();
		summary.getFailures()
			.forEach((failure) -> System.out.println("FAILED " + failure.getTestIdentifier().getDisplayName() + ": "
					+ failure.getException().toString().lines().collect(Collectors.joining(" "))));
		System.out.println("RAN " + summary.getTestsStartedCount());
		System.out.flush();
		// Threads of a broken queue may keep the JVM alive.
		Runtime.getRuntime().halt(result(summary, tests.size()));
	}

	private static int result(TestExecutionSummary summary, int tests) {
		if (summary.getTotalFailureCount() > 0) {
			return FAILED;
		}
		return (summary.getTestsSucceededCount() >= tests) ? PASSED : NOTHING;
	}

	private static LauncherDiscoveryRequest request(List<TestName> tests) {
		Set<String> methods = tests.stream().map(TestName::method).collect(Collectors.toSet());
		return LauncherDiscoveryRequestBuilder.request()
			.selectors(tests.stream().map(TestRun::selector).toList())
			.filters(EngineFilter.includeEngines("junit-jupiter"),
					(PostDiscoveryFilter) (test) -> FilterResult.includedIf(isAmong(methods, test)))
			.build();
	}

	private static DiscoverySelector selector(TestName test) {
		return test.nested().isEmpty() ? DiscoverySelectors.selectClass(test.type())
				: DiscoverySelectors.selectNestedClass(List.of(test.type()), nestedIn(test));
	}

	/** The full name of the nested class of a test. */
	static String nestedIn(TestName test) {
		try {
			for (Class<?> outer = Class.forName(test.type()); outer != null; outer = outer.getSuperclass()) {
				for (Class<?> inner : outer.getDeclaredClasses()) {
					if (inner.getSimpleName().equals(test.nested())) {
						return inner.getName();
					}
				}
			}
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalArgumentException("There is no test class " + test.type(), ex);
		}
		throw new IllegalArgumentException("There is no class " + test.nested() + " in " + test.type());
	}

	/** Methods with parameters are found by their name, too. */
	private static boolean isAmong(Set<String> methods, TestDescriptor test) {
		return test.getSource()
			.filter(MethodSource.class::isInstance)
			.map((source) -> methods.contains(((MethodSource) source).getMethodName()))
			.orElse(true);
	}

}
