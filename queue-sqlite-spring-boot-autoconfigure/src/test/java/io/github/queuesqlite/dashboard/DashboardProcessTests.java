package io.github.queuesqlite.dashboard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.NewMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** A dashboard of a process that shows what another one does. */
class DashboardProcessTests {

	@TempDir
	Path directory;

	@Test
	void throughputWhenAnotherProcessWorksIsThatOfBoth() {
		new WebApplicationContextRunner().withUserConfiguration(Application.class)
			.withPropertyValues("queue.sqlite.directory=" + this.directory, "queue.sqlite.worker.enabled=false",
					"queue.sqlite.dashboard.enabled=true")
			.run((context) -> {
				QueueOperations operations = context.getBean(QueueOperations.class);
				DashboardHistory history = context.getBean(DashboardHistory.class);
				operations.enqueueAll(Collections.nCopies(20, NewMessage.to("work")));
				operations.enqueueAll(Collections.nCopies(3, NewMessage.to("die")));
				operations.enqueueAll(Collections.nCopies(2, NewMessage.to("stumble")));
				Process child = start(this.directory);
				assertThat(child.waitFor(2, TimeUnit.MINUTES)).isTrue();
				history.step();
				assertThat(sum(history.read(0))).containsOnly(Map.entry("work", new TaskActivity(30, 30, 0, 0, 0)),
						Map.entry("die", new TaskActivity(3, 0, 0, 3, 0)),
						Map.entry("stumble", new TaskActivity(2, 2, 2, 0, 0)));
			});
	}

	private static Process start(Path directory) throws IOException {
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
				"--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
				WorkingChild.class.getName(), directory.toString())
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
	}

	/** The clock may have ended a point meanwhile. */
	private static Map<String, TaskActivity> sum(HistoryDescriptor history) {
		Map<String, TaskActivity> sum = new HashMap<>();
		history.points()
			.forEach(
					(point) -> point.tasks().forEach((task, activity) -> sum.merge(task, activity, TaskActivity::and)));
		return sum;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
