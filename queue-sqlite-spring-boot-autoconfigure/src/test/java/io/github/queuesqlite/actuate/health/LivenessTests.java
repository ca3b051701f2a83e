package io.github.queuesqlite.actuate.health;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A queue that is DOWN has nobody restart its application. */
@SpringBootTest(properties = { "queue.sqlite.storage=temporary", "management.endpoints.web.exposure.include=health",
		"management.endpoint.health.probes.enabled=true", "management.endpoint.health.show-components=always",
		"management.health.queue.threshold.dead=0", "management.health.queue.timeout=2m" })
class LivenessTests {

	private final MockMvcTester mvc;

	private final QueueOperations operations;

	@Autowired
	LivenessTests(WebApplicationContext context, QueueOperations operations) {
		this.mvc = MockMvcTester.from(context);
		this.operations = operations;
	}

	@Test
	void livenessWhenTheQueueIsDownIsUp() {
		assertHealth("", HttpStatus.OK, "UP");
		MessageId id = this.operations.enqueue("fail", null);
		await().until(() -> this.operations.find(id).orElseThrow().state() == MessageState.DEAD);
		assertHealth("", HttpStatus.SERVICE_UNAVAILABLE, "DOWN");
		assertHealth("/queue", HttpStatus.SERVICE_UNAVAILABLE, "DOWN");
		for (String probe : new String[] { "/liveness", "/readiness" }) {
			MvcTestResult result = assertHealth(probe, HttpStatus.OK, "UP");
			assertThat(result).bodyJson().doesNotHavePath("$.components.queue");
		}
	}

	private MvcTestResult assertHealth(String path, HttpStatus code, String status) {
		MvcTestResult result = this.mvc.get().uri("/actuator/health" + path).exchange();
		assertThat(result).as(path).hasStatus(code);
		assertThat(result).as(path).bodyJson().extractingPath("$.status").isEqualTo(status);
		return result;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		TaskDefinition<?> failing() {
			return TaskDefinition.builder("fail", Void.class, (payload, context) -> {
				throw new PermanentTaskException("no");
			}).build();
		}

	}

}
