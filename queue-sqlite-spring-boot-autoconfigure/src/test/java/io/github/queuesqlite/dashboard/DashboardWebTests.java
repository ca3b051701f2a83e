package io.github.queuesqlite.dashboard;

import java.net.URI;
import java.util.List;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import io.github.queuesqlite.message.MessageId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MockMvcTester.MockMvcRequestBuilder;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

/** What the dashboard answers, and to whom. */
@ExtendWith(OutputCaptureExtension.class)
class DashboardWebTests {

	private static final String[] FILES = { "theme.js", "dashboard.js", "server.js", "elements.js", "words.js",
			"chart.js", "overview.js", "queues.js", "tasks.js", "messages.js", "message.js", "failures.js",
			"schedules.js", "limits.js", "processes.js", "dashboard.css", "icon.svg" };

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withUserConfiguration(Application.class)
		.withPropertyValues("queue.sqlite.storage=temporary", "queue.sqlite.dashboard.enabled=true");

	@Test
	void dashboardWhenNotEnabledIsNotThere() {
		this.runner.withPropertyValues("queue.sqlite.dashboard.enabled=false").run((context) -> {
			assertThat(get(context, "/")).hasStatus(HttpStatus.NOT_FOUND);
			assertThat(context).doesNotHaveBean(DashboardRecorder.class).doesNotHaveBean(DashboardHistory.class);
		});
	}

	@Test
	void pageHasAllItsFilesAndAsksNobodyElse() {
		this.runner.run((context) -> {
			MvcTestResult page = get(context, "/");
			assertThat(page).hasStatusOk().hasContentTypeCompatibleWith(MediaType.TEXT_HTML);
			assertThat(page).bodyText().contains("dashboard.js").doesNotContain("http:", "https:", "style=", "src=\"/");
			for (String file : FILES) {
				assertThat(get(context, "/" + file)).hasStatusOk();
			}
		});
	}

	@Test
	void pathWithoutSlashLeadsToTheFolderWhateverAProxyTookOff() {
		this.runner.withPropertyValues("queue.sqlite.dashboard.path=/internal/queues")
			.run((context) -> assertThat(MockMvcTester.from(context).get().uri("/internal/queues").exchange())
				.hasStatus(HttpStatus.FOUND)
				.hasHeader("Location", "queues/"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/", "/dashboard.js", "/nothing.js", "/api/queue", "/api/nothing", "/api/page" })
	void everyAnswerCarriesTheHeadersThatProtectThePage(String path) {
		this.runner.run((context) -> {
			MvcTestResult result = get(context, path);
			assertThat(result).headers()
				.hasValue("X-Content-Type-Options", "nosniff")
				.hasValue("X-Frame-Options", "DENY")
				.hasValue("Referrer-Policy", "no-referrer");
			assertThat(result.getResponse().getHeader("Content-Security-Policy"))
				.contains("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'")
				.doesNotContain("unsafe");
		});
	}

	@Test
	void fileWhenKnownToTheBrowserIsNotSentAgain() {
		this.runner.run((context) -> {
			String tag = get(context, "/dashboard.js").getResponse().getHeader("ETag");
			MvcTestResult again = MockMvcTester.from(context)
				.get()
				.uri("/queue-dashboard/dashboard.js")
				.header("If-None-Match", String.valueOf(tag))
				.exchange();
			assertThat(again).hasStatus(HttpStatus.NOT_MODIFIED);
			assertThat(again.getResponse().getContentLength()).isZero();
		});
	}

	@Test
	void numbersAreThoseOfTheEndpointAndAreNotKept() {
		this.runner.run((context) -> {
			context.getBean(QueueOperations.class).enqueue("mail.welcome", "secret");
			MvcTestResult report = get(context, "/api/queue");
			assertThat(report).bodyJson().extractingPath("$.length").isEqualTo(1);
			assertThat(report.getResponse().getHeader("Cache-Control")).isEqualTo("no-store");
			assertThat(get(context, "/api/queues")).bodyJson()
				.extractingPath("$.queues.default.states.READY")
				.isEqualTo(1);
			assertThat(get(context, "/api/messages?state=READY")).bodyJson()
				.extractingPath("$.messages[0].task")
				.isEqualTo("mail.welcome");
		});
	}

	@Test
	void changeWhenReadOnlyIsRefusedAndChangesNothing() {
		this.runner.run((context) -> {
			assertThat(pause(context).exchange()).hasStatus(HttpStatus.FORBIDDEN)
				.bodyJson()
				.extractingPath("$.detail")
				.asString()
				.contains("queue.sqlite.dashboard.access");
			assertThat(paused(context)).isEmpty();
			assertThat(get(context, "/api/page")).bodyJson().extractingPath("$.writable").isEqualTo(false);
		});
	}

	@Test
	void changeWhenAllowedIsMadeAndLeavesWhoDidIt() {
		writable().run((context) -> {
			assertThat(pause(context).principal(() -> "ada").exchange()).hasStatusOk()
				.bodyJson()
				.extractingPath("$.paused")
				.isEqualTo(true);
			assertThat(paused(context)).containsExactly("default");
			assertThat(context.getBean(EmbeddedQueue.class).audit().latest(1)).singleElement()
				.satisfies((entry) -> assertThat(entry.actor()).isEqualTo("ada"));
		});
	}

	@Test
	void changeWhenNameHasSlashNamesItInTheBody() {
		writable().run((context) -> {
			assertThat(key(context, "{\"name\": \"a/b\", \"operation\": \"pause\", \"until\": \"1h\"}")
				.principal(() -> "ada")).hasStatusOk().bodyJson().extractingPath("$.name").isEqualTo("a/b");
			assertThat(context.getBean(QueueOperations.class).stats().pausedKeys()).containsExactly("a/b");
			assertThat(context.getBean(EmbeddedQueue.class).audit().latest(1)).singleElement()
				.satisfies((entry) -> assertThat(entry.actor()).isEqualTo("ada"))
				.satisfies((entry) -> assertThat(entry.target()).isEqualTo("keys/a/b"));
			assertThat(key(context, "{\"name\": \"c\", \"operation\": \"pause\", \"state\": \"DEAD\"}"))
				.hasStatus(HttpStatus.BAD_REQUEST);
			assertThat(key(context, "{\"name\": \"\", \"operation\": \"pause\"}")).hasStatus(HttpStatus.BAD_REQUEST);
			assertThat(context.getBean(QueueOperations.class).stats().pausedKeys()).containsExactly("a/b");
		});
		this.runner.run((context) -> assertThat(key(context, "{\"name\": \"c\", \"operation\": \"pause\"}"))
			.hasStatus(HttpStatus.FORBIDDEN));
	}

	private static MockMvcRequestBuilder key(AssertableWebApplicationContext context, String body) {
		return MockMvcTester.from(context)
			.post()
			.uri("/queue-dashboard/api/keys")
			.contentType(MediaType.APPLICATION_JSON)
			.header("X-Queue-Dashboard", "true")
			.content(body);
	}

	@Test
	void changeWhenAnotherSiteCouldHaveSentItIsRefused() {
		writable().run((context) -> {
			MockMvcTester mvc = MockMvcTester.from(context);
			assertThat(mvc.post()
				.uri("/queue-dashboard/api/queues/default")
				.contentType(MediaType.APPLICATION_JSON)
				.content("{\"operation\": \"pause\"}")).hasStatus(HttpStatus.FORBIDDEN);
			assertThat(mvc.post()
				.uri("/queue-dashboard/api/queues/default")
				.contentType(MediaType.TEXT_PLAIN)
				.header("X-Queue-Dashboard", "true")
				.content("{\"operation\": \"pause\"}")).hasStatus(HttpStatus.FORBIDDEN);
			assertThat(mvc.post()
				.uri("/queue-dashboard/api/queues/default")
				.contentType(MediaType.APPLICATION_FORM_URLENCODED)
				.header("X-Queue-Dashboard", "true")
				.content("operation=pause")).hasStatus(HttpStatus.FORBIDDEN);
			assertThat(pause(context).header("Sec-Fetch-Site", "cross-site")).hasStatus(HttpStatus.FORBIDDEN);
			assertThat(paused(context)).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "null", "[]", "{", "\"pause\"", "{\"operation\": 1}", "{\"operation\": {\"a\": 1}}",
			"{\"operation\": \"pause\", \"unknown\": \"x\"}", "{\"operation\": \"<script>alert(1)</script>\"}",
			"{\"operation\": \"pause\", \"until\": \"'; DROP TABLE message; --\"}", "{\"operation\": \"\\u0000\"}" })
	void changeWhenItIsNotUnderstoodIsRefusedAndChangesNothing(String body) {
		writable().run((context) -> {
			assertThat(pause(context).content(body)).hasStatus(HttpStatus.BAD_REQUEST)
				.bodyJson()
				.extractingPath("$.status")
				.isEqualTo(400);
			assertThat(paused(context)).isEmpty();
		});
	}

	@Test
	void changeWhenItIsHugeIsRefused() {
		writable()
			.run((context) -> assertThat(pause(context).content("{\"operation\": \"" + "x".repeat(100_000) + "\"}"))
				.hasStatus(HttpStatus.CONTENT_TOO_LARGE));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/nothing", "/api/queues/nothing", "/api/tasks/<b>", "/api/messages/0000000000000",
			"/..%2f..%2fapplication.yml", "/application.yml", "/DashboardHandler.class" })
	void whatIsNotThereIsNotFound(String path) {
		this.runner.run((context) -> assertThat(get(context, path)).hasStatus(HttpStatus.NOT_FOUND));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/messages?state=NOTHING", "/api/messages?limit=0", "/api/messages?limit=9999999999",
			"/api/messages?after=x", "/api/messages?createdAfter=yesterday", "/api/messages/x",
			"/api/history?after=x" })
	void whatIsMalformedIsRefused(String path) {
		this.runner.run((context) -> assertThat(get(context, path)).hasStatus(HttpStatus.BAD_REQUEST));
	}

	@Test
	void valuesWhenNotAllowedAreHidden() {
		this.runner.run((context) -> assertThat(payload(context)).bodyJson()
			.extractingPath("$.payload.value")
			.isEqualTo("******"));
	}

	@Test
	void valuesWhenTheCallerHasTheRoleAreShown() {
		WebApplicationContextRunner roles = this.runner.withPropertyValues(
				"queue.sqlite.dashboard.show-values=when-authorized", "queue.sqlite.dashboard.roles=admin");
		roles.run((context) -> assertThat(payload(context)).bodyJson()
			.extractingPath("$.payload.value")
			.isEqualTo("******"));
		roles.run((context) -> {
			MessageId id = context.getBean(QueueOperations.class).enqueue("mail.welcome", "secret");
			assertThat(MockMvcTester.from(context)
				.get()
				.uri("/queue-dashboard/api/messages/" + id + "?payload=true")
				.principal(() -> "ada")
				.with((request) -> {
					request.addUserRole("admin");
					return request;
				})).bodyJson().extractingPath("$.payload.value").isEqualTo("secret");
		});
	}

	@Test
	void historyWhenNothingHappenedYetIsEmptyAndTellsItsProcess() {
		this.runner.run((context) -> {
			endPoints(context);
			MvcTestResult history = get(context, "/api/history");
			assertThat(history).bodyJson().extractingPath("$.points").isEqualTo(List.of());
			assertThat(history).bodyJson().extractingPath("$.process").asString().isNotEmpty();
			assertThat(history).bodyJson().extractingPath("$.step").isEqualTo(10);
		});
	}

	@Test
	void historyWhenTheApplicationIsLazyBeginsWithIt() {
		this.runner.withBean(LazyInitializationBeanFactoryPostProcessor.class)
			.run((context) -> assertThat(context.getBeanFactory().containsSingleton("queueDashboardHistory")).isTrue());
	}

	@Test
	void historyHasWhatTheEngineReports() {
		this.runner.run((context) -> {
			endPoints(context);
			context.getBean(QueueOperations.class).enqueue("mail.welcome", "secret");
			assertThat(get(context, "/api/history")).bodyJson()
				.extractingPath("$.current.tasks['mail.welcome'].enqueued")
				.isEqualTo(1);
		});
	}

	/** What is current stays so, however long the test stands still. */
	private static void endPoints(AssertableWebApplicationContext context) {
		context.getBean(DashboardHistory.class).close();
	}

	@Test
	void startWithoutActuatorSaysWhatIsMissing() {
		new WebApplicationContextRunner().withUserConfiguration(Alone.class)
			.withPropertyValues("queue.sqlite.storage=temporary", "queue.sqlite.dashboard.enabled=true")
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("'queue.sqlite.dashboard.enabled' is true, but the dashboard needs Actuator.")
				.extracting((failure) -> ((FailureAnalyzedException) failure).analysis().getAction(), as(STRING))
				.contains("spring-boot-starter-actuator"));
	}

	@Test
	void startWithoutSpringMvcHasNoDashboardAndSaysSo(CapturedOutput output) {
		new ReactiveWebApplicationContextRunner().withUserConfiguration(Alone.class)
			.withPropertyValues("queue.sqlite.storage=temporary", "queue.sqlite.dashboard.enabled=true")
			.withClassLoader(new FilteredClassLoader("org.springframework.web.servlet", "jakarta.servlet"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DashboardHistory.class));
		assertThat(output).containsOnlyOnce("there is no dashboard, since it needs Spring MVC");
		new WebApplicationContextRunner().withUserConfiguration(Alone.class)
			.withPropertyValues("queue.sqlite.storage=temporary", "queue.sqlite.dashboard.enabled=true")
			.withClassLoader(new FilteredClassLoader("org.springframework.web.servlet"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DashboardHistory.class));
		assertThat(output.getOut().split("since it needs Spring MVC")).hasSize(3);
		new ApplicationContextRunner().withUserConfiguration(Alone.class)
			.withPropertyValues("queue.sqlite.storage=temporary", "queue.sqlite.dashboard.enabled=true")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DashboardHistory.class));
	}

	@Test
	void nativeImageHasThePageAndItsJson() {
		RuntimeHints hints = new RuntimeHints();
		new DashboardRuntimeHints().registerHints(hints, null);
		for (String file : FILES) {
			assertThat(RuntimeHintsPredicates.resource().forResource("io/github/queuesqlite/dashboard/" + file))
				.accepts(hints);
		}
		assertThat(RuntimeHintsPredicates.reflection().onType(TaskActivity.class)).accepts(hints);
	}

	private WebApplicationContextRunner writable() {
		return this.runner.withPropertyValues("queue.sqlite.dashboard.access=unrestricted");
	}

	private static MvcTestResult payload(AssertableWebApplicationContext context) {
		MessageId id = context.getBean(QueueOperations.class).enqueue("mail.welcome", "secret");
		return get(context, "/api/messages/" + id + "?payload=true");
	}

	private static MvcTestResult get(AssertableWebApplicationContext context, String path) {
		return MockMvcTester.from(context)
			.get()
			.uri(URI.create("/queue-dashboard" + path.replace("<", "%3C").replace(">", "%3E")))
			.exchange();
	}

	private static MockMvcRequestBuilder pause(AssertableWebApplicationContext context) {
		return MockMvcTester.from(context)
			.post()
			.uri("/queue-dashboard/api/queues/default")
			.contentType(MediaType.APPLICATION_JSON)
			.header("X-Queue-Dashboard", "true")
			.content("{\"operation\": \"pause\"}");
	}

	private static Iterable<String> paused(AssertableWebApplicationContext context) {
		return context.getBean(QueueOperations.class).stats().pausedQueues();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ QueueAutoConfiguration.class, DashboardAutoConfiguration.class })
	static class Alone {

	}

}
