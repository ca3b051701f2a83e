package io.github.queuesqlite.docs;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import io.github.queuesqlite.autoconfigure.QueueProperties;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.metrics.QueueMetricsAutoConfiguration;
import io.github.queuesqlite.observation.DefaultQueueEnqueueObservationConvention;
import io.github.queuesqlite.observation.DefaultQueueTaskObservationConvention;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.task.TaskRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The reference names whatever there is to name. */
class ReferenceTests {

	/** Properties with a name below them. */
	private static final Set<String> NAMED = Set.of("queue.sqlite.queues", "queue.sqlite.pools");

	private final List<String> rows = rows();

	@Test
	void referenceWhenPropertyExistsHasItWithItsDefault() throws Exception {
		for (JsonNode property : metadata().path("properties")) {
			String name = property.path("name").asString();
			String row = row(NAMED.contains(name) ? name + ".<name>.concurrency" : name);
			String defaultValue = property.path("defaultValue").asString("");
			if (!defaultValue.isEmpty()) {
				assertThat(row).as(name).contains("| `" + defaultValue + "` |");
			}
		}
	}

	@Test
	void referenceWhenPropertyIsNumberHasItsRangeAsTheMetadataHasIt() throws Exception {
		for (JsonNode property : metadata().path("properties")) {
			String name = property.path("name").asString();
			if (isNumber(property) && !name.equals("management.endpoint.queue.cache.time-to-live")) {
				String range = row(name).split("\\|")[4].strip();
				String described = range.replaceFirst("^(each )?(.+) to long$", "$1from $2");
				assertThat(range).as(name).isNotEmpty();
				assertThat(property.path("description").asString()).as(name)
					.containsPattern("(?<![\\w,.])" + Pattern.quote(described) + "(?!\\w|,\\d)");
			}
		}
	}

	private static boolean isNumber(JsonNode property) {
		String type = property.path("type").asString();
		return type.contains("Duration") || type.contains("DataSize")
				|| Set.of("java.lang.Integer", "java.lang.Long", "java.lang.Double").contains(type);
	}

	@Test
	void referenceWhenPropertyIsListedExists() throws Exception {
		Set<String> names = new TreeSet<>();
		metadata().path("properties").forEach((property) -> names.add(property.path("name").asString()));
		addComponents(names, "queue.sqlite.queues.<name>.", QueueProperties.Queue.class);
		addComponents(names, "queue.sqlite.pools.<name>.", QueueProperties.Pool.class);
		assertThat(this.rows.stream()
			.filter((row) -> row.startsWith("| `queue.sqlite.") || row.startsWith("| `management."))
			.map((row) -> row.substring(3, row.indexOf('`', 3)))).isSubsetOf(names);
	}

	@Test
	void referenceWhenPropertyIsBelowANameHasIt() {
		Set<String> names = new TreeSet<>();
		addComponents(names, "queue.sqlite.queues.<name>.", QueueProperties.Queue.class);
		addComponents(names, "queue.sqlite.pools.<name>.", QueueProperties.Pool.class);
		assertThat(names).hasSize(8).allSatisfy(this::row);
	}

	private static void addComponents(Set<String> names, String prefix, Class<? extends Record> type) {
		for (RecordComponent component : type.getRecordComponents()) {
			names.add(prefix + DataObjectPropertyName.toDashedForm(component.getName()));
		}
	}

	@Test
	void referenceWhenMeterExistsHasItWithItsTags() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class, QueueMetricsAutoConfiguration.class))
			.withPropertyValues("queue.sqlite.storage=temporary")
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> {
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				context.getBeansOfType(MeterBinder.class).values().forEach((binder) -> binder.bindTo(registry));
				// The meters of the shards come with the first sample.
				await().until(() -> !registry.find("queue.wal.size").gauges().isEmpty());
				context.getBean(ScheduleOperations.class)
					.create(Schedule.of("nightly", "greet").every(Duration.ofDays(1)));
				context.getBean(TaskRegistry.class).register("greet", String.class, (name, run) -> name);
				Set<String> names = new TreeSet<>();
				registry.getMeters().forEach((meter) -> {
					names.add(meter.getId().getName());
					String row = row(meter.getId().getName());
					meter.getId().getTags().forEach((tag) -> assertThat(row).contains("`" + tag.getKey() + "`"));
				});
				assertThat(names).hasSizeGreaterThanOrEqualTo(17);
			});
	}

	@Test
	void referenceWhenObservationExistsHasIt() {
		assertThat(String.join("\n", this.rows))
			.contains("| `" + new DefaultQueueEnqueueObservationConvention().getName() + "`")
			.contains("| `" + new DefaultQueueTaskObservationConvention().getName() + "`");
	}

	@Test
	void referenceWhenExceptionExistsHasIt() {
		ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
		scanner.addIncludeFilter(new AssignableTypeFilter(QueueException.class));
		assertThat(scanner.findCandidateComponents(QueueException.class.getPackageName())).hasSizeGreaterThan(5)
			.allSatisfy((definition) -> row(ClassUtils.getShortName(String.valueOf(definition.getBeanClassName()))));
	}

	@Test
	void guideWhenStateExistsHasIt() throws IOException {
		String guide = Files.readString(Path.of("../docs/guide.md"));
		for (MessageState state : MessageState.values()) {
			assertThat(guide).contains("| " + state + " |");
		}
	}

	private String row(String name) {
		List<String> found = this.rows.stream().filter((row) -> row.startsWith("| `" + name + "`")).toList();
		assertThat(found).as("row of %s in docs/reference.md", name).isNotEmpty();
		return found.get(0);
	}

	private static List<String> rows() {
		try {
			return Files.readAllLines(Path.of("../docs/reference.md"))
				.stream()
				.filter((line) -> line.startsWith("| "))
				.toList();
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	private static JsonNode metadata() throws Exception {
		URI classes = QueueAutoConfiguration.class.getProtectionDomain().getCodeSource().getLocation().toURI();
		try (InputStream input = classes.resolve("META-INF/spring-configuration-metadata.json").toURL().openStream()) {
			return JsonMapper.shared().readTree(input);
		}
	}

}
