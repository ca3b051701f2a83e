package io.github.queuesqlite.actuate.endpoint;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.AuditEntry.Outcome;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.context.WebApplicationContext;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Messages that are handed in over HTTP. */
@SpringBootTest(properties = { "queue.sqlite.storage=temporary", "queue.sqlite.shards=2",
		"queue.sqlite.payload.max-size=2KB", "management.endpoints.web.exposure.include=queue",
		"management.endpoint.queue.access=unrestricted", "management.endpoint.queue.enqueue=hosted" })
class QueueEndpointEnqueueTests {

	private final MockMvcTester mvc;

	private final QueueOperations operations;

	private final EmbeddedQueue queue;

	@Autowired
	QueueEndpointEnqueueTests(WebApplicationContext context, EmbeddedQueue queue) {
		this.mvc = MockMvcTester.from(context);
		this.operations = queue.operations();
		this.queue = queue;
	}

	@AfterEach
	void clear() {
		this.operations.drain(Duration.ofMinutes(1));
		this.operations.purge(MessageQuery.all());
	}

	private MvcTestResult post(String path, Map<String, ?> body) {
		return this.mvc.post()
			.uri("/actuator/queue/" + path)
			.principal(() -> "ada")
			.contentType(MediaType.APPLICATION_JSON)
			.content(JsonMapper.shared().writeValueAsString(body))
			.exchange();
	}

	private MvcTestResult enqueue(String task, Map<String, ?> body) {
		return post("tasks/" + task + "/messages", body);
	}

	private Message stored(MvcTestResult result) {
		assertThat(result).hasStatusOk();
		return this.operations.find(MessageId.parse(JsonPath.read(Bodies.of(result), "$.id"))).orElseThrow();
	}

	private void assertRefused(MvcTestResult result, HttpStatus status, String detail) {
		assertThat(result).hasStatus(status);
		assertThat(result).bodyJson().extractingPath("$.status").isEqualTo(status.value());
		assertThat(result).bodyJson().extractingPath("$.detail").asString().contains(detail);
		assertThat(latest().outcome()).isEqualTo(Outcome.REFUSED);
		assertThat(latest().action()).isEqualTo("enqueue");
		assertThat(this.operations.list(MessageQuery.all())).isEmpty();
	}

	private AuditEntry latest() {
		return this.queue.audit().latest(1).get(0);
	}

	@Test
	void messageIsHandedInWithAllThatIsSaidOfIt() {
		Map<String, String> body = new HashMap<>();
		body.put("payload", "{\"to\": \"ada@example.org\", \"copies\": 2}");
		body.put("queue", "letters");
		body.put("priority", "high");
		body.put("delay", "1h");
		body.put("timeToLive", "2h");
		body.put("idempotencyKey", "order-1");
		body.put("uniqueKey", "u-1");
		body.put("orderingKey", "o-1");
		body.put("maxRetries", "7");
		body.put("source", "curl");
		body.put("tags", "red, green");
		body.put("headers", "{\"tenant\": \"acme\"}");
		Instant before = Instant.now();
		Message message = stored(enqueue("mail", body));
		assertThat(message.task()).isEqualTo("mail");
		assertThat(message.payload(Mail.class)).isEqualTo(new Mail("ada@example.org", 2));
		assertThat(message.queue()).isEqualTo("letters");
		assertThat(message.priority()).isEqualTo(2);
		assertThat(message.runAt()).isBetween(before.plusSeconds(3590), before.plusSeconds(3700));
		assertThat(message.expiresAt()).isBetween(before.plusSeconds(7190), before.plusSeconds(7300));
		assertThat(message.idempotencyKey()).isEqualTo("order-1");
		assertThat(message.uniqueKey()).isEqualTo("u-1");
		assertThat(message.orderingKey()).isEqualTo("o-1");
		assertThat(message.maxAttempts()).isEqualTo(8);
		assertThat(message.source()).isEqualTo("curl");
		assertThat(message.tags()).containsExactlyInAnyOrder("red", "green");
		assertThat(message.headers()).isEqualTo(Map.of("tenant", "acme"));
		assertThat(latest().actor()).isEqualTo("ada");
		assertThat(latest().action()).isEqualTo("enqueue");
		assertThat(latest().target()).isEqualTo("tasks/mail/messages");
		assertThat(latest().outcome()).isEqualTo(Outcome.DONE);
		assertThat(latest().detail()).isEqualTo("message " + message.id());
	}

	@Test
	void messageOfWhichNothingIsSaidIsAsItsTaskSays() {
		Message message = stored(this.mvc.post()
			.uri("/actuator/queue/tasks/slow/messages")
			.contentType(MediaType.APPLICATION_JSON)
			.exchange());
		assertThat(message.queue()).isEqualTo("letters");
		assertThat(message.priority()).isEqualTo(-5);
		assertThat(message.rawPayload()).isEmpty();
		assertThat(latest().actor()).isNull();
	}

	@Test
	void messageRunsAndItsResultIsThere() {
		MvcTestResult result = enqueue("greet", Map.of("payload", "\"Ada\""));
		MessageId id = stored(result).id();
		assertThat(this.operations.await(id, String.class, Duration.ofMinutes(1))).isEqualTo("Hello Ada");
		assertThat(enqueue("noop", Map.of())).hasStatusOk();
	}

	@Test
	void keyThatTheTaskMakesOfThePayloadHolds() {
		Message first = stored(enqueue("once", Map.of("payload", "{\"to\": \"a\", \"copies\": 1}", "delay", "1h")));
		Message again = stored(enqueue("once", Map.of("payload", "{\"copies\": 1, \"to\": \"a\"}", "delay", "1h")));
		assertThat(again.id()).isEqualTo(first.id());
		MvcTestResult refused = enqueue("once",
				Map.of("payload", "{\"copies\": 1, \"to\": \"a\"}", "onDuplicate", "throw"));
		assertThat(refused).hasStatus(HttpStatus.CONFLICT);
		assertThat(refused).bodyJson().extractingPath("$.detail").asString().contains(first.id().toString());
	}

	@Test
	void messageOfATaskThatIsNotHostedIsRefused() {
		assertRefused(enqueue("mial", Map.of()), HttpStatus.NOT_FOUND,
				"No task 'mial' in this process. Set 'management.endpoint.queue.enqueue' to 'any'");
	}

	@Test
	void nameThatIsNotKnownIsRefused() {
		assertRefused(enqueue("greet", Map.of("payload", "\"Ada\"", "prioritty", "high", "unknownNames", "x")),
				HttpStatus.BAD_REQUEST, "What a message has is not called so: prioritty, unknownNames");
		assertRefused(post("tasks/greet/messages?debug=true", Map.of()), HttpStatus.BAD_REQUEST,
				"not called so: debug");
	}

	@Test
	void payloadThatItsTaskCannotReadIsRefusedAndNotRepeated() {
		for (String payload : List.of("", "{", "{\"to\": \"a\", \"copies\": \"secret\"}", "secret", "[\"secret\"]",
				"[".repeat(3000), "{\"to\": 1} secret")) {
			MvcTestResult result = enqueue("mail", Map.of("payload", payload));
			assertRefused(result, HttpStatus.BAD_REQUEST, "'payload' must be a JSON text that task 'mail' can read");
			assertThat(Bodies.of(result)).doesNotContain("secret");
			assertThat(latest().detail()).doesNotContain("secret");
		}
		assertRefused(enqueue("mail", Map.of("payload", "{\n \"copies\": x}")), HttpStatus.BAD_REQUEST,
				"see line 2, column ");
	}

	@Test
	void payloadThatIsTooLargeIsRefused() {
		assertRefused(enqueue("greet", Map.of("payload", "\"" + "a".repeat(2100) + "\"")), HttpStatus.BAD_REQUEST,
				"more than the 2048 that 'payload.max-size' allows");
		assertRefused(enqueue("greet", Map.of("headers", "{\"a\": \"" + "a".repeat(2100) + "\"}")),
				HttpStatus.BAD_REQUEST, "more than the 2048 that 'payload.max-size' allows");
	}

	@Test
	void bodyThatIsNoObjectOfTextsIsRefused() {
		for (Object payload : List.of(Map.of("to", "a"), List.of("a"))) {
			assertThat(enqueue("mail", Map.of("payload", payload))).hasStatus(HttpStatus.BAD_REQUEST);
		}
		assertThat(post("tasks/mail/messages", Map.of()).getResponse().getStatus()).isEqualTo(200);
	}

	@ParameterizedTest
	@CsvSource({ "queue, a b, may hold letters", "queue, '', must have 1 to 200", "priority, urgentest, whole number",
			"priority, 99999999999, whole number", "delay, soon, must be a time as 10m", "delay, -1s, must be from",
			"delay, 99999999d, must be from", "delay, 9999999999999999999d, must be a time as 10m",
			"runAt, tomorrow, must be a time as", "runAt, 2999-01-01T00:00:00Z, must be at most 36525 days ahead",
			"timeToLive, 0s, must be from", "idempotencyKey, '', must have 1 to 500",
			"orderingKey, '', must have 1 to 500", "concurrencyKey, '', must have 1 to 500",
			"uniqueKey, '', must have 1 to 500", "onDuplicate, ignore, must be one of",
			"onDuplicate, replace, needs a 'uniqueKey'", "maxRetries, -1, must be from 0",
			"maxRetries, 1.5, whole number", "source, '', must have 1 to 500", "tags, 'a,,b', must have 1 to 500",
			"headers, a, must be a JSON object of texts", "headers, '{\"a\": 1}', must be a JSON object of texts",
			"headers, '[]', must be a JSON object of texts" })
	void valueThatCannotBeIsRefused(String name, String value, String detail) {
		assertRefused(enqueue("greet", Map.of(name, value)), HttpStatus.BAD_REQUEST, detail);
	}

	@Test
	void valuesThatDoNotGoTogetherAreRefused() {
		assertRefused(enqueue("greet", Map.of("delay", "1h", "runAt", "1h")), HttpStatus.BAD_REQUEST,
				"A message has a 'delay' or a 'runAt', not both");
		assertRefused(enqueue("greet", Map.of("orderingKey", "a", "concurrencyKey", "b")), HttpStatus.BAD_REQUEST,
				"not both");
	}

	static Stream<String> paths() {
		return Stream.of("tasks/greet/message", "tasks/greet/<b>", "queues/greet/messages", "messages/greet/messages",
				"tasks/%00/messages", "tasks/" + "g".repeat(3000) + "/messages", "tasks/'%20OR%201=1/messages",
				"tasks/greet%0d%0a/messages");
	}

	@ParameterizedTest
	@MethodSource("paths")
	void pathThatIsNoneIsRefused(String path) {
		MvcTestResult result = this.mvc.post()
			.uri(URI.create("/actuator/queue/" + path.replace("<b>", "%3Cb%3E")))
			.contentType(MediaType.APPLICATION_JSON)
			.content("{}")
			.exchange();
		assertThat(result.getResponse().getStatus()).isBetween(400, 404);
		assertThat(Bodies.of(result)).hasSizeLessThan(3000).doesNotContain("\r").doesNotContain("\u0000");
		assertThat(this.operations.list(MessageQuery.all())).isEmpty();
	}

	record Mail(String to, int copies) {

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

		Handlers(TaskRegistry registry) {
			registry.register("mail", Mail.class, (payload, context) -> null);
			registry.register("greet", String.class, (payload, context) -> "Hello " + payload);
			registry.register(TaskDefinition.builder("slow", String.class, (payload, context) -> null)
				.queue("letters")
				.priority(-5)
				.build());
			registry.register(TaskDefinition.builder("once", Mail.class, (payload, context) -> null)
				.uniqueKey((payload, codec, bytes) -> (payload instanceof Mail mail) ? mail.to() : null)
				.build());
		}

	}

}
