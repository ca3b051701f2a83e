package io.github.queuesqlite.test;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.support.TestPropertySourceUtils;

/**
 * Sets the properties of a context under test. They go before those of the application,
 * whose files no test must touch, and behind those that the test itself gives. Equal ones
 * share a cached context.
 *
 * @param mode when handlers run
 */
record QueueContextCustomizer(RunMode mode) implements ContextCustomizer {

	static final String MODE = "queue.sqlite.test.mode";

	private static final String NAME = "queue test support";

	@Override
	public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
		Map<String, Object> properties = new LinkedHashMap<>();
		properties.put(MODE, this.mode.name());
		properties.put("queue.sqlite.storage", "temporary");
		properties.put("queue.sqlite.shards", "1");
		properties.put("queue.sqlite.durability", "normal");
		properties.put("queue.sqlite.worker.enabled", String.valueOf(this.mode == RunMode.BACKGROUND));
		MutablePropertySources sources = context.getEnvironment().getPropertySources();
		MapPropertySource source = new MapPropertySource(NAME, properties);
		if (sources.contains(TestPropertySourceUtils.INLINED_PROPERTIES_PROPERTY_SOURCE_NAME)) {
			sources.addAfter(TestPropertySourceUtils.INLINED_PROPERTIES_PROPERTY_SOURCE_NAME, source);
		}
		else {
			sources.addFirst(source);
		}
	}

}
