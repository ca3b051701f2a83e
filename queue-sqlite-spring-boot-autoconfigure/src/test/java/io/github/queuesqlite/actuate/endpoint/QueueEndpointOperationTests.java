package io.github.queuesqlite.actuate.endpoint;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.AuditEntry.Outcome;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.context.WebApplicationContext;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Operations on one or many messages over HTTP, and who has asked for them. */
@SpringBootTest(properties = { "queue.sqlite.storage=temporary", "queue.sqlite.shards=2",
		"management.endpoints.web.exposure.include=queue", "management.endpoint.queue.access=unrestricted",
		"management.endpoint.queue.backup-directory=target/endpoint-backups" })
class QueueEndpointOperationTests {

	private static final List<String> HOSTILE = List.of("x", " ", "0AKN6QZ0G200", "0AKN6QZ0G2000", "UUUUUUUUUUUUU",
			"a\u0000\r\nb\u001b[31m\u202e", "<script>alert(1)</script>", "'; DROP TABLE message; --", "9".repeat(3000));

	private final MockMvcTester mvc;

	private final QueueOperations operations;

	private final EmbeddedQueue queue;

	private final Handlers handlers;

	@Autowired
	QueueEndpointOperationTests(WebApplicationContext context, QueueOperations operations, EmbeddedQueue queue,
			Handlers handlers) {
		this.mvc = MockMvcTester.from(context);
		this.operations = operations;
		this.queue = queue;
		this.handlers = handlers;
	}

	@AfterEach
	void clear() {
		this.handlers.gate.countDown();
		this.operations.drain(Duration.ofMinutes(1));
		this.operations.purge(MessageQuery.all());
		this.handlers.gate = new CountDownLatch(1);
		this.handlers.events.clear();
	}

	private MessageId later() {
		return this.operations.enqueue(NewMessage.to("later").delay(Duration.ofHours(1)).tags("red"));
	}

	private MessageId dead() {
		MessageId id = this.operations.enqueue("fail", null);
		await().until(() -> this.operations.find(id).orElseThrow().state() == MessageState.DEAD);
		return id;
	}

	private MvcTestResult get(String path) {
		return this.mvc.get().uri("/actuator/queue" + path).exchange();
	}

	private MvcTestResult post(String path, Map<String, String> body) {
		return this.mvc.post()
			.uri("/actuator/queue/{kind}" + (path.contains("/") ? "/{name}" : ""), (Object[]) path.split("/", 2))
			.principal(() -> "ada")
			.contentType(MediaType.APPLICATION_JSON)
			.content(JsonMapper.shared().writeValueAsString(body))
			.exchange();
	}

	private void assertProblem(MvcTestResult result, HttpStatus status, String detail) {
		assertThat(result).hasStatus(status);
		assertThat(result).bodyJson().extractingPath("$.status").isEqualTo(status.value());
		assertThat(result).bodyJson().extractingPath("$.detail").asString().contains(detail);
	}

	private AuditEntry latest() {
		return this.queue.audit().latest(1).get(0);
	}

	// Files

	@Test
	void filesAreChecked() {
		MvcTestResult result = post("files", Map.of("operation", "verify"));
		assertThat(result).hasStatusOk();
		assertThat(result).bodyJson().extractingPath("$.sound").isEqualTo(true);
		assertThat(result).bodyJson().extractingPath("$.files[1].file").isEqualTo("queue_shard_0.db");
		assertThat(latest().action()).isEqualTo("verify");
		assertThat(latest().target()).isEqualTo("files");
		assertThat(latest().actor()).isEqualTo("ada");
	}

	@Test
	void filesAreCompacted() {
		MvcTestResult result = post("files", Map.of("operation", "compact"));
		assertThat(result).hasStatusOk();
		assertThat(result).bodyJson().extractingPath("$.shards").asArray().hasSize(2);
		assertThat(latest().action()).isEqualTo("compact");
	}

	@Test
	void filesAreBackedUpIntoTheConfiguredDirectoryOnly() throws Exception {
		MvcTestResult result = post("files", Map.of("operation", "backup", "directory", "/elsewhere"));
		assertThat(result).hasStatusOk();
		String name = JsonMapper.shared()
			.readTree(result.getResponse().getContentAsByteArray())
			.get("backup")
			.asString();
		assertThat(Path.of("target/endpoint-backups", name, "default", "control.db")).exists();
		assertThat(latest().action()).isEqualTo("backup");
	}

	@Test
	void filesWithAFilterOrAnotherOperationAreRefused() {
		assertProblem(post("files", Map.of("operation", "purge")), HttpStatus.BAD_REQUEST,
				"expected verify, compact or backup");
		assertProblem(post("files", Map.of("operation", "verify", "task", "mail")), HttpStatus.BAD_REQUEST,
				"A filter belongs to messages");
	}

	@Test
	void filesWithoutADirectoryForBackupsAreNotBackedUp() {
		QueueEndpoint endpoint = new QueueEndpoint(this.queue, List.of(), Show.NEVER);
		assertThatExceptionOfType(QueueEndpointException.class)
			.isThrownBy(
					() -> endpoint.operateAll("files", "backup", null, null, null, null, null, null, null, null, null))
			.withMessageContaining("management.endpoint.queue.backup-directory");
	}

	// Lists

	@Test
	void limitsProcessesAndShardsAreListed() {
		assertThat(get("/limits")).bodyJson().extractingPath("$.limits").asMap().containsKey("keys:later");
		assertThat(get("/limits/keys:later")).bodyJson().extractingPath("$.most").isEqualTo(3);
		assertProblem(get("/limits/task:x"), HttpStatus.NOT_FOUND, "No limit 'task:x': there are [keys:later]");
		assertThat(get("/processes")).bodyJson().extractingPath("$.processes[*].self").isEqualTo(List.of(true));
		assertThat(get("/shards")).bodyJson().extractingPath("$.shards[*].shard").isEqualTo(List.of(0, 1));
	}

	@Test
	void messagesAreSelectedByTheTimeTheyWereHandedIn() {
		MessageId id = later();
		Instant at = this.operations.find(id).orElseThrow().createdAt();
		assertThat(get("/messages?createdAfter=" + at.minusSeconds(60) + "&createdBefore=" + at.plusSeconds(60)))
			.bodyJson()
			.extractingPath("$.messages[*].id")
			.isEqualTo(List.of(id.toString()));
		assertThat(get("/messages?createdAfter=" + at.plusSeconds(60))).bodyJson()
			.extractingPath("$.messages")
			.isEqualTo(List.of());
		assertProblem(get("/messages?createdBefore=yesterday"), HttpStatus.BAD_REQUEST,
				"'createdBefore' must be a time as 2026-01-31T12:00:00Z, was 'yesterday'");
	}

	@Test
	void messagesAreSelectedByTheTimeTheyEnded() {
		MessageId dead = dead();
		later();
		Instant at = this.operations.find(dead).orElseThrow().finishedAt();
		String around = "endedAfter=" + at.minusMillis(1) + "&endedBefore=" + at.plusMillis(1);
		for (String order : List.of("oldest", "newest")) {
			assertThat(get("/messages?order=" + order + "&" + around)).bodyJson()
				.extractingPath("$.messages[*].id")
				.isEqualTo(List.of(dead.toString()));
		}
		assertThat(get("/messages?endedAfter=" + at)).bodyJson().extractingPath("$.messages").isEqualTo(List.of());
		assertProblem(get("/messages?endedAfter=yesterday"), HttpStatus.BAD_REQUEST,
				"'endedAfter' must be a time as 2026-01-31T12:00:00Z, was 'yesterday'");
		assertThat(post("messages", Map.of("operation", "purge", "state", "DEAD", "endedBefore", at.toString())))
			.bodyJson()
			.extractingPath("$.messages")
			.isEqualTo(0);
		assertThat(latest().target()).isEqualTo("messages?state=DEAD&endedBefore=" + at);
		assertThat(post("messages",
				Map.of("operation", "purge", "state", "DEAD", "endedAfter", at.minusMillis(1).toString())))
			.bodyJson()
			.extractingPath("$.messages")
			.isEqualTo(1);
	}

	// One message

	@Test
	void rescheduleMovesTheDueTime() {
		MessageId id = later();
		MvcTestResult result = post("messages/" + id,
				Map.of("operation", "reschedule", "runAt", "2031-01-31T12:00:00Z"));
		assertThat(result).hasStatusOk();
		assertThat(result).bodyJson().extractingPath("$.runAt").isEqualTo("2031-01-31T12:00:00Z");
		post("messages/" + id, Map.of("operation", "reschedule", "runAt", "10m"));
		assertThat(this.operations.find(id).orElseThrow().runAt()).isBetween(Instant.now().plusSeconds(500),
				Instant.now().plusSeconds(600));
		assertProblem(post("messages/" + dead(), Map.of("operation", "reschedule", "runAt", "10m")),
				HttpStatus.CONFLICT, "is DEAD: only READY and SCHEDULED messages have a due time");
		assertProblem(post("messages/" + id, Map.of("operation", "reschedule")), HttpStatus.BAD_REQUEST,
				"'runAt' is missing");
		assertProblem(post("messages/" + id, Map.of("operation", "cancel", "runAt", "10m")), HttpStatus.BAD_REQUEST,
				"'runAt' belongs to the operation reschedule");
	}

	@ParameterizedTest
	@CsvSource({ "soon", "''", "2026-13-40T00:00:00Z", "+999999999-12-31T23:59:59Z", "9999999999999999999d", "<b>" })
	void rescheduleWhenTheTimeCannotBeIsRefused(String runAt) {
		MessageId id = later();
		Instant before = this.operations.find(id).orElseThrow().runAt();
		assertThat(post("messages/" + id, Map.of("operation", "reschedule", "runAt", runAt)))
			.hasStatus(HttpStatus.BAD_REQUEST);
		assertThat(this.operations.find(id).orElseThrow().runAt()).isEqualTo(before);
		assertThat(latest().outcome()).isEqualTo(Outcome.REFUSED);
	}

	@Test
	void deleteRemovesAMessageThatDoesNotRun() {
		MessageId id = later();
		assertThat(post("messages/" + id, Map.of("operation", "delete"))).bodyJson()
			.extractingPath("$.id")
			.isEqualTo(id.toString());
		assertThat(this.operations.find(id)).isEmpty();
		assertProblem(post("messages/" + id, Map.of("operation", "delete")), HttpStatus.NOT_FOUND, "No message " + id);
		MessageId running = this.operations.enqueue("block", null);
		await().until(() -> this.operations.find(running).orElseThrow().state() == MessageState.RUNNING);
		assertProblem(post("messages/" + running, Map.of("operation", "delete")), HttpStatus.CONFLICT,
				"is RUNNING: it is not deleted while it runs");
	}

	// Many messages

	@Test
	void retryTakesAllThatMatch() {
		MessageId dead = dead();
		MessageId other = later();
		this.operations.cancel(other);
		MvcTestResult result = post("messages", Map.of("operation", "retry", "state", "DEAD", "task", "fail"));
		assertThat(result).bodyJson().extractingPath("$").isEqualTo(Map.of("operation", "retry", "messages", 1));
		await().until(() -> this.operations.failures(dead).size() == 2);
		assertThat(this.operations.find(other).orElseThrow().state()).isEqualTo(MessageState.CANCELLED);
		assertThat(this.queue.audit().latest(10)).anySatisfy((entry) -> {
			assertThat(entry.actor()).isEqualTo("ada");
			assertThat(entry.action()).isEqualTo("retry");
			assertThat(entry.target()).isEqualTo("messages?state=DEAD&task=fail");
			assertThat(entry.outcome()).isEqualTo(Outcome.DONE);
			assertThat(entry.detail()).isEqualTo("1 messages");
		});
	}

	@Test
	void purgeDeletesAllThatMatchAndNeverAllByOversight() {
		MessageId dead = dead();
		MessageId other = later();
		for (Map<String, String> body : List.of(Map.of("operation", "purge"),
				Map.of("operation", "purge", "state", ", "), Map.of("operation", "purge", "task", "fail"))) {
			assertProblem(post("messages", body), HttpStatus.BAD_REQUEST, "'state' is missing");
		}
		assertProblem(post("messages", Map.of("operation", "purge", "state", "DEAF")), HttpStatus.BAD_REQUEST,
				"'state' must be one or more of ");
		assertProblem(post("messages", Map.of("operation", "cancel")), HttpStatus.BAD_REQUEST,
				"No operation 'cancel': expected retry or purge");
		assertProblem(post("messages", Map.of()), HttpStatus.BAD_REQUEST,
				"'operation' is missing: expected retry or purge");
		assertProblem(post("queues", Map.of("operation", "retry")), HttpStatus.NOT_FOUND,
				"No kind 'queues': expected messages");
		assertProblem(post("messages", Map.of("operation", "retry", "createdAfter", "noon")), HttpStatus.BAD_REQUEST,
				"'createdAfter' must be a time");
		assertThat(latest().target()).isEqualTo("messages?");
		assertThat(latest().detail()).contains("was 'noon'");
		assertThat(this.operations.find(dead)).isPresent();
		assertThat(post("messages", Map.of("operation", "purge", "state", "DEAD", "tag", "red"))).bodyJson()
			.extractingPath("$.messages")
			.isEqualTo(0);
		assertThat(post("messages", Map.of("operation", "purge", "state", "SCHEDULED,DEAD", "task", "fail"))).bodyJson()
			.extractingPath("$.messages")
			.isEqualTo(1);
		assertThat(this.operations.find(dead)).isEmpty();
		assertThat(this.operations.find(other)).isPresent();
	}

	// Who has asked

	@Test
	void operationLeavesWhoWhatWhenAndTheOutcome() {
		MessageId id = later();
		Instant before = Instant.now().minusMillis(1);
		post("messages/" + id, Map.of("operation", "cancel"));
		post("messages/" + id, Map.of("operation", "cancel"));
		this.mvc.post()
			.uri("/actuator/queue/queues/default")
			.contentType(MediaType.APPLICATION_JSON)
			.content("{\"operation\": \"resume\"}")
			.exchange();
		MvcTestResult result = get("/audit?limit=3");
		assertThat(result).hasStatusOk();
		assertThat(result).bodyJson()
			.extractingPath("$.entries[*].target")
			.isEqualTo(List.of("queues/default", "messages/" + id, "messages/" + id));
		assertThat(result).bodyJson()
			.extractingPath("$.entries[*].outcome")
			.isEqualTo(List.of("DONE", "REFUSED", "DONE"));
		assertThat(result).bodyJson().extractingPath("$.entries[*].actor").isEqualTo(List.of("ada", "ada"));
		assertThat(result).bodyJson()
			.extractingPath("$.entries[1].detail")
			.asString()
			.contains("it has ended or was asked to stop before");
		assertThat(this.queue.audit().latest(1).get(0).at()).isBetween(before, Instant.now());
		assertThat(this.handlers.events).hasSize(3);
		AuditEvent event = this.handlers.events.get(0);
		assertThat(event.getPrincipal()).isEqualTo("ada");
		assertThat(event.getType()).isEqualTo("QUEUE_OPERATION");
		assertThat(event.getData())
			.isEqualTo(Map.of("action", "cancel", "target", "messages/" + id, "outcome", "DONE"));
		assertThat(this.handlers.events.get(2).getPrincipal()).isEmpty();
	}

	@Test
	void readLeavesNothing() {
		int before = this.queue.audit().latest(1000).size();
		get("/messages");
		get("/audit");
		assertThat(this.queue.audit().latest(1000)).hasSize(before);
	}

	@ParameterizedTest
	@CsvSource({ "0", "1001", "x", "''" })
	void auditWhenTheLimitCannotBeIsABadRequest(String limit) {
		assertProblem(get("/audit?limit=" + limit), HttpStatus.BAD_REQUEST, "'limit' must be from 1 to 1000");
	}

	// Newest first, failures

	@Test
	void messagesAreListedNewestFirst() {
		MessageId first = later();
		// The ids of one millisecond are in the order of their shards.
		Instant created = this.operations.find(first).orElseThrow().createdAt();
		await().pollDelay(Duration.ZERO).until(() -> Instant.now().isAfter(created.plusMillis(1)));
		MessageId second = later();
		MvcTestResult page = get("/messages?order=newest&limit=1");
		assertThat(page).bodyJson().extractingPath("$.messages[*].id").isEqualTo(List.of(second.toString()));
		assertThat(page).bodyJson().extractingPath("$.next").isEqualTo(second.toString());
		assertThat(get("/messages?order=newest&after=" + second)).bodyJson()
			.extractingPath("$.messages[*].id")
			.isEqualTo(List.of(first.toString()));
		assertThat(get("/messages?order=oldest")).bodyJson()
			.extractingPath("$.messages[*].id")
			.isEqualTo(List.of(first.toString(), second.toString()));
		assertProblem(get("/messages?order=sideways"), HttpStatus.BAD_REQUEST,
				"'order' must be oldest or newest, was 'sideways'");
	}

	@Test
	void failuresOfOneCauseAreOneGroupAndRunAgainTogether() {
		assertThat(get("/failures")).bodyJson().extractingPath("$.groups").isEqualTo(List.of());
		for (String text : List.of("No customer 17", "No customer 4711", "Connection reset", "No customer 9")) {
			dead(text);
		}
		MessageId other = dead();
		MvcTestResult result = get("/failures");
		assertThat(result).bodyJson().extractingPath("$.messages").isEqualTo(5);
		assertThat(result).bodyJson().extractingPath("$.complete").isEqualTo(true);
		assertThat(result).bodyJson()
			.extractingPath("$.groups[*].message")
			.isEqualTo(List.of("No customer 9", "no", "Connection reset"));
		assertThat(result).bodyJson().extractingPath("$.groups[*].messages").isEqualTo(List.of(3, 1, 1));
		assertThat(result).bodyJson().extractingPath("$.groups[1].examples").isEqualTo(List.of(other.toString()));
		String fingerprint = JsonPath.read(Bodies.of(result), "$.groups[0].fingerprint");
		MvcTestResult retried = post("failures/" + fingerprint, Map.of("operation", "retry"));
		assertThat(retried).hasStatusOk().bodyJson().extractingPath("$.messages").isEqualTo(3);
		assertThat(latest().detail()).isEqualTo("3 messages");
		this.operations.drain(Duration.ofMinutes(1));
		assertThat(this.operations.failures(other)).hasSize(1);
		assertThat(this.operations.list(MessageQuery.all().task("fail.of")))
			.extracting((message) -> this.operations.failures(message.id()).size())
			.containsExactlyInAnyOrder(2, 2, 2, 1);
		assertProblem(post("failures/nothing", Map.of("operation", "retry")), HttpStatus.NOT_FOUND,
				"No failures 'nothing'");
		assertProblem(post("failures/" + fingerprint, Map.of("operation", "delete")), HttpStatus.BAD_REQUEST,
				"No operation 'delete': expected retry");
	}

	private void dead(String text) {
		MessageId id = this.operations.enqueue("fail.of", text);
		await().until(() -> this.operations.find(id).orElseThrow().state() == MessageState.DEAD);
	}

	// Bad input

	static Stream<String> operations() {
		return Stream.of("retry", "cancel", "cancel-tree", "reschedule", "delete", "pause", "resume", "run", "reset",
				"5", "purge", "", "<b>", "'; DROP TABLE message; --", "o".repeat(100_000), "a\u0000\nb");
	}

	@ParameterizedTest
	@MethodSource("operations")
	void operationOnWhatIsNotThereIsRefusedAndChangesNothing(String operation) {
		MessageId id = later();
		for (String kind : List.of("messages", "tasks", "queues", "schedules", "limits", "failures", "things")) {
			for (String name : HOSTILE) {
				MvcTestResult result = post(kind + "/" + name.replace("/", "%"),
						Map.of("operation", operation, "runAt", "10m"));
				assertThat(result.getResponse().getStatus()).as("%s %s", kind, name).isBetween(400, 409);
				String body = Bodies.of(result);
				assertThat(body).hasSizeLessThan(3000);
				if (!body.isEmpty()) {
					assertThat((String) JsonPath.read(body, "$.detail")).doesNotContain("\n")
						.doesNotContain("\u0000")
						.doesNotContain("\u001b");
				}
			}
		}
		assertThat(this.operations.find(id).orElseThrow().state()).isEqualTo(MessageState.SCHEDULED);
		assertThat(this.operations.stats().pauses()).isEmpty();
		assertThat(latest().outcome()).isEqualTo(Outcome.REFUSED);
		assertThat(latest().target()).hasSizeLessThanOrEqualTo(500);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Handlers handlers(TaskRegistry registry) {
			return new Handlers(registry);
		}

	}

	static final class Handlers {

		final List<AuditEvent> events = new CopyOnWriteArrayList<>();

		volatile CountDownLatch gate = new CountDownLatch(1);

		Handlers(TaskRegistry registry) {
			registry.register(TaskDefinition.builder("later", Void.class, (payload, context) -> null)
				.maxConcurrentPerKey(3)
				.build());
			registry.register("fail", Void.class, (payload, context) -> {
				throw new PermanentTaskException("no");
			});
			registry.register("fail.of", String.class, (payload, context) -> {
				throw new PermanentTaskException(payload);
			});
			registry.register("block", Void.class, (payload, context) -> this.gate.await(60, TimeUnit.SECONDS));
		}

		@EventListener
		void onAudit(AuditApplicationEvent event) {
			this.events.add(event.getAuditEvent());
		}

	}

}
