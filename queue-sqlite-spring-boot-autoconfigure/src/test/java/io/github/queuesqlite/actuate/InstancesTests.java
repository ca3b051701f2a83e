package io.github.queuesqlite.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.QueueStats.InstanceStats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for the instances of a directory in the endpoint, the health and the numbers. */
@SpringBootTest(properties = { "queue.sqlite.storage=temporary", "queue.sqlite.shards=2",
		"management.endpoints.web.exposure.include=queue,health", "management.endpoint.health.show-details=always",
		"management.health.queue.timeout=2m" })
class InstancesTests {

	private final MockMvcTester mvc;

	private final EmbeddedQueue queue;

	@Autowired
	InstancesTests(WebApplicationContext context, EmbeddedQueue queue) {
		this.mvc = MockMvcTester.from(context);
		this.queue = queue;
	}

	@ParameterizedTest
	@CsvSource({ "/actuator/queue, $.instances", "/actuator/health, $.components.queue.details.instances" })
	void instancesShowEveryoneWhoUsesTheDirectoryAndWhichOneAnswers(String uri, String path) throws Exception {
		Instant before = Instant.now();
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.queue.directory()).build()) {
			List<Map<String, Object>> instances = read(uri, path);
			assertThat(instances).hasSize(2);
			assertThat(instances).extracting((instance) -> instance.get("self")).containsExactly(true, false);
			assertThat(instances).extracting((instance) -> instance.get("name"))
				.allMatch((name) -> name.toString().endsWith(":" + ProcessHandle.current().pid()));
			assertThat(instances).allSatisfy((instance) -> {
				assertThat(instance).containsOnlyKeys("name", "epoch", "startedAt", "beatAge", "self");
				assertThat(Duration.parse(instance.get("beatAge").toString())).isBetween(Duration.ZERO,
						Duration.ofMinutes(5));
			});
			assertThat(Instant.parse(instances.get(1).get("startedAt").toString()))
				.isAfterOrEqualTo(before.minusMillis(1))
				.isBeforeOrEqualTo(Instant.now());
			assertThat((Integer) instances.get(1).get("epoch")).isGreaterThan((Integer) instances.get(0).get("epoch"));
			assertThat(other.operations().stats().instances()).extracting(InstanceStats::self)
				.containsExactly(false, true);
		}
		assertThat(read(uri, path)).hasSize(1);
	}

	@Test
	void instancesOfOneProcessShowItAlone() throws Exception {
		assertThat(read("/actuator/queue", "$.instances")).singleElement()
			.satisfies((instance) -> assertThat(instance).containsEntry("self", true));
	}

	private List<Map<String, Object>> read(String uri, String path) throws Exception {
		MvcTestResult result = this.mvc.get().uri(uri).exchange();
		assertThat(result).hasStatusOk();
		return JsonPath.read(result.getResponse().getContentAsString(), path);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
