package io.github.queuesqlite.dashboard;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.AuditEntry;
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
		browser.wide();
		browser.colours("light");
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
	void messagesAreFoundByAnyOfTheirKeys() {
		MessageId ordered = queue()
			.enqueue(NewMessage.to("later").orderingKey("order 4711").delay(Duration.ofHours(1)));
		MessageId unique = queue().enqueue(NewMessage.to("later").uniqueKey("order 4711").delay(Duration.ofHours(1)));
		queue().enqueue(NewMessage.to("later").orderingKey("order 47110").delay(Duration.ofHours(1)));
		open("/#/messages");
		await().untilAsserted(() -> assertThat(browser.texts("tbody td.id")).hasSize(3));
		browser.find("input[name=key]").sendKeys("order 4711\n");
		await().untilAsserted(
				() -> assertThat(browser.texts("tbody td.id")).containsExactly(unique.toString(), ordered.toString()));
		open("/#/messages/" + unique);
		browser.choose("order 4711");
		await().untilAsserted(
				() -> assertThat(browser.texts("tbody td.id")).containsExactly(unique.toString(), ordered.toString()));
		assertThat(browser.find("input[name=key]").getAttribute("value")).isEqualTo("order 4711");
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void allMessagesOfAFilterRunAgainOrAreDeletedTogether() {
		queue().enqueueAll(Collections.nCopies(60, NewMessage.to("fail").tags("red")));
		queue().enqueueAll(Collections.nCopies(5, NewMessage.to("fail")));
		queue().drain(Duration.ofMinutes(1));
		MessageId cancelled = queue().enqueue(NewMessage.to("later").tags("red").delay(Duration.ofHours(1)));
		queue().cancel(cancelled);
		open("/#/messages?state=DEAD&tag=red");
		browser.choose("Retry all of these");
		browser.awaitText("#confirm-text", "state DEAD, tag red");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "60 messages run again");
		queue().drain(Duration.ofMinutes(1));
		assertThat(queue().list(MessageQuery.all().task("fail"))).hasSize(65)
			.filteredOn((message) -> queue().failures(message.id()).size() == 2)
			.hasSize(60)
			.allMatch((message) -> message.tags().contains("red"));
		open("/#/messages?state=DEAD&tag=red");
		browser.choose("Delete all of these");
		browser.click("#confirm-no");
		browser.choose("Delete all of these");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "60 messages deleted");
		browser.awaitText(".empty", "None matches");
		assertThat(queue().list(MessageQuery.all().task("fail"))).hasSize(5);
		assertThat(queue().find(cancelled)).isPresent();
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void messagesThatWereStoredTogetherAreShownAndCancelledTogether() {
		MessageId first = queue().enqueue(NewMessage.to("later")
			.delay(Duration.ofHours(1))
			.then(NewMessage.to("greet"))
			.then(NewMessage.to("limited")));
		open("/#/messages/" + first);
		await()
			.untilAsserted(() -> assertThat(browser.texts(".tree li a")).containsExactly("later", "greet", "limited"));
		assertThat(browser.texts(".tree li .pill")).containsOnly("scheduled");
		assertThat(
				browser.run("return [...document.querySelectorAll('.tree li')].map((node) => node.className).join()"))
			.isEqualTo("in-0,in-1,in-2");
		browser.screenshot("tree");
		browser.choose("Cancel all");
		browser.awaitText("#confirm-title", "Cancel all that was stored together?");
		browser.click("#confirm-yes");
		await().untilAsserted(() -> assertThat(browser.texts(".tree li .pill")).hasSize(3).containsOnly("cancelled"));
		assertThat(queue().list(MessageQuery.all().state(MessageState.CANCELLED))).hasSize(3);
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void taskWhenPausedAndResumedOnThePageIs() {
		open("/#/tasks");
		browser.click("[aria-label='Pause task greet']");
		browser.find("#confirm-until").sendKeys("1h");
		browser.click("#confirm-yes");
		browser.awaitText("#notice", "Task greet is paused");
		browser.awaitText("tbody .pill", "paused until");
		assertThat(queue().stats().pausedTasks()).containsExactly("greet");
		browser.click("[aria-label='Resume task greet']");
		browser.awaitText("#notice", "Task greet goes on");
		await().untilAsserted(() -> assertThat(queue().stats().pausedTasks()).isEmpty());
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void chartsDrawLinesAndSayWhatTheyShow() {
		open("/");
		queue().enqueue("greet", "ada");
		queue().enqueue("fail", null);
		queue().drain(Duration.ofMinutes(1));
		application.getBean(DashboardHistory.class).step();
		application.getBean(DashboardHistory.class).step();
		await().untilAsserted(() -> assertThat(browser
			.run("""
					return [...document.querySelectorAll('.chart')].every((chart) =>
					  [...chart.querySelectorAll('path.line')].every((line) => /^M[\\d.]+ [\\d.]+h/.test(line.getAttribute('d'))))
					  && document.querySelectorAll('.chart path.line').length === 8"""))
			.isEqualTo(true));
		assertThat(
				browser.run("return [...document.querySelectorAll('.plot')].map((node) => node.ariaLabel).join('|')"))
			.asString()
			.contains("Throughput, the last 10 minutes: completed ", "Start delay, the last", "median ",
					"Depth, the last", "waiting 0 now", "Failures, the last", "dead ", "Arrow keys move along it")
			.doesNotContain("undefined", "NaN");
		browser.run("document.querySelector('.plot').focus()");
		browser.press(Keys.ARROW_LEFT);
		browser.awaitText(".told", "completed ");
		browser.press(Keys.HOME);
		browser.awaitText(".told", "enqueued ");
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void failuresBeyondOneStepRunAgainInSteps() {
		queue().enqueueAll(Collections.nCopies(450, NewMessage.to("fail")));
		queue().drain(Duration.ofMinutes(1));
		open("/#/failures");
		browser.awaitText(".group .count", "450");
		browser.click(".group button");
		browser.click("#confirm-yes");
		await().atMost(Duration.ofMinutes(1))
			.untilAsserted(() -> assertThat(browser.find("#notice").getText()).isEqualTo("450 messages run again."));
		queue().drain(Duration.ofMinutes(1));
		assertThat(queue().list(MessageQuery.all().task("fail").limit(1000))).hasSize(450)
			.allSatisfy((message) -> assertThat(queue().failures(message.id())).hasSize(2));
		open("/#/processes");
		await().untilAsserted(() -> assertThat(browser.texts("tbody tr"))
			.filteredOn((row) -> row.contains("retry failures/") && row.contains(" messages"))
			.hasSizeGreaterThan(2));
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
		await().untilAsserted(() -> assertThat(browser.texts(".slots li")).hasSize(5)
			.allMatch((slot) -> slot.matches("in \\d.*: [A-Z][a-z]{2}, \\d.* at 03:00:00.*")));
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
	void hugeAndHostileValuesAreShownAsTextAndBreakNothing() {
		String hostile = "<img src=x onerror=\"document.title='owned'\">\u202e</pre><script>document.title='owned'</script>";
		String huge = hostile + "W".repeat(300_000);
		String name = "م".repeat(100) + "W".repeat(100);
		application.getBean(ScheduleOperations.class)
			.create(Schedule.of(name, NewMessage.to("greet").payload("ada")).cron("0 0 3 * * *"));
		application.getBean(EmbeddedQueue.class)
			.audit()
			.add(hostile + "W".repeat(300), "<b>" + "W".repeat(100), hostile + "W".repeat(200),
					AuditEntry.Outcome.FAILED, hostile + "W".repeat(300));
		MessageId running = queue().enqueue(NewMessage.to("echo").payload(huge));
		MessageId dead = queue().enqueue(NewMessage.to("fail.hostile").payload(huge));
		for (String part : new String[] { "/", "/#/schedules", "/#/processes", "/#/failures", "/#/messages",
				"/#/messages/" + dead, "/#/messages/" + running }) {
			open(part);
			assertHarmless(part);
			browser.narrow(360);
			await().untilAsserted(() -> assertThat(browser.sideways()).as(part).isZero());
			browser.wide();
		}
		browser.awaitText(".progress", "onerror");
		browser.awaitText(".timeline", "noted: <img");
		tasks().gate.countDown();
		browser.choose("Show the result");
		browser.awaitText(".body pre", "onerror");
		browser.choose("Show the payload");
		await().untilAsserted(
				() -> assertThat(browser.texts(".body pre")).hasSize(2).allMatch((text) -> text.contains("[U+202E]")));
		assertThat(browser.run("return document.querySelector('.body pre').textContent.length <= 101000"))
			.isEqualTo(true);
		assertHarmless("result");
		browser.run("location.hash = '#/messages/" + dead + "'");
		browser.awaitText(".timeline", "No <img");
		browser.run("document.querySelector('summary').click()");
		browser.awaitText(".timeline pre", "PermanentTaskException");
		assertHarmless("stack");
		application.getBean(ScheduleOperations.class).delete(name);
		assertThat(browser.complaints()).isEmpty();
	}

	private static void assertHarmless(String part) {
		await().untilAsserted(() -> assertThat(browser.find("main").getText()).as(part).isNotEmpty());
		assertThat(browser.run("return document.title")).as(part).asString().doesNotContain("owned");
		assertThat(browser.run("return document.querySelectorAll('main img, main script, main b b').length")).as(part)
			.isEqualTo(0L);
		assertThat(browser.sideways()).as(part).isZero();
	}

	@Test
	void pageIsReachedAndLeftByKeyboardAlone() {
		open("/");
		browser.press(Keys.TAB);
		assertThat(browser.run("return document.activeElement.id")).isEqualTo("skip");
		browser.press(Keys.ENTER);
		assertThat(browser.run("return document.activeElement.id")).isEqualTo("main");
		open("/#/messages");
		browser.run("document.querySelector('input[name=key]').focus()");
		browser.find("input[name=key]").sendKeys("order 4711");
		browser.press(Keys.ENTER);
		await()
			.untilAsserted(() -> assertThat(browser.run("return location.hash")).asString().contains("key=order+4711"));
		open("/#/queues");
		browser.run("document.querySelector(\"[aria-label='Pause queue default']\").focus()");
		browser.press(Keys.ENTER);
		browser.awaitText("#confirm-title", "Pause queue default?");
		for (int i = 0; i < 6; i++) {
			assertThat(browser.run("""
					return document.getElementById('confirm').contains(document.activeElement)
					  || document.activeElement === document.body""")).isEqualTo(true);
			browser.press(Keys.TAB);
		}
		browser.run("document.getElementById('confirm-until').focus()");
		browser.find("#confirm-until").sendKeys("1h");
		browser.press(Keys.ENTER);
		browser.awaitText("#notice", "is paused");
		assertThat(queue().stats().pausedQueues()).containsExactly("default");
	}

	@Test
	void everyControlOfAMessageAndOfAQuestionHasAName() {
		MessageId dead = queue().enqueue(NewMessage.to("fail").orderingKey("customer 1"));
		queue().drain(Duration.ofMinutes(1));
		MessageId later = queue()
			.enqueue(NewMessage.to("later").delay(Duration.ofHours(1)).payload("ada").then(NewMessage.to("greet")));
		MessageId running = queue().enqueue("block", null);
		for (MessageId id : new MessageId[] { dead, later, running }) {
			open("/#/messages/" + id);
			browser.awaitText("h2", id.toString());
			assertThat(browser.nameless()).isEqualTo("");
		}
		open("/#/messages/" + later);
		browser.choose("Reschedule");
		browser.awaitText("#confirm-title", "Reschedule");
		assertThat(browser.nameless()).isEqualTo("");
		assertThat(browser.find("#confirm").getAccessibleName()).isEqualTo("Reschedule this message?");
		assertThat(browser.find("#confirm-runAt").getAccessibleName()).isEqualTo("When, or how long from now");
		browser.screenshot("question");
	}

	@Test
	void pageHasTheColoursOfTheSystemAndIsReadableInBoth() {
		queue().enqueueAll(Collections.nCopies(3, NewMessage.to("fail")));
		queue().drain(Duration.ofMinutes(1));
		MessageId later = queue().enqueue(NewMessage.to("later").delay(Duration.ofHours(1)));
		String[] grounds = new String[2];
		for (String scheme : new String[] { "light", "dark" }) {
			browser.colours(scheme);
			for (String part : new String[] { "/", "/#/queues", "/#/tasks", "/#/messages", "/#/messages/" + later,
					"/#/failures", "/#/processes" }) {
				open(part);
				browser.run("localStorage.removeItem('queue-dashboard-theme')");
				await().untilAsserted(() -> assertThat(browser.faint()).as(scheme + " " + part).isEqualTo(""));
			}
			grounds[scheme.equals("dark") ? 1 : 0] = String
				.valueOf(browser.run("return getComputedStyle(document.body).backgroundColor"));
			browser.screenshot("processes-" + scheme);
		}
		assertThat(grounds).containsExactly("rgb(246, 245, 242)", "rgb(17, 18, 23)");
	}

	@Test
	void everyControlHasAName() {
		queue().enqueue("fail", null);
		queue().drain(Duration.ofMinutes(1));
		for (String part : new String[] { "/", "/#/queues", "/#/tasks", "/#/messages", "/#/failures", "/#/schedules",
				"/#/limits", "/#/processes" }) {
			open(part);
			assertThat(browser.nameless()).as(part).isEqualTo("");
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
		browser.narrow(360);
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
			registry.register(TaskDefinition.builder("echo", Object.class, (payload, run) -> {
				run.progress(0.4, String.valueOf(payload).substring(0, 400));
				run.log(String.valueOf(payload).substring(0, 400));
				this.gate.await();
				return Map.of("<b>", payload);
			}).storeResult(true).build());
			registry.register(TaskDefinition.builder("fail.hostile", Object.class, (payload, run) -> {
				throw new PermanentTaskException("No " + payload);
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
