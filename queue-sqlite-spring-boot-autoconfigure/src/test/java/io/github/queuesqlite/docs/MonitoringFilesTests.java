package io.github.queuesqlite.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import io.github.queuesqlite.metrics.QueueMetricsAutoConfiguration;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.task.TaskRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The dashboard and the alerts ask for meters and labels that there are. */
class MonitoringFilesTests {

	private static final Path DIRECTORY = Path.of("..", "docs", "monitoring");

	/** A sample of a scrape: its name and its labels. */
	private static final Pattern SAMPLE = Pattern.compile("(?m)^(queue_\\w+)(?:\\{([^}]*)})? ");

	private static final Pattern METER = Pattern.compile("(queue_\\w+)(?:\\{([^}]*)})?");

	/** What tells of health is not ours. */
	private static final String PROBE = "probe_success{job=\"queue-health\"}";

	private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(?:=|!=|=~|!~)\\s*\"");

	/** What every meter has that an application gives its name to. */
	private static final String APPLICATION = "application";

	@Test
	void dashboardAsksForMetersThatExist() throws IOException {
		JsonNode dashboard = JsonMapper.shared()
			.readTree(Files.readString(DIRECTORY.resolve("grafana-dashboard.json")));
		List<String> expressions = new ArrayList<>();
		dashboard.path("panels")
			.forEach((panel) -> panel.path("targets")
				.forEach((target) -> expressions.add(target.path("expr").asString())));
		assertThat(expressions).hasSizeGreaterThan(20);
		assertExist(expressions);
		List<Integer> ids = dashboard.path("panels").valueStream().map((panel) -> panel.path("id").asInt()).toList();
		assertThat(ids).doesNotHaveDuplicates();
	}

	@Test
	void alertsAskForMetersThatExist() throws IOException {
		List<String> expressions = alerts();
		assertThat(expressions).hasSizeGreaterThan(15);
		assertThat(expressions).filteredOn((expression) -> expression.contains(PROBE)).hasSize(1);
		assertExist(expressions.stream().filter((expression) -> !expression.contains(PROBE)).toList());
	}

	@Test
	void alertsAskForMetersOfTheReference() throws IOException {
		Set<String> meters = new TreeSet<>();
		for (String line : Files.readAllLines(DIRECTORY.resolve("../reference.md"))) {
			if (line.startsWith("| `queue.")) {
				meters.add(line.substring(3, line.indexOf('`', 3)).replace('.', '_'));
			}
		}
		for (String expression : alerts()) {
			METER.matcher(expression).results().forEach((found) -> {
				String name = found.group(1).replaceFirst("_(total|bytes|seconds|seconds_max|seconds_count)$", "");
				assertThat(meters).as(expression).contains(name);
			});
		}
	}

	@SuppressWarnings("unchecked")
	private static List<String> alerts() throws IOException {
		Map<String, Object> alerts = new Yaml().load(Files.readString(DIRECTORY.resolve("alerts.yml")));
		List<String> expressions = new ArrayList<>();
		for (Map<String, Object> group : (List<Map<String, Object>>) alerts.get("groups")) {
			for (Map<String, Object> rule : (List<Map<String, Object>>) group.get("rules")) {
				assertThat(rule).containsKeys("alert", "expr", "labels", "annotations");
				expressions.add(rule.get("expr").toString());
			}
		}
		return expressions;
	}

	private static void assertExist(List<String> expressions) {
		Map<String, Set<String>> scraped = scrape();
		for (String expression : expressions) {
			List<String> meters = new ArrayList<>();
			METER.matcher(expression).results().forEach((found) -> {
				meters.add(found.group(1));
				assertThat(scraped).as(expression).containsKey(found.group(1));
				if (found.group(2) != null) {
					assertThat(scraped.get(found.group(1))).as(expression).containsAll(labels(found.group(2)));
				}
			});
			assertThat(meters).as(expression).isNotEmpty();
			Matcher by = Pattern.compile("by \\(([^)]*)\\)").matcher(expression);
			while (by.find()) {
				for (String label : by.group(1).split(",\\s*", -1)) {
					assertThat(meters).as("%s has %s", expression, label)
						.allMatch((meter) -> label.equals(APPLICATION) || scraped.get(meter).contains(label));
				}
			}
		}
	}

	private static Set<String> labels(String selector) {
		Set<String> labels = new TreeSet<>();
		LABEL.matcher(selector).results().forEach((found) -> labels.add(found.group(1)));
		labels.remove(APPLICATION);
		return labels;
	}

	private static Map<String, Set<String>> scrape() {
		Map<String, Set<String>> samples = new TreeMap<>();
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class, QueueMetricsAutoConfiguration.class))
			.withPropertyValues("queue.sqlite.storage=temporary")
			.withBean(MeterRegistry.class, () -> new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
			.run((context) -> {
				PrometheusMeterRegistry registry = context.getBean(PrometheusMeterRegistry.class);
				context.getBeansOfType(MeterBinder.class).values().forEach((binder) -> binder.bindTo(registry));
				// The meters of the shards come with the first sample.
				await().until(() -> !registry.find("queue.wal.size").gauges().isEmpty());
				context.getBean(TaskRegistry.class).register("greet", String.class, (name, run) -> name);
				context.getBean(ScheduleOperations.class)
					.create(Schedule.of("nightly", "greet").every(Duration.ofDays(1)));
				SAMPLE.matcher(registry.scrape()).results().forEach((sample) -> {
					Set<String> labels = samples.computeIfAbsent(sample.group(1), (name) -> new TreeSet<>());
					Stream.ofNullable(sample.group(2)).map(MonitoringFilesTests::labels).forEach(labels::addAll);
				});
			});
		return samples;
	}

}
