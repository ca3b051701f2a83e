package io.github.queuesqlite.dashboard;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
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
					"queue.sqlite.dashboard.show-values=always", "queue.sqlite.history.enabled=true")
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
		browser.leave();
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
		browser.awaitText(".empty", "The queue is empty");
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
	void messagesAreFilteredAndPagedNewestFirst() {
		queue().enqueueAll(Collections.nCopies(60, NewMessage.to("nobody.has.this").tags("red")));
		MessageId latest = queue().enqueue(NewMessage.to("later").delay(Duration.ofHours(1)));
		open("/#/messages");
		browser.awaitText("tbody tr", latest.toString());
		assertThat(browser.texts("tbody tr")).hasSize(50);
		browser.choose("Older");
		await().untilAsserted(() -> assertThat(browser.texts("tbody tr")).hasSize(11));
		browser.choose("Newest");
		browser.awaitText("tbody tr", latest.toString());
		browser.find("input[name=task]").sendKeys("nobody.has.this\n");
		await().untilAsserted(
				() -> assertThat(browser.texts("tbody td.name")).hasSize(50).containsOnly("nobody.has.this"));
		browser.find("input[name=id]").sendKeys(latest.toString().toLowerCase(Locale.ROOT) + "\n");
		browser.awaitText("h2", latest.toString());
		browser.awaitText(".summary", "due");
		browser.screenshot("message");
		open("/#/messages?tag=<script>alert(1)</script>");
		browser.awaitText(".empty", "None matches");
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void messagesAreFilteredByTheTimeTheyWereHandedIn() throws Exception {
		MessageId first = queue().enqueue(NewMessage.to("later").delay(Duration.ofHours(1)));
		Instant between = Instant.now().plusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
		await().until(() -> Instant.now().isAfter(between));
		MessageId second = queue().enqueue(NewMessage.to("later").delay(Duration.ofHours(1)));
		open("/#/messages");
		browser.awaitText("tbody tr", second.toString());
		enter("createdBefore", between);
		browser.choose("Search");
		await().untilAsserted(() -> assertThat(browser.texts("tbody td.id")).containsExactly(first.toString()));
		assertThat(browser.run("return location.hash")).asString().contains("createdBefore=");
		enter("createdBefore", null);
		enter("createdAfter", between);
		browser.choose("Search");
		await().untilAsserted(() -> assertThat(browser.texts("tbody td.id")).containsExactly(second.toString()));
		open("/#/messages?createdBefore=2025-01-01T00:00:00Z");
		browser.awaitText(".empty", "None matches");
		open("/#/messages?createdAfter=2025-01-01T00:00:00Z&createdBefore=2055-01-01T00:00:00Z");
		await().untilAsserted(
				() -> assertThat(browser.texts("tbody td.id")).containsExactly(second.toString(), first.toString()));
		assertThat(browser.complaints()).isEmpty();
		browser.run("location.hash = '#/messages?createdAfter=%3Cb%3E'");
		browser.awaitText("#connection", "'createdAfter' must be a time");
		browser.complaints(); // the answer was a 400
	}

	@Test
	void messagesAreFilteredByTheTimeTheyEnded() {
		MessageId first = queue().enqueue(NewMessage.to("later").delay(Duration.ofHours(1)));
		MessageId second = queue().enqueue(NewMessage.to("later").delay(Duration.ofHours(1)));
		queue().cancel(first);
		Instant between = Instant.now().plusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
		await().until(() -> Instant.now().isAfter(between));
		queue().cancel(second);
		MessageId third = queue().enqueue(NewMessage.to("later").delay(Duration.ofHours(1)));
		open("/#/messages");
		browser.awaitText("tbody tr", third.toString());
		enter("endedBefore", between);
		browser.choose("Search");
		await().untilAsserted(() -> assertThat(browser.texts("tbody td.id")).containsExactly(first.toString()));
		enter("endedBefore", null);
		enter("endedAfter", between);
		browser.choose("Search");
		await().untilAsserted(() -> assertThat(browser.texts("tbody td.id")).containsExactly(second.toString()));
		assertThat(browser.run("return location.hash")).asString().contains("endedAfter=");
		assertThat(browser.complaints()).isEmpty();
	}

	private static void enter(String field, Instant time) {
		browser.run("document.querySelector('input[name=%s]').value = %s".formatted(field, (time != null)
				? "((at) => new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 19))(new Date(%d))"
					.formatted(time.toEpochMilli())
				: "''"));
	}

	@Test
	void limitWhenChangedAndResetOnThePageIs() {
		queue().enqueue("limited", null);
		queue().drain(Duration.ofMinutes(1));
		open("/#/limits");
		browser.click("[aria-label='Change task:limited']");
		browser.find("#confirm-most").sendKeys("0");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "No operation '0': expected a number from 1, or reset");
		browser.click("[aria-label='Change task:limited']");
		browser.click("#confirm-no");
		assertThat(mostOfLimited()).isEqualTo(2);
		browser.click("[aria-label='Change task:limited']");
		browser.find("#confirm-most").sendKeys("5");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "task:limited is changed.");
		browser.awaitText("tbody .pill", "changed");
		browser.screenshot("limits");
		assertThat(mostOfLimited()).isEqualTo(5);
		browser.click("[aria-label='Reset task:limited']");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "task:limited is as declared.");
		await().untilAsserted(() -> assertThat(mostOfLimited()).isEqualTo(2));
		open("/#/processes");
		browser.awaitText("main", "reset limits/task:limited");
	}

	private static int mostOfLimited() {
		return queue().stats()
			.limits()
			.stream()
			.filter((limit) -> limit.name().equals("task:limited"))
			.findFirst()
			.orElseThrow()
			.most();
	}

	@Test
	void keyWhenPausedAndResumedOnThePageIs() {
		open("/#/limits");
		browser.awaitText("main", "No key is paused");
		browser.choose("Pause a key");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "A key is missing");
		browser.choose("Pause a key");
		browser.find("#confirm-key").sendKeys("customer <b>1</b>");
		browser.find("#confirm-until").sendKeys("1h");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "Key customer <b>1<");
		browser.awaitText("tbody .pill", "paused until");
		assertThat(queue().stats().pausedKeys()).containsExactly("customer <b>1</b>");
		browser.click("[aria-label='Resume key customer <b>1</b>']");
		browser.awaitText("main", "No key is paused");
		MessageId id = queue().enqueue(NewMessage.to("later").orderingKey("customer 1").delay(Duration.ofHours(1)));
		open("/#/messages/" + id);
		browser.click("[aria-label='Pause key customer 1']");
		browser.click("#confirm-yes");
		browser.awaitText(".facts .pill", "paused");
		assertThat(queue().stats().pausedKeys()).containsExactly("customer 1");
		browser.screenshot("key");
		browser.click("[aria-label='Resume key customer 1']");
		await().untilAsserted(() -> assertThat(queue().stats().pausedKeys()).isEmpty());
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void messageIsRetriedCancelledRescheduledAndDeletedAfterAQuestion() {
		MessageId dead = queue().enqueue("fail", null);
		queue().drain(Duration.ofMinutes(1));
		open("/#/messages/" + dead);
		browser.awaitText("h2 .pill", "dead");
		browser.awaitText(".timeline", "No such <b>customer</b>: 4711");
		browser.awaitText(".timeline", "Attempt 1 claimed by ");
		browser.awaitText(".timeline", "Dead from ");
		browser.choose("Retry");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "runs again");
		await().untilAsserted(() -> assertThat(queue().failures(dead)).hasSize(2));
		MessageId later = queue().enqueue(NewMessage.to("greet").payload("ada").delay(Duration.ofHours(1)));
		open("/#/messages/" + later);
		browser.choose("Reschedule");
		browser.find("#confirm-runAt").sendKeys("2h");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "another time");
		assertThat(queue().find(later).orElseThrow().runAt()).isAfter(Instant.now().plusSeconds(7000));
		browser.choose("Show the payload");
		browser.awaitText(".body pre", "\"ada\"");
		browser.choose("Cancel");
		browser.click("#confirm-yes");
		browser.awaitText("h2 .pill", "cancelled");
		browser.choose("Delete");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "deleted");
		assertThat(queue().find(later)).isEmpty();
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void messageWhenItIsNotThereSaysSo() {
		open("/#/messages/0000000000000");
		browser.awaitText(".empty", "No such message");
		open("/#/messages/%3Cimg%20src=x%20onerror=alert(1)%3E");
		browser.awaitText(".empty", "No such message");
	}

	@Test
	void runningMessageShowsItsProgress() {
		MessageId id = queue().enqueue("block", null);
		open("/#/messages/" + id);
		browser.awaitText(".progress", "40 % · half of it");
		tasks().gate.countDown();
		browser.awaitText("h2 .pill", "completed");
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void failuresOfOneKindStandTogetherAndRunAgainTogether() {
		queue().enqueueAll(Collections.nCopies(7, NewMessage.to("fail")));
		queue().drain(Duration.ofMinutes(1));
		open("/#/failures");
		browser.awaitText(".group .count", "7");
		browser.awaitText(".group .reason", "No such <b>customer</b>");
		browser.screenshot("failures");
		browser.click(".group button");
		browser.awaitText("#confirm-title", "Retry all 7?");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "7 messages run again");
		await().untilAsserted(() -> assertThat(queue().list(MessageQuery.all().state(MessageState.DEAD))).hasSize(7)
			.allSatisfy((message) -> assertThat(queue().failures(message.id())).hasSize(2)));
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void schedulesTellTheirNextTimesInWordsAndRun() {
		application.getBean(ScheduleOperations.class)
			.create(Schedule.of("nightly", NewMessage.to("greet").payload("ada")).cron("0 0 3 * * *"));
		open("/#/schedules");
		await().untilAsserted(() -> assertThat(browser.texts(".slots li")).hasSize(5));
		browser.screenshot("schedules");
		browser.click("[aria-label='Run schedule nightly now']");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "is enqueued");
		await().untilAsserted(() -> assertThat(queue().list(MessageQuery.all().task("greet"))).hasSize(1));
		browser.click("[aria-label='Pause schedule nightly']");
		browser.click("#confirm-yes");
		browser.awaitText("tbody .pill", "paused");
		application.getBean(ScheduleOperations.class).delete("nightly");
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void processesAndFilesAreShown() {
		queue().pause("default");
		queue().resume("default");
		open("/#/processes");
		browser.awaitText("tbody", "this one");
		assertThat(browser.texts("td.name")).contains("queue_shard_0.db");
		browser.screenshot("processes");
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void textOfOthersIsShownAsText() {
		String hostile = "<img src=x onerror=\"document.title='owned'\">\u0000\u202e'; DROP TABLE message; --";
		MessageId id = queue().enqueue(NewMessage.to("fail.hostile")
			.tags("<script>document.title='owned'</script>")
			.header("<b>", hostile)
			.orderingKey(hostile.replace("\u0000", ""))
			.payload(hostile)
			.source("</pre><script>document.title='owned'</script>"));
		queue().drain(Duration.ofMinutes(1));
		for (String part : new String[] { "/#/messages", "/#/failures", "/#/tasks", "/#/messages/" + id }) {
			open(part);
			browser.awaitText("main", "fail.hostile");
			assertThat(browser.run("return document.title")).asString().doesNotContain("owned");
			assertThat(browser.run("return document.querySelectorAll('main img, main script, main b b').length"))
				.isEqualTo(0L);
		}
		browser.choose("Show the payload");
		browser.awaitText(".body pre", "onerror");
		assertThat(browser.find(".facts").getText()).contains("<script>", "[U+202E]");
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void pageIsUsedByKeyboard() {
		open("/#/queues");
		browser.run("document.querySelector(\"[aria-label='Pause queue default']\").focus()");
		browser.press(Keys.ENTER);
		browser.awaitText("#confirm-title", "Pause queue default?");
		browser.press(Keys.ESCAPE);
		await().untilAsserted(() -> assertThat(browser.find("#confirm").isDisplayed()).isFalse());
		assertThat(queue().stats().pausedQueues()).isEmpty();
		assertThat(browser.run("return document.activeElement.getAttribute('aria-label')"))
			.isEqualTo("Pause queue default");
	}

	@Test
	void everyControlHasAName() {
		queue().enqueue("fail", null);
		queue().drain(Duration.ofMinutes(1));
		for (String part : new String[] { "/", "/#/queues", "/#/tasks", "/#/messages", "/#/failures", "/#/schedules",
				"/#/limits", "/#/processes" }) {
			open(part);
			assertThat(browser
				.run("""
						return [...document.querySelectorAll('button, a, input, select, [role=img]')]
						  .filter((node) => node.getClientRects().length && !(node.getAttribute('aria-label') || node.textContent.trim()
						    || node.closest('label')?.textContent.trim())).map((node) => node.outerHTML).join()"""))
				.as(part)
				.isEqualTo("");
			assertThat(browser.run("return document.querySelectorAll('main, nav[aria-label], h1, h2').length > 3"))
				.as(part)
				.isEqualTo(true);
		}
	}

	@Test
	void themeIsThatOfTheSystemUntilChosenAndStaysChosen() {
		open("/");
		String light = String.valueOf(browser.run("return getComputedStyle(document.body).backgroundColor"));
		browser.click("#theme");
		String dark = String.valueOf(browser.run("return getComputedStyle(document.body).backgroundColor"));
		assertThat(dark).isNotEqualTo(light);
		open("/#/queues");
		assertThat(browser.run("return getComputedStyle(document.body).backgroundColor")).isEqualTo(dark);
		browser.click("#theme");
		assertThat(browser.run("return getComputedStyle(document.body).backgroundColor")).isEqualTo(light);
	}

	@Test
	void pageWhenItIsNarrowDoesNotScrollSideways() {
		MessageId dead = queue().enqueue(NewMessage.to("fail").orderingKey("a-very-long-key".repeat(12)));
		queue().drain(Duration.ofMinutes(1));
		browser.size(500, 900);
		for (String part : new String[] { "/", "/#/queues", "/#/tasks", "/#/messages", "/#/messages/" + dead,
				"/#/failures", "/#/schedules", "/#/limits", "/#/processes" }) {
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
			registry.register(TaskDefinition.builder("fail.hostile", Object.class, (payload, run) -> {
				throw new PermanentTaskException(String.valueOf(payload));
			}).build());
			registry.register(
					TaskDefinition.builder("limited", Void.class, (nothing, run) -> null).maxConcurrent(2).build());
			registry.register("block", Void.class, (nothing, run) -> {
				run.progress(0.4, "half of it");
				this.gate.await();
				return null;
			});
		}

	}

}
