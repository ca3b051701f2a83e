package io.github.queuesqlite.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for the configuration metadata that editors show. */
class QueuePropertiesMetadataTests {

	private final JsonNode metadata = read();

	@Test
	void metadataWhenGeneratedDescribesEveryProperty() {
		assertThat(properties().keySet()).isEqualTo(expectedDefaults("queue.sqlite", QueueProperties.class).keySet());
		properties().forEach((name, property) -> {
			String description = property.path("description").asString("");
			assertThat(description).as(name).isNotBlank().endsWith(".").doesNotStartWith("The ").doesNotStartWith("A ");
			if (property.path("type").asString().equals("java.lang.Boolean")) {
				assertThat(description).as(name).startsWith("Whether ");
			}
		});
	}

	@Test
	void metadataWhenPropertyHasDefaultShowsIt() {
		expectedDefaults("queue.sqlite", QueueProperties.class)
			.forEach((name, expected) -> assertThat(properties().get(name).path("defaultValue").asString("")).as(name)
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

	private Map<String, JsonNode> properties() {
		Map<String, JsonNode> properties = new TreeMap<>();
		for (JsonNode property : this.metadata.path("properties")) {
			if (property.path("name").asString().startsWith("queue.sqlite.")) {
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
