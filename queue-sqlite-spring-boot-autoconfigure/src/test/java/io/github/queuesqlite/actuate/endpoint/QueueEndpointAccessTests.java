package io.github.queuesqlite.actuate.endpoint;

import java.util.List;
import java.util.Map;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.AuditEntry.Outcome;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;

/** What the access levels and {@code show-values} allow. */
class QueueEndpointAccessTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withUserConfiguration(Application.class)
		.withPropertyValues("queue.sqlite.storage=temporary", "queue.sqlite.worker.enabled=false",
				"management.endpoints.web.exposure.include=queue");

	@Test
	void operationWhenAccessIsNotSetIsRefused() {
		this.runner.run((context) -> {
			assertThat(get(context, "/queues/default")).hasStatusOk();
			assertThat(pause(context)).hasStatus(HttpStatus.METHOD_NOT_ALLOWED);
			assertThat(context.getBean(QueueOperations.class).stats().pausedQueues()).isEmpty();
		});
	}

	@Test
	void operationOnManyWhenAccessIsNotSetIsRefused() {
		this.runner.run((context) -> {
			context.getBean(QueueOperations.class).enqueue("mail.welcome", "secret");
			assertThat(MockMvcTester.from(context)
				.post()
				.uri("/actuator/queue/messages")
				.contentType(MediaType.APPLICATION_JSON)
				.content("{\"operation\": \"purge\", \"state\": \"READY\"}")
				.exchange()).hasStatus(HttpStatus.METHOD_NOT_ALLOWED);
			assertThat(context.getBean(QueueOperations.class).length()).isOne();
		});
	}

	@Test
	void operationWhenAccessIsUnrestrictedIsAllowed() {
		this.runner.withPropertyValues("management.endpoint.queue.access=UNRESTRICTED").run((context) -> {
			assertThat(pause(context)).hasStatusOk();
			assertThat(context.getBean(QueueOperations.class).stats().pausedQueues()).containsExactly("default");
		});
	}

	@Test
	void operationWhenNoMoreThanReadingIsPermittedIsRefused() {
		this.runner
			.withPropertyValues("management.endpoint.queue.access=UNRESTRICTED",
					"management.endpoints.access.max-permitted=READ_ONLY")
			.run((context) -> assertThat(pause(context)).hasStatus(HttpStatus.METHOD_NOT_ALLOWED));
	}

	@Test
	void anythingWhenAccessIsNoneIsNotFound() {
		this.runner.withPropertyValues("management.endpoint.queue.access=NONE")
			.run((context) -> assertThat(get(context, "")).hasStatus(HttpStatus.NOT_FOUND));
	}

	@Test
	void valuesWhenNotConfiguredAreHiddenEvenFromTheAuthorized() {
		this.runner.run((context) -> assertThat(payload(context)).bodyJson()
			.extractingPath("$.payload.value")
			.isEqualTo("******"));
	}

	@Test
	void valuesWhenAlwaysShownAreShown() {
		this.runner.withPropertyValues("management.endpoint.queue.show-values=always")
			.run((context) -> assertThat(payload(context)).bodyJson()
				.extractingPath("$.payload.value")
				.isEqualTo("secret"));
	}

	@Test
	void valuesWhenTheCallerLacksTheRoleAreHidden() {
		this.runner
			.withPropertyValues("management.endpoint.queue.show-values=when-authorized",
					"management.endpoint.queue.roles=admin")
			.run((context) -> assertThat(payload(context)).bodyJson()
				.extractingPath("$.payload.value")
				.isEqualTo("******"));
	}

	@Test
	void enqueueWhenNotAllowedIsRefused() {
		this.runner.run((context) -> assertThat(enqueue(context)).hasStatus(HttpStatus.NOT_FOUND));
		this.runner.withPropertyValues("management.endpoint.queue.enqueue=any")
			.run((context) -> assertThat(enqueue(context)).hasStatus(HttpStatus.NOT_FOUND));
		this.runner.withPropertyValues("management.endpoint.queue.access=UNRESTRICTED").run((context) -> {
			assertThat(enqueue(context)).hasStatus(HttpStatus.FORBIDDEN)
				.bodyJson()
				.extractingPath("$.detail")
				.asString()
				.contains("set 'management.endpoint.queue.enqueue' to 'hosted' or 'any'");
			assertThat(context.getBean(QueueOperations.class).length()).isZero();
			assertThat(context.getBean(EmbeddedQueue.class).audit().latest(1).get(0).outcome())
				.isEqualTo(Outcome.REFUSED);
		});
	}

	@Test
	void enqueueWhenAnyTaskIsAllowedTakesWhatNobodyHosts() {
		this.runner
			.withPropertyValues("management.endpoint.queue.access=UNRESTRICTED",
					"management.endpoint.queue.enqueue=any")
			.run((context) -> {
				assertThat(enqueue(context)).hasStatusOk();
				Message message = context.getBean(QueueOperations.class).list(MessageQuery.all()).get(0);
				assertThat(message.task()).isEqualTo("nobody.has.this");
				assertThat(message.payload(Object.class)).isEqualTo(Map.of("a", List.of(1)));
			});
	}

	@Test
	void historyWhenItIsRecordedIsShown() {
		this.runner.withPropertyValues("queue.sqlite.history.enabled=true").run((context) -> {
			MessageId id = context.getBean(QueueOperations.class).enqueue("mail.welcome", "secret");
			context.getBean(QueueOperations.class).cancel(id);
			assertThat(get(context, "/messages/" + id)).bodyJson()
				.extractingPath("$.history[*].state")
				.isEqualTo(List.of("READY", "CANCELLED"));
		});
		this.runner.run((context) -> {
			MessageId id = context.getBean(QueueOperations.class).enqueue("mail.welcome", "secret");
			assertThat(get(context, "/messages/" + id)).bodyJson().extractingPath("$.history").isEqualTo(List.of());
		});
	}

	private static MvcTestResult enqueue(AssertableWebApplicationContext context) {
		return MockMvcTester.from(context)
			.post()
			.uri("/actuator/queue/tasks/nobody.has.this/messages")
			.contentType(MediaType.APPLICATION_JSON)
			.content("{\"payload\": \"{\\\"a\\\": [1]}\"}")
			.exchange();
	}

	private static MvcTestResult payload(AssertableWebApplicationContext context) {
		MessageId id = context.getBean(QueueOperations.class).enqueue("mail.welcome", "secret");
		return MockMvcTester.from(context)
			.get()
			.uri("/actuator/queue/messages/" + id + "?payload=true")
			.principal(() -> "operator")
			.exchange();
	}

	private static MvcTestResult get(AssertableWebApplicationContext context, String path) {
		return MockMvcTester.from(context).get().uri("/actuator/queue" + path).exchange();
	}

	private static MvcTestResult pause(AssertableWebApplicationContext context) {
		return MockMvcTester.from(context)
			.post()
			.uri("/actuator/queue/queues/default")
			.contentType(MediaType.APPLICATION_JSON)
			.content("{\"operation\": \"pause\"}")
			.exchange();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
