package io.github.queuesqlite.actuate.endpoint;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Names that a path cannot carry, over HTTP, on servers that refuse encoded slashes.
 */
class QueueEndpointNameTests {

	private static final List<String> KEYS = List.of("a/b", "/", "../..", "a;b=c", "%2F", "%", "a b?c#d&e=f+g", "a\\b",
			"\u043a\u043b\u044e\u0447/\u00df \ud83d\ude00", "\"q\"", "<b>'; DROP TABLE message; --", "a\r\nb\u0000",
			"k".repeat(500));

	private final HttpClient client = HttpClient.newHttpClient();

	private void run(WebApplicationType type, Check check) throws Exception {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class).web(type)
			.properties("server.port=0", "queue.sqlite.storage=temporary",
					"management.endpoints.web.exposure.include=queue", "management.endpoint.queue.access=unrestricted")
			.run()) {
			int port = ((WebServerApplicationContext) context).getWebServer().getPort();
			check.accept(context, new Endpoint(this.client, "http://localhost:" + port + "/actuator/queue"));
		}
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void keyOfAnyCharactersIsPausedShownAndResumed(WebApplicationType type) throws Exception {
		run(type, (context, endpoint) -> {
			QueueOperations operations = context.getBean(QueueOperations.class);
			for (String key : KEYS) {
				Answer paused = endpoint.post("/keys", Map.of("name", key, "operation", "pause", "until", "1h"));
				assertThat(paused.status()).as(paused.body().toString()).isEqualTo(200);
				assertThat(paused.body().at("/name").asString()).isEqualTo(key);
				assertThat(Instant.parse(paused.body().at("/pausedUntil").asString())).isAfter(Instant.now());
				assertThat(operations.stats().pausedKeys()).containsExactly(key);
				assertThat(context.getBean(EmbeddedQueue.class).audit().latest(1)).extracting(AuditEntry::action)
					.containsExactly("pause");
				assertThat(endpoint.get("/keys?name=" + encoded(key)).body().at("/paused").asBoolean()).isTrue();
				assertThat(endpoint.get("/keys").body().get("keys").get(key).get("paused").asBoolean()).isTrue();
				Answer resumed = endpoint.post("/keys", Map.of("name", key, "operation", "resume"));
				assertThat(resumed.body().at("/paused").asBoolean()).isFalse();
				assertThat(operations.stats().pausedKeys()).isEmpty();
			}
		});
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void keyInThePathIsTheSameWhereAPathCanCarryIt(WebApplicationType type) throws Exception {
		run(type, (context, endpoint) -> {
			assertThat(endpoint.post("/keys/tenant%201", Map.of("operation", "pause")).status()).isEqualTo(200);
			assertThat(endpoint.get("/keys?name=tenant+1").body().at("/paused").asBoolean()).isTrue();
			assertThat(endpoint.post("/keys", Map.of("name", "tenant 1", "operation", "resume")).status())
				.isEqualTo(200);
			assertThat(endpoint.get("/keys/tenant%201").body().at("/paused").asBoolean()).isFalse();
		});
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void limitThatHoldsAKeyIsShown(WebApplicationType type) throws Exception {
		run(type, (context, endpoint) -> {
			QueueOperations operations = context.getBean(QueueOperations.class);
			operations.weigh("a/b", 3);
			operations.enqueue(NewMessage.to("limited").concurrencyKey("a/b"));
			await().until(() -> endpoint.get("/limits?name=weight:a/b").status() == 200);
			assertThat(endpoint.get("/limits?name=weight:a/b").body().at("/most").asInt()).isEqualTo(3);
			Answer changed = endpoint.post("/limits", Map.of("name", "keys:limited", "operation", "5"));
			assertThat(changed.body().at("/most").asInt()).isEqualTo(5);
			assertThat(endpoint.post("/limits", Map.of("name", "weight:a/b", "operation", "5")).status())
				.isEqualTo(400);
		});
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void nameThatCannotBeIsRefused(WebApplicationType type) throws Exception {
		run(type, (context, endpoint) -> {
			for (String name : List.of("", "k".repeat(501))) {
				assertThat(endpoint.get("/keys?name=" + name).status()).isEqualTo(400);
				assertThat(endpoint.post("/keys", Map.of("name", name, "operation", "pause")).status()).isEqualTo(400);
			}
			assertRefused(endpoint.post("/keys", Map.of("operation", "pause")), 404, "No kind 'keys'");
			assertRefused(endpoint.get("/queues?name=default"), 400, "'name' belongs to keys and limits");
			assertRefused(endpoint.post("/queues", Map.of("name", "default", "operation", "pause")), 400,
					"'name' belongs to keys and limits");
			assertRefused(endpoint.post("/keys", Map.of("name", "a", "operation", "pause", "state", "DEAD")), 400,
					"A filter belongs to messages");
			assertRefused(endpoint.post("/messages", Map.of("operation", "retry", "state", "DEAD", "until", "1h")), 400,
					"'until' belongs to the operation pause");
			assertThat(context.getBean(QueueOperations.class).stats().pauses()).isEmpty();
			assertThat(context.getBean(EmbeddedQueue.class).audit().latest(10)).extracting(AuditEntry::outcome)
				.containsOnly(AuditEntry.Outcome.REFUSED)
				.hasSize(6);
		});
	}

	private static void assertRefused(Answer answer, int status, String detail) {
		assertThat(answer.status()).isEqualTo(status);
		assertThat(answer.body().at("/detail").asString()).contains(detail);
	}

	private static String encoded(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	/** What to look at while the application runs. */
	@FunctionalInterface
	private interface Check {

		void accept(ConfigurableApplicationContext context, Endpoint endpoint) throws Exception;

	}

	/** What the endpoint has answered. */
	private record Answer(int status, JsonNode body) {

	}

	/** The endpoint as scripts reach it. */
	private record Endpoint(HttpClient client, String url) {

		Answer get(String path) throws IOException, InterruptedException {
			return send(HttpRequest.newBuilder(URI.create(this.url + path)).build());
		}

		Answer post(String path, Map<String, String> body) throws IOException, InterruptedException {
			return send(HttpRequest.newBuilder(URI.create(this.url + path))
				.header("Content-Type", "application/json")
				.POST(HttpRequest.BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(new HashMap<>(body))))
				.build());
		}

		private Answer send(HttpRequest request) throws IOException, InterruptedException {
			HttpResponse<String> response = this.client.send(request, HttpResponse.BodyHandlers.ofString());
			return new Answer(response.statusCode(), JsonMapper.shared().readTree(response.body()));
		}

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
			registry.register(TaskDefinition.builder("limited", Void.class, (payload, context) -> null)
				.maxConcurrentPerKey(2)
				.build());
		}

	}

}
