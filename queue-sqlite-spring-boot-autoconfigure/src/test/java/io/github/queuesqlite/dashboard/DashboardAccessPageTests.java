package io.github.queuesqlite.dashboard;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleOperations;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What who may do what sees in a real browser, behind Spring Security and a proxy.
 * Skipped where there is none.
 */
class DashboardAccessPageTests {

	static DashboardBrowser browser;

	static ConfigurableApplicationContext application;

	@BeforeAll
	static void start() {
		browser = new DashboardBrowser();
		application = run(DashboardSecurityTests.Application.class, "queue.sqlite.dashboard.access=unrestricted",
				"queue.sqlite.dashboard.show-values=when-authorized", "queue.sqlite.dashboard.roles=ROLE_OPERATOR");
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
	void leave() {
		browser.leave();
		browser.headers(Map.of());
		browser.complaints(); // those of another test
		queue().resume("default");
	}

	private static ConfigurableApplicationContext run(Class<?> configuration, String... properties) {
		return new SpringApplicationBuilder(configuration)
			.properties("server.port=0", "spring.main.banner-mode=off", "queue.sqlite.storage=temporary",
					"queue.sqlite.dashboard.enabled=true")
			.properties(properties)
			.run();
	}

	private static QueueOperations queue() {
		return application.getBean(QueueOperations.class);
	}

	private static int port(ConfigurableApplicationContext application) {
		return ((WebServerApplicationContext) application).getWebServer().getPort();
	}

	private static String page(ConfigurableApplicationContext application) {
		return "http://localhost:" + port(application) + "/queue-dashboard/";
	}

	private static void signIn(String user) {
		String credentials = Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
		browser.headers(Map.of("Authorization", "Basic " + credentials));
	}

	@Test
	void operatorBehindAProxyThatTakesItsPrefixOffSeesAndChangesThings() throws Exception {
		MessageId id = queue().enqueue(NewMessage.to("nobody.has.this").payload("ada"));
		signIn("operator");
		try (StrippingProxy proxy = new StrippingProxy("/tools/queue", port(application))) {
			browser.open(proxy.address() + "/queue-dashboard");
			assertThat(browser.run("return location.pathname")).isEqualTo("/tools/queue/queue-dashboard/");
			browser.awaitText("#who", "operator");
			browser.choose("Queues");
			browser.click("[aria-label='Pause queue default']");
			browser.click("#confirm-yes");
			browser.awaitText("#notice", "Queue default is paused");
			assertThat(queue().stats().pausedQueues()).containsExactly("default");
			assertThat(application.getBean(EmbeddedQueue.class).audit().latest(1).get(0).actor()).isEqualTo("operator");
			browser.run("location.hash = '#/messages/" + id + "'");
			browser.choose("Show the payload");
			browser.awaitText(".body pre", "\"ada\"");
			assertThat(browser.complaints()).isEmpty();
			browser.leave();
		}
	}

	@Test
	void viewerIsToldWhatHeMayNotSeeOrDo() {
		MessageId id = queue().enqueue(NewMessage.to("nobody.has.this").payload("ada"));
		signIn("viewer");
		browser.open(page(application) + "#/messages/" + id);
		browser.choose("Show the payload");
		browser.awaitText(".body", "hidden: see queue.sqlite.dashboard.show-values");
		browser.choose("Delete");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "You may not do this");
		assertThat(queue().find(id)).isPresent();
	}

	@Test
	void pageWhenWhoLooksIsSignedOutSaysSoAndGoesOnOnceHeIsBack() {
		signIn("viewer");
		browser.open(page(application));
		browser.headers(Map.of());
		browser.awaitText("#connection", "You are signed out: load the page again to sign in");
		browser.awaitText("#live", "Not live");
		signIn("viewer");
		await().atMost(Duration.ofMinutes(1))
			.untilAsserted(() -> assertThat(browser.find("#live").getText()).isEqualTo("Live"));
		assertThat(browser.find("#connection").isDisplayed()).isFalse();
	}

	@Test
	void pageWhenItIsReadOnlyHasNothingThatChangesAnything() {
		try (ConfigurableApplicationContext readOnly = run(DashboardPageTests.Application.class)) {
			QueueOperations operations = readOnly.getBean(QueueOperations.class);
			MessageId dead = operations.enqueue("fail", null);
			operations.enqueue("limited", null);
			operations.drain(Duration.ofMinutes(1));
			MessageId later = operations
				.enqueue(NewMessage.to("later").orderingKey("customer 1").delay(Duration.ofHours(1)));
			readOnly.getBean(ScheduleOperations.class)
				.create(Schedule.of("nightly", NewMessage.to("greet")).cron("0 0 3 * * *"));
			for (String part : List.of("", "#/queues", "#/tasks", "#/messages?state=DEAD", "#/messages/" + dead,
					"#/messages/" + later, "#/failures", "#/schedules", "#/limits", "#/processes")) {
				browser.open(page(readOnly) + part);
				browser.awaitText("#who", "read-only");
				assertThat(browser.run("""
						return [...document.querySelectorAll('main button')].map((button) => button.textContent)
						  .filter((text) => !['Search', 'Newest', 'Older', 'Stop'].includes(text)
						    && !text.startsWith('Show the ')).join()""")).as(part).isEqualTo("");
			}
			assertThat(browser.complaints()).isEmpty();
			browser.leave();
		}
	}

}
