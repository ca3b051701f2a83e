package io.github.queuesqlite.actuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what an application shows whose disk has less room than it is to leave: a
 * reserve that is a little less than the file system is never free.
 */
@SpringBootTest(properties = { "queue.sqlite.storage=temporary", "queue.sqlite.shards=2",
		"management.endpoints.web.exposure.include=queue,health", "management.endpoint.health.show-details=always",
		"management.health.queue.timeout=2m" })
class FullDiskTests {

	private final MockMvcTester mvc;

	private final QueueOperations operations;

	private final MeterRegistry registry;

	@Autowired
	FullDiskTests(WebApplicationContext context, QueueOperations operations, MeterRegistry registry) {
		this.mvc = MockMvcTester.from(context);
		this.operations = operations;
		this.registry = registry;
	}

	@DynamicPropertySource
	static void reserveNearlyAll(DynamicPropertyRegistry properties) throws IOException {
		// Where the queue's own temporary directory will be.
		Path directory = Files.createTempDirectory("queue-sqlite-test");
		long total = directory.toFile().getTotalSpace();
		Files.delete(directory);
		properties.add("queue.sqlite.disk.reserve", () -> (total - 1) + "B");
	}

	@BeforeEach
	void awaitRefusal() {
		await().until(() -> this.operations.stats().shards().stream().noneMatch((shard) -> shard.accepting()));
	}

	@Test
	void enqueueIsRefusedWithTheNumbers() {
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> this.operations.enqueue("any", null))
			.withMessageMatching("Cannot write to shard \\d \\(queue_shard_\\d\\.db\\): disk full"
					+ " \\([0-9,.]+ [KM]B free, [0-9,.]+ MB reserved\\)\\."
					+ " Enqueues are refused until space is freed; completions go on\\. Nothing of this was stored\\.");
	}

	@Test
	void healthIsOutOfServiceWithTheReason() throws Exception {
		MvcTestResult result = this.mvc.get().uri("/actuator/health").exchange();
		assertThat(result).hasStatus(503);
		String body = result.getResponse().getContentAsString();
		assertThat(JsonPath.<String>read(body, "$.components.queue.status")).isEqualTo("OUT_OF_SERVICE");
		assertThat(JsonPath.<List<String>>read(body, "$.components.queue.details.problems")).hasSize(2)
			.allSatisfy((problem) -> assertThat(problem).startsWith("Shard")
				.contains("refuses new messages: Cannot write to shard")
				.contains("disk full ("));
		assertShardsShowWhatIsFree(JsonPath.read(body, "$.components.queue.details.shards"));
	}

	@Test
	void endpointShowsWhatIsFreeAndTheReason() throws Exception {
		MvcTestResult result = this.mvc.get().uri("/actuator/queue").exchange();
		assertThat(result).hasStatusOk();
		assertShardsShowWhatIsFree(JsonPath.read(result.getResponse().getContentAsString(), "$.shards"));
	}

	private static void assertShardsShowWhatIsFree(List<Map<String, Object>> shards) {
		assertThat(shards).hasSize(2).allSatisfy((shard) -> {
			assertThat(shard).containsEntry("accepting", false);
			assertThat(((Number) shard.get("diskFree")).longValue()).isPositive();
			assertThat(shard.get("reason").toString()).contains("disk full (");
		});
	}

	@Test
	void meterShowsWhatIsFree() {
		await().untilAsserted(() -> assertThat(this.registry.find("queue.disk.free").gauges()).hasSize(2)
			.allSatisfy((gauge) -> assertThat(gauge.value()).isPositive()));
	}

	@Test
	void meterShowsThatMessagesAreRefused() {
		await().untilAsserted(() -> assertThat(this.registry.find("queue.accepting").gauges()).hasSize(2)
			.allSatisfy((gauge) -> assertThat(gauge.value()).isZero()));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
