package io.github.queuesqlite.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for the configuration metadata that editors show. */
class QueuePropertiesMetadataTests {

	private final JsonNode metadata = read();

	@Test
	void metadataWhenGeneratedHasEveryProperty() {
		assertThat(properties("queue.sqlite.").keySet())
			.isEqualTo(expectedDefaults("queue.sqlite", QueueProperties.class).keySet());
		assertThat(properties("management.").keySet()).hasSizeGreaterThan(9);
	}

	@Test
	void metadataWhenGeneratedDescribesEveryProperty() {
		properties("").forEach((name, property) -> {
			String description = description(property);
			assertThat(description).as(name)
				.hasSizeGreaterThan(25)
				.endsWith(".")
				.doesNotStartWith("The ")
				.doesNotStartWith("A ")
				.doesNotContain("\n", "  ", "{@", "<");
			if (type(property).equals("java.lang.Boolean")) {
				assertThat(description).as(name).startsWith("Whether ");
			}
			assertThat(type(property)).as(name).isNotEmpty();
			assertThat(property.has("deprecation")).as(name).isFalse();
		});
	}

	@Test
	void metadataWhenPropertyHasNoDefaultSaysWhatHoldsWithoutIt() {
		properties("").forEach((name, property) -> {
			if (!property.has("defaultValue") && !type(property).startsWith("java.util.Map")) {
				assertThat(description(property)).as(name).containsPattern("by default|Without it|When empty");
			}
		});
	}

	@Test
	void metadataWhenDefaultHasUnitWritesIt() {
		properties("").forEach((name, property) -> {
			String unit = switch (type(property)) {
				case "java.time.Duration" -> "\\d+(ms|s|m|h|d)";
				case "org.springframework.util.unit.DataSize" -> "\\d+(B|KB|MB|GB)";
				default -> ".*";
			};
			if (property.has("defaultValue")) {
				assertThat(property.path("defaultValue").asString()).as(name).matches(unit);
			}
		});
	}

	@Test
	void metadataWhenValueIsOneOfSeveralSaysWhatEachMeans() {
		int[] found = new int[1];
		properties("").forEach((name, property) -> {
			Class<?> type = ClassUtils.resolveClassName(type(property).replaceAll("<.*", ""), null);
			if (type.isEnum() && !name.equals("management.endpoint.queue.access")) {
				found[0]++;
				assertThat(hint(name).path("values").findValuesAsString("value")).as(name)
					.containsExactly(Arrays.stream(type.getEnumConstants())
						.map((constant) -> constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
						.toArray(String[]::new));
				assertThat(hint(name).path("values").findValuesAsString("description")).as(name)
					.hasSameSizeAs(type.getEnumConstants())
					.allMatch((text) -> text.endsWith("."));
			}
		});
		assertThat(found[0]).isGreaterThan(6);
	}

	@Test
	void metadataWhenPropertyHasDefaultShowsIt() {
		expectedDefaults("queue.sqlite", QueueProperties.class)
			.forEach((name, expected) -> assertThat(properties("").get(name).path("defaultValue").asString("")).as(name)
				.isEqualTo(expected));
	}

	@Test
	void metadataWhenValueIsOpenHintsAtChoices() {
		assertThat(hint("queue.sqlite.worker.executor").path("values").findValuesAsString("value"))
			.containsExactly("auto", "platform", "virtual");
		assertThat(hint("queue.sqlite.worker.executor").path("providers")
			.get(0)
			.path("parameters")
			.path("target")
			.asString()).isEqualTo("java.util.concurrent.Executor");
		assertThat(hint("queue.sqlite.payload.codec").path("values").findValuesAsString("value"))
			.containsExactly("json", "cbor", "smile");
	}

	private JsonNode hint(String name) {
		for (JsonNode hint : this.metadata.path("hints")) {
			if (hint.path("name").asString().equals(name)) {
				return hint;
			}
		}
		throw new AssertionError("No hint for " + name);
	}

	private static String description(JsonNode property) {
		return property.path("description").asString("");
	}

	private static String type(JsonNode property) {
		return property.path("type").asString("");
	}

	private Map<String, JsonNode> properties(String prefix) {
		Map<String, JsonNode> properties = new TreeMap<>();
		for (JsonNode property : this.metadata.path("properties")) {
			if (property.path("name").asString().startsWith(prefix)) {
				properties.put(property.path("name").asString(), property);
			}
		}
		return properties;
	}

	private static Map<String, String> expectedDefaults(String prefix, Class<?> record) {
		Map<String, String> defaults = new TreeMap<>();
		List<RecordComponent> components = new ArrayList<>(List.of(record.getRecordComponents()));
		for (int i = 0; i < components.size(); i++) {
			RecordComponent component = components.get(i);
			String name = prefix + "." + kebab(component.getName());
			if (component.getType().isRecord()) {
				defaults.putAll(expectedDefaults(name, component.getType()));
			}
			else {
				DefaultValue value = record.getDeclaredConstructors()[0].getParameters()[i]
					.getAnnotation(DefaultValue.class);
				defaults.put(name, (value != null) ? String.join(",", value.value()) : "");
			}
		}
		return defaults;
	}

	private static String kebab(String name) {
		return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
	}

	private static JsonNode read() {
		try {
			URI classes = QueueProperties.class.getProtectionDomain().getCodeSource().getLocation().toURI();
			return JsonMapper.shared()
				.readTree(classes.resolve("META-INF/spring-configuration-metadata.json").toURL().openStream());
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

}
