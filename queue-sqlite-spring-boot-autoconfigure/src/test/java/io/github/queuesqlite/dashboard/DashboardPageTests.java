package io.github.queuesqlite.dashboard;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Looks at the dashboard with a real browser, below a context path. Skipped where there
 * is none.
 */
class DashboardPageTests {

	@TempDir
	static Path directory;

	static DashboardBrowser browser;

	static ConfigurableApplicationContext application;

	static int port;

	@BeforeAll
	static void start() {
		browser = new DashboardBrowser();
		startApplication(0);
	}

	private static void startApplication(int onPort) {
		application = new SpringApplicationBuilder(Application.class)
			.properties("server.port=" + onPort, "server.servlet.context-path=/shop", "spring.application.name=Shop",
					"spring.main.banner-mode=off", "queue.sqlite.directory=" + directory,
					"queue.sqlite.dashboard.enabled=true", "queue.sqlite.dashboard.access=unrestricted",
					"queue.sqlite.dashboard.show-values=always")
			.run();
		port = ((WebServerApplicationContext) application).getWebServer().getPort();
	}

	@AfterAll
	static void stop() {
		if (browser != null) {
			browser.close();
		}
		if (application != null) {
			application.close();
		}
	}

	@BeforeEach
	void empty() {
		browser.size(1360, 1000);
		browser.complaints(); // those of another test
	}

	@AfterEach
	void clear() {
		tasks().gate.countDown();
		queue().resume("default");
		queue().drain(Duration.ofMinutes(1));
		queue().purge(MessageQuery.all());
		tasks().gate = new CountDownLatch(1);
	}

	private static QueueOperations queue() {
		return application.getBean(QueueOperations.class);
	}

	private static Tasks tasks() {
		return application.getBean(Tasks.class);
	}

	private static void open(String part) {
		browser.open("http://localhost:" + port + "/shop/queue-dashboard" + part);
	}

	@Test
	void pageWhenNothingIsThereSaysSo() {
		open("");
		browser.awaitText("#application", "Shop");
		browser.awaitText(".empty", "Nothing has been enqueued yet");
		assertThat(browser.texts(".chart h3")).hasSize(4);
		browser.screenshot("empty");
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void numbersMoveByThemselves() {
		open("/");
		browser.awaitText(".tile .value.dead, .tile .value.failed", "0");
		queue().enqueue("fail", null);
		browser.awaitText(".tile .value.failed", "1");
		queue().enqueueAll(Collections.nCopies(25, NewMessage.to("nobody.has.this")));
		browser.awaitText(".tile .value.waiting", "25");
		browser.awaitText(".problems", "nobody.has.this");
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void queueWhenPausedAndResumedOnThePageIs() {
		open("/#/queues");
		browser.click("[aria-label='Pause queue default']");
		browser.awaitText("#confirm-title", "Pause queue default?");
		browser.click("#confirm-no");
		assertThat(queue().stats().pausedQueues()).isEmpty();
		browser.click("[aria-label='Pause queue default']");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "is paused");
		browser.awaitText("tbody .pill", "paused");
		assertThat(queue().stats().pausedQueues()).containsExactly("default");
		browser.click("[aria-label='Resume queue default']");
		browser.awaitText("#notice", "goes on");
		await().untilAsserted(() -> assertThat(queue().stats().pausedQueues()).isEmpty());
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void pauseWhenItsTimeIsWrongSaysWhatWouldBeRight() {
		open("/#/queues");
		browser.click("[aria-label='Pause queue default']");
		browser.find("#confirm-until").sendKeys("<b>soon</b>");
		browser.click("#confirm-yes");
		browser.awaitText("#notice",
				"'until' must be a time as 2026-01-31T12:00:00Z or from now as 10m, was '<b>soon</b>'");
		assertThat(queue().stats().pausedQueues()).isEmpty();
	}

	@Test
	void tasksShowWhatTheyDo() {
		queue().enqueue("greet", "ada");
		queue().drain(Duration.ofMinutes(1));
		open("/#/tasks");
		await().untilAsserted(() -> assertThat(browser.texts("tbody tr"))
			.anyMatch((row) -> row.startsWith("greet") && row.contains("1")));
		browser.screenshot("tasks");
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void pageWhenItIsNarrowDoesNotScrollSideways() {
		queue().enqueue("fail", null);
		browser.size(500, 900);
		for (String part : new String[] { "/", "/#/queues", "/#/tasks" }) {
			open(part);
			await().untilAsserted(() -> assertThat(browser.sideways()).as(part).isZero());
		}
	}

	@Test
	void pageWhenTheApplicationRestartsSaysSoAndGoesOn() {
		open("/");
		int before = port;
		application.close();
		browser.awaitText("#connection", "does not answer");
		browser.awaitText("#live", "Not live");
		startApplication(before);
		await().atMost(Duration.ofMinutes(1))
			.untilAsserted(() -> assertThat(browser.find("#live").getText()).isEqualTo("Live"));
		browser.awaitText("#connection", "started anew");
		browser.complaints(); // it could not reach the application
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Tasks tasks(TaskRegistry registry) {
			return new Tasks(registry);
		}

	}

	/** The handlers. */
	static final class Tasks {

		volatile CountDownLatch gate = new CountDownLatch(1);

		Tasks(TaskRegistry registry) {
			registry.register("greet", String.class, (name, run) -> "Hello " + name);
			registry.register(TaskDefinition.builder("fail", Void.class, (nothing, run) -> {
				throw new PermanentTaskException("No such <b>customer</b>: 4711");
			}).build());
			registry.register("block", Void.class, (nothing, run) -> {
				this.gate.await();
				return null;
			});
		}

	}

}
