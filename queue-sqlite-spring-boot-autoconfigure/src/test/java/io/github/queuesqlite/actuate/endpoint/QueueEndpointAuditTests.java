package io.github.queuesqlite.actuate.endpoint;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.AuditEntry.Outcome;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.context.WebApplicationContext;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Whatever is changed through the endpoint or the dashboard leaves who has done it. */
@SpringBootTest(properties = { "queue.sqlite.storage=temporary", "management.endpoints.web.exposure.include=queue",
		"management.endpoint.queue.access=unrestricted", "management.endpoint.queue.enqueue=hosted",
		"management.endpoint.queue.backup-directory=target/audit-backups", "queue.sqlite.dashboard.enabled=true",
		"queue.sqlite.dashboard.access=unrestricted" })
class QueueEndpointAuditTests {

	private final MockMvcTester mvc;

	private final QueueOperations operations;

	private final ScheduleOperations schedules;

	private final EmbeddedQueue queue;

	private String base = "/actuator/queue";

	@Autowired
	QueueEndpointAuditTests(WebApplicationContext context, QueueOperations operations, ScheduleOperations schedules,
			EmbeddedQueue queue) {
		this.mvc = MockMvcTester.from(context);
		this.operations = operations;
		this.schedules = schedules;
		this.queue = queue;
	}

	@AfterEach
	void clear() {
		this.operations.purge(MessageQuery.all());
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/queue", "/queue-dashboard/api" })
	void operationOnAMessageLeavesWhoDidIt(String base) {
		this.base = base;
		MessageId id = later();
		assertNoted("messages/" + id, "reschedule", Map.of("operation", "reschedule", "runAt", "10m"));
		assertNoted("messages/" + id, "cancel");
		assertNoted("messages/" + id, "retry");
		await().until(() -> this.operations.find(id).orElseThrow().state().isEnded());
		assertNoted("messages/" + id, "delete");
		assertNoted("messages/" + chain(), "cancel-tree");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/queue", "/queue-dashboard/api" })
	void operationOnManyMessagesLeavesWhoDidIt(String base) {
		this.base = base;
		dead();
		String fingerprint = JsonPath.read(Bodies.of(this.mvc.get().uri(base + "/failures").exchange()),
				"$.groups[0].fingerprint");
		assertNoted("failures/" + fingerprint, "retry");
		assertNoted("messages", "messages?state=CANCELLED", "retry",
				Map.of("operation", "retry", "state", "CANCELLED"));
		assertNoted("messages", "messages?state=EXPIRED", "purge", Map.of("operation", "purge", "state", "EXPIRED"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/queue", "/queue-dashboard/api" })
	void pauseLeavesWhoDidIt(String base) {
		this.base = base;
		for (String target : List.of("queues/default", "tasks/later", "keys/tenant")) {
			assertNoted(target, "pause");
			assertNoted(target, "resume");
		}
		assertNoted("keys", "keys/a/b", "pause", Map.of("operation", "pause", "name", "a/b"));
		assertNoted("keys", "keys/a/b", "resume", Map.of("operation", "resume", "name", "a/b"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/queue", "/queue-dashboard/api" })
	void operationOnAScheduleLeavesWhoDidIt(String base) {
		this.base = base;
		this.schedules.create(Schedule.of("nightly", "later").every(Duration.ofDays(1)));
		for (String operation : List.of("pause", "resume", "run", "delete")) {
			assertNoted("schedules/nightly", operation);
		}
		assertThat(this.schedules.find("nightly")).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/queue", "/queue-dashboard/api" })
	void operationOnLimitsAndFilesLeavesWhoDidIt(String base) {
		this.base = base;
		assertNoted("limits/keys:later", "5");
		assertNoted("limits/keys:later", "reset");
		assertNoted("files", "verify");
		assertNoted("files", "compact");
	}

	@Test
	void backupLeavesWhoDidIt() {
		assertNoted("files", "backup");
	}

	@Test
	void enqueueLeavesWhoDidIt() {
		assertNoted("tasks/later/messages", "enqueue", Map.of("delay", "1h"));
	}

	private MessageId later() {
		return this.operations.enqueue(NewMessage.to("later").delay(Duration.ofHours(1)));
	}

	private MessageId chain() {
		return this.operations.enqueue(NewMessage.to("later").delay(Duration.ofHours(1)).then(NewMessage.to("later")));
	}

	private void dead() {
		MessageId id = this.operations.enqueue("fail", null);
		await().until(() -> this.operations.find(id).orElseThrow().state() == MessageState.DEAD);
	}

	private void assertNoted(String target, String operation) {
		assertNoted(target, operation, Map.of("operation", operation));
	}

	private void assertNoted(String target, String operation, Map<String, String> body) {
		assertNoted(target, target, operation, body);
	}

	private void assertNoted(String path, String target, String operation, Map<String, String> body) {
		List<AuditEntry> before = this.queue.audit().latest(1000);
		MvcTestResult result = this.mvc.post()
			.uri(this.base + "/" + path)
			.principal(() -> "ada")
			.header("X-Queue-Dashboard", "true")
			.contentType(MediaType.APPLICATION_JSON)
			.content(JsonMapper.shared().writeValueAsString(body))
			.exchange();
		assertThat(result).as("%s %s", path, operation).hasStatusOk();
		List<AuditEntry> after = this.queue.audit().latest(1000);
		assertThat(after).as("%s %s", path, operation).hasSize(before.size() + 1);
		AuditEntry entry = after.get(0);
		assertThat(entry.actor()).isEqualTo("ada");
		assertThat(entry.action()).isEqualTo(operation);
		assertThat(entry.target()).isEqualTo(target);
		assertThat(entry.outcome()).isEqualTo(Outcome.DONE);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		TaskDefinition<?> later() {
			return TaskDefinition.builder("later", Void.class, (payload, context) -> null)
				.maxConcurrentPerKey(3)
				.build();
		}

		@Bean
		Object failing(TaskRegistry registry) {
			registry.register("fail", Void.class, (payload, context) -> {
				throw new PermanentTaskException("no");
			});
			return "registered";
		}

	}

}
