package io.github.queuesqlite.actuate.endpoint;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.jayway.jsonpath.JsonPath;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests for {@link QueueEndpoint} over HTTP, on a real queue. */
@SpringBootTest(properties = { "queue.sqlite.storage=temporary", "queue.sqlite.shards=2",
		"queue.sqlite.pools.main.queues=urgent,calm", "queue.sqlite.pools.main.concurrency=3",
		"queue.sqlite.pools.main.strategy=round-robin", "management.endpoints.web.exposure.include=queue",
		"management.endpoint.queue.access=unrestricted", "management.endpoint.queue.show-values=when-authorized" })
class QueueEndpointWebTests {

	private final MockMvcTester mvc;

	private final QueueOperations operations;

	private final ScheduleOperations schedules;

	private final Tasks tasks;

	@Autowired
	QueueEndpointWebTests(WebApplicationContext context, QueueOperations operations, ScheduleOperations schedules,
			Tasks tasks) {
		this.mvc = MockMvcTester.from(context);
		this.operations = operations;
		this.schedules = schedules;
		this.tasks = tasks;
	}

	@AfterEach
	void clear() {
		this.tasks.gate.countDown();
		this.operations.resume("mail");
		this.operations.drain(Duration.ofMinutes(1));
		this.operations.purge(MessageQuery.all());
		this.tasks.gate = new CountDownLatch(1);
	}

	@Test
	void reportShowsAllNumbers() {
		this.operations.enqueue(NewMessage.to("later").delay(Duration.ofHours(1)));
		this.operations.enqueue("nobody.has.this", null);
		dead();
		MvcTestResult result = get("");
		assertThat(result).hasStatusOk();
		assertThat(result).bodyJson().extractingPath("$.workersRunning").isEqualTo(true);
		assertThat(result).bodyJson().extractingPath("$.length").isEqualTo(2);
		assertThat(result).bodyJson()
			.extractingPath("$.states")
			.isEqualTo(Map.of("SCHEDULED", 1, "READY", 1, "RUNNING", 0, "COMPLETED", 0, "DEAD", 1, "CANCELLED", 0,
					"EXPIRED", 0));
		assertThat(result).bodyJson().extractingPath("$.unserved.tasks").isEqualTo(List.of("nobody.has.this"));
		assertThat(result).bodyJson().extractingPath("$.unserved.queues").isEqualTo(List.of());
		assertThat(result).bodyJson().extractingPath("$.queues").asMap().containsKeys("default", "mail");
		assertThat(result).bodyJson().extractingPath("$.queues.default.oldestReadyAge").asString().startsWith("PT");
		assertThat(result).bodyJson()
			.extractingPath("$.shards[*].file")
			.isEqualTo(List.of("queue_shard_0.db", "queue_shard_1.db"));
		assertThat(result).bodyJson().extractingPath("$.directory").asString().isNotEmpty();
	}

	@Test
	void queuesListsThoseWithLanesAndThoseWithMessages() {
		this.operations.enqueue(NewMessage.to("greet").queue("elsewhere"));
		MvcTestResult result = get("/queues");
		assertThat(result).hasStatusOk();
		assertThat(result).bodyJson()
			.extractingPath("$.queues.mail.lane")
			.isEqualTo(Map.of("concurrency", 8, "running", 0));
		assertThat(result).bodyJson().extractingPath("$.queues.mail.paused").isEqualTo(false);
		assertThat(result).bodyJson().doesNotHavePath("$.queues.elsewhere.lane");
		assertThat(result).bodyJson()
			.extractingPath("$.queues.urgent.lane")
			.isEqualTo(Map.of("concurrency", 3, "running", 0, "pool",
					Map.of("name", "main", "strategy", "ROUND_ROBIN", "concurrency", 3, "running", 0)));
		assertThat(result).bodyJson().extractingPath("$.queues.elsewhere.states.READY").isEqualTo(1);
	}

	@Test
	void queueShowsItsTasks() {
		dead();
		MvcTestResult result = get("/queues/default");
		assertThat(result).hasStatusOk();
		assertThat(result).bodyJson().extractingPath("$.name").isEqualTo("default");
		assertThat(result).bodyJson().extractingPath("$.tasks.fail.DEAD").isEqualTo(1);
	}

	@Test
	void tasksListsHostedAndStoredOnes() {
		this.operations.enqueue("nobody.has.this", null);
		MvcTestResult result = get("/tasks");
		assertThat(result).hasStatusOk();
		assertThat(result).bodyJson().extractingPath("$.tasks").asMap().containsKeys("greet", "fail", "block");
		assertThat(result).bodyJson().extractingPath("$.tasks['nobody.has.this'].hosted").isEqualTo(false);
		assertThat(result).bodyJson().extractingPath("$.tasks['nobody.has.this'].states.READY").isEqualTo(1);
	}

	@Test
	void taskShowsWhatItsHandlerDeclares() {
		MvcTestResult result = get("/tasks/greet");
		assertThat(result).hasStatusOk();
		assertThat(result).bodyJson().extractingPath("$.name").isEqualTo("greet");
		assertThat(result).bodyJson().extractingPath("$.hosted").isEqualTo(true);
		assertThat(result).bodyJson()
			.extractingPath("$.handler")
			.asMap()
			.containsEntry("queue", "mail")
			.containsEntry("payloadType", "java.lang.String")
			.containsEntry("timeout", "PT30S")
			.containsEntry("storeResult", true);
	}

	@Test
	void messagesSelectsAndPages() {
		List<MessageId> ids = this.operations.enqueueAll(List.of(NewMessage.to("later").delay(Duration.ofHours(1)),
				NewMessage.to("later").delay(Duration.ofHours(1)).tags("red"),
				NewMessage.to("later").delay(Duration.ofHours(1)).queue("mail").tags("red")));
		MessageId dead = dead();
		assertThat(ids(get("/messages"))).hasSize(4).isSorted();
		assertThat(ids(get("/messages?state=dead"))).containsExactly(dead.toString());
		assertThat(ids(get("/messages?state=DEAD,SCHEDULED"))).hasSize(4);
		assertThat(ids(get("/messages?state=DEAD&state=READY"))).hasSize(1);
		assertThat(ids(get("/messages?task=later&queue=mail"))).containsExactly(ids.get(2).toString());
		assertThat(ids(get("/messages?tag=red"))).containsExactlyInAnyOrder(ids.get(1).toString(),
				ids.get(2).toString());
		MvcTestResult first = get("/messages?task=later&limit=2");
		List<String> page = ids(first);
		assertThat(page).hasSize(2);
		assertThat(first).bodyJson().extractingPath("$.next").isEqualTo(page.get(1));
		MvcTestResult second = get("/messages?task=later&limit=2&after=" + page.get(1));
		assertThat(ids(second)).hasSize(1).doesNotContainAnyElementsOf(page);
		assertThat(second).bodyJson().doesNotHavePath("$.next");
	}

	@Test
	void messagesShowsTheLatestErrorWithoutStack() {
		dead();
		MvcTestResult result = get("/messages?state=DEAD");
		assertThat(result).bodyJson()
			.extractingPath("$.messages[0].lastError")
			.asMap()
			.containsEntry("attempt", 1)
			.containsEntry("type", PermanentTaskException.class.getName())
			.containsEntry("message", "no such customer")
			.doesNotContainKey("stack");
	}

	@Test
	void messageSaysWhyItDoesNotRun() throws Exception {
		MessageId id = this.operations.enqueue(NewMessage.to("nobody.has.this")
			.delay(Duration.ofHours(1))
			.orderingKey("<b>\n'; DROP TABLE message; --"));
		MvcTestResult result = get("/messages/" + id);
		assertThat(result).bodyJson()
			.extractingPath("$.explanation.reasons[*].kind")
			.isEqualTo(List.of("NOT_DUE", "NOT_HOSTED"));
		assertThat(result).bodyJson().extractingPath("$.explanation.reasons[0].until").asString().endsWith("Z");
		assertThat(result).bodyJson().doesNotHavePath("$.explanation.reasons[0].heldBy");
		assertThat(result).bodyJson()
			.extractingPath("$.explanation.summary")
			.asString()
			.startsWith("Message " + id
					+ " of task 'nobody.has.this' in queue 'default' is SCHEDULED and does not run: waits for"
					+ " its time: due in ")
			.endsWith(" (and 1 further reason)");
		MessageId behind = this.operations
			.enqueue(NewMessage.to("nobody.has.this").orderingKey("<b>\n'; DROP TABLE message; --"));
		MvcTestResult second = get("/messages/" + behind);
		assertThat(second).bodyJson().extractingPath("$.explanation.reasons[1].heldBy").isEqualTo(id.toString());
		assertThat(second).bodyJson()
			.extractingPath("$.explanation.reasons[1].text")
			.asString()
			.startsWith("its ordering key '<b>\\n'; DROP TABLE message; --' is held by message " + id);
	}

	@Test
	void messageThatRunsOrHasEndedSaysWhereAndHow() {
		MessageId id = this.operations.enqueue("block", null);
		await().until(() -> this.operations.explain(id).run() != null);
		MvcTestResult result = get("/messages/" + id);
		assertThat(result).bodyJson().extractingPath("$.explanation.run.self").isEqualTo(true);
		assertThat(result).bodyJson().extractingPath("$.explanation.run.alive").isEqualTo(true);
		assertThat(result).bodyJson().extractingPath("$.explanation.reasons").isEqualTo(List.of());
		MvcTestResult dead = get("/messages/" + dead());
		assertThat(dead).bodyJson()
			.extractingPath("$.explanation.summary")
			.asString()
			.contains(" is DEAD since ", "no such customer");
		assertThat(dead).bodyJson().doesNotHavePath("$.explanation.run");
	}

	@Test
	void messageShowsAllButValues() {
		MessageId id = message();
		MvcTestResult result = get("/messages/" + id);
		assertThat(result).hasStatusOk();
		assertThat(result).bodyJson()
			.extractingPath("$")
			.asMap()
			.containsEntry("id", id.toString())
			.containsEntry("task", "later")
			.containsEntry("queue", "mail")
			.containsEntry("state", "SCHEDULED")
			.containsEntry("priority", Priority.HIGH.value())
			.containsEntry("attempt", 0)
			.containsEntry("maxAttempts", 6)
			.containsEntry("source", "shop")
			.containsEntry("idempotencyKey", "order-7")
			.containsEntry("uniqueKey", "customer-7")
			.containsEntry("orderingKey", "account-7")
			.containsEntry("tags", List.of("red"))
			.containsEntry("headers", Map.of("tenant", "******"))
			.containsEntry("metadata", Map.of("origin", "******"))
			.containsEntry("payload", Map.of("size", 23))
			.containsEntry("failures", List.of())
			.doesNotContainKeys("result", "lastError", "summary");
		assertThat(result).bodyJson().extractingPath("$.createdAt").asString().matches("\\d{4}-.*Z");
	}

	@Test
	void messageWhenValuesAreAskedForAndNotAllowedHidesThem() {
		assertThat(get("/messages/" + message() + "?payload=true")).bodyJson()
			.extractingPath("$.payload")
			.isEqualTo(Map.of("size", 23, "value", "******"));
	}

	@Test
	void messageWhenValuesAreAllowedAndNotAskedForLeavesThemOut() {
		assertThat(authorized("/messages/" + message())).bodyJson()
			.extractingPath("$.payload")
			.isEqualTo(Map.of("size", 23));
	}

	@Test
	void messageWhenValuesAreAskedForAndAllowedShowsThem() {
		MvcTestResult result = authorized("/messages/" + message() + "?payload=true");
		assertThat(result).bodyJson()
			.extractingPath("$.payload")
			.isEqualTo(Map.of("size", 23, "encoding", "json", "value", Map.of("name", "Ada", "age", 36)));
		assertThat(result).bodyJson().extractingPath("$.headers").isEqualTo(Map.of("tenant", "acme"));
		assertThat(result).bodyJson().extractingPath("$.metadata").isEqualTo(Map.of("origin", "web"));
	}

	@Test
	void messageWhenItsPayloadIsBytesShowsThemInBase64() {
		MessageId id = this.operations
			.enqueue(NewMessage.to("later").delay(Duration.ofHours(1)).payload(new byte[] { -1, -2, -3 }));
		assertThat(authorized("/messages/" + id + "?payload=true")).bodyJson()
			.extractingPath("$.payload")
			.isEqualTo(Map.of("size", 3, "encoding", "base64", "value", "//79"));
	}

	@Test
	void messageWhenCompletedShowsItsResult() throws Exception {
		MessageId id = this.operations.enqueue("greet", "Ada");
		this.operations.await(id, String.class, Duration.ofMinutes(1));
		MvcTestResult result = authorized("/messages/" + id + "?result=true");
		assertThat(result).bodyJson().extractingPath("$.state").isEqualTo("COMPLETED");
		assertThat(result).bodyJson()
			.extractingPath("$.result")
			.isEqualTo(Map.of("size", 11, "encoding", "json", "value", "Hello Ada"));
		assertThat(result).bodyJson().extractingPath("$.payload").isEqualTo(Map.of("size", 5));
	}

	@Test
	void messageWhenFailedShowsEachFailureWithStack() {
		MvcTestResult result = get("/messages/" + dead());
		assertThat(result).bodyJson().extractingPath("$.failures").asArray().hasSize(1);
		assertThat(result).bodyJson().extractingPath("$.failures[0].message").isEqualTo("no such customer");
		assertThat(result).bodyJson()
			.extractingPath("$.failures[0].stack")
			.asString()
			.contains(QueueEndpointWebTests.class.getName());
	}

	@Test
	void retryMakesADeadMessageReadyAgain() {
		MessageId id = dead();
		this.operations.pause("default");
		try {
			MvcTestResult result = post("/messages/" + id, "retry");
			assertThat(result).hasStatusOk();
			assertThat(result).bodyJson().extractingPath("$.id").isEqualTo(id.toString());
			assertThat(result).bodyJson().extractingPath("$.state").isEqualTo("READY");
			assertThat(this.operations.find(id).orElseThrow().state()).isEqualTo(MessageState.READY);
		}
		finally {
			this.operations.resume("default");
		}
	}

	@Test
	void retryWhenTheMessageHasNotEndedIsAConflict() {
		assertProblem(post("/messages/" + message(), "retry"), HttpStatus.CONFLICT,
				"is SCHEDULED: only DEAD, CANCELLED and EXPIRED messages can be retried");
	}

	@Test
	void cancelEndsAWaitingMessage() {
		MessageId id = message();
		MvcTestResult result = post("/messages/" + id, "cancel");
		assertThat(result).hasStatusOk();
		assertThat(result).bodyJson().extractingPath("$.state").isEqualTo("CANCELLED");
		assertThat(this.operations.find(id).orElseThrow().state()).isEqualTo(MessageState.CANCELLED);
	}

	@Test
	void messageOfAChainShowsItsTree() {
		MessageId id = this.operations.enqueue(NewMessage.to("later")
			.delay(Duration.ofHours(1))
			.then(NewMessage.to("greet"))
			.then(NewMessage.to("greet")));
		MvcTestResult result = get("/messages/" + id);
		assertThat(result).bodyJson()
			.extractingPath("$.tree.nodes[*].task")
			.isEqualTo(List.of("later", "greet", "greet"));
		assertThat(result).bodyJson().extractingPath("$.tree.nodes[1].waitsFor").isEqualTo(List.of(id.toString()));
		assertThat(result).bodyJson()
			.extractingPath("$.tree.nodes[1].waiting")
			.isEqualTo("Waits until message " + id + " is COMPLETED");
		assertThat(result).bodyJson().extractingPath("$.tree.complete").isEqualTo(true);
		MessageId alone = this.operations.enqueue(NewMessage.to("later").delay(Duration.ofHours(1)));
		assertThat(get("/messages/" + alone)).bodyJson().doesNotHavePath("$.tree");
	}

	@Test
	void cancelTreeEndsAllOfAChain() {
		MessageId id = this.operations
			.enqueue(NewMessage.to("later").delay(Duration.ofHours(1)).then(NewMessage.to("greet")));
		assertThat(post("/messages/" + id, "cancel-tree")).hasStatusOk();
		assertThat(this.operations.list(MessageQuery.all().state(MessageState.CANCELLED))).hasSize(2);
		assertProblem(post("/messages/" + id, "cancel-tree"), HttpStatus.CONFLICT, "have ended");
	}

	@Test
	void cancelAsksARunningHandlerToStop() throws Exception {
		MessageId id = this.operations.enqueue("block", null);
		await().until(() -> this.operations.find(id).orElseThrow().state() == MessageState.RUNNING);
		assertThat(post("/messages/" + id, "cancel")).hasStatusOk();
		await().until(() -> this.operations.find(id).orElseThrow().state() == MessageState.CANCELLED);
	}

	@Test
	void cancelWhenTheMessageHasEndedIsAConflict() {
		assertProblem(post("/messages/" + dead(), "cancel"), HttpStatus.CONFLICT, "is DEAD");
	}

	@Test
	void pauseAndResumeSteerAQueue() {
		MvcTestResult paused = post("/queues/mail", "pause");
		assertThat(paused).hasStatusOk();
		assertThat(paused).bodyJson().extractingPath("$.paused").isEqualTo(true);
		assertThat(this.operations.stats().pausedQueues()).contains("mail");
		MvcTestResult resumed = post("/queues/mail", "resume");
		assertThat(resumed).bodyJson().extractingPath("$.paused").isEqualTo(false);
		assertThat(this.operations.stats().pausedQueues()).doesNotContain("mail");
	}

	@Test
	void pauseAndResumeSteerATask() {
		MvcTestResult paused = post("/tasks/greet", "pause");
		assertThat(paused).hasStatusOk();
		assertThat(paused).bodyJson().extractingPath("$.paused").isEqualTo(true);
		assertThat(paused).bodyJson().doesNotHavePath("$.pausedUntil");
		assertThat(this.operations.stats().pausedTasks()).containsExactly("greet");
		MvcTestResult resumed = post("/tasks/greet", "resume");
		assertThat(resumed).bodyJson().extractingPath("$.paused").isEqualTo(false);
		assertThat(this.operations.stats().pausedTasks()).isEmpty();
	}

	@Test
	void pauseAndResumeSteerAKey() {
		assertThat(post("/keys/tenant-1", "pause")).bodyJson().extractingPath("$.paused").isEqualTo(true);
		assertThat(this.operations.stats().pausedKeys()).containsExactly("tenant-1");
		assertThat(get("/keys")).bodyJson().extractingPath("$.keys.tenant-1.paused").isEqualTo(true);
		assertThat(post("/keys/tenant-1", "stop")).hasStatus(400);
		assertThat(post("/keys/tenant-1", "resume")).bodyJson().extractingPath("$.paused").isEqualTo(false);
		assertThat(this.operations.stats().pausedKeys()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "queues/mail", "tasks/greet", "keys/tenant-1" })
	void pauseWithAnEndShowsIt(String target) {
		MvcTestResult paused = pause("/" + target, "2099-01-31T12:00:00Z");
		assertThat(paused).hasStatusOk();
		assertThat(paused).bodyJson().extractingPath("$.pausedUntil").isEqualTo("2099-01-31T12:00:00Z");
		Instant latest = Instant.now().plus(Duration.ofMinutes(11));
		assertThat(pause("/" + target, "10m")).hasStatusOk();
		assertThat(this.operations.stats().pauses()).singleElement()
			.satisfies((pause) -> assertThat(pause.until()).isBetween(Instant.now(), latest));
		assertThat(post("/" + target, "resume")).bodyJson().doesNotHavePath("$.pausedUntil");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			soon                 | 'until' must be a time as 2026-01-31T12:00:00Z or from now as 10m, was 'soon'
			2026-13-31T12:00:00Z | 'until' must be a time as 2026-01-31T12:00:00Z or from now as 10m, was '2026-13
			2001-01-31T12:00:00Z | 'until' must be later than now
			0s                   | 'until' must be later than now
			40000d               | at most 36525 days ahead
			""")
	void pauseWhenItsEndIsWrongSaysSo(String until, String detail) {
		assertProblem(pause("/queues/mail", until), HttpStatus.BAD_REQUEST, detail);
		assertProblem(pause("/tasks/greet", until), HttpStatus.BAD_REQUEST, detail);
		assertThat(this.operations.stats().pauses()).isEmpty();
	}

	@Test
	void resumeWithAnEndIsABadRequest() {
		assertProblem(operate("/queues/mail", "{\"operation\": \"resume\", \"until\": \"10m\"}"),
				HttpStatus.BAD_REQUEST, "'until' belongs to the operation pause");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					/things                          | NOT_FOUND   | No kind 'things': expected messages, tasks, queues, keys, schedules, limits, listeners, processes, shards, failures or audit
					/things/x                        | NOT_FOUND   | No kind 'things': expected messages, tasks, queues, keys, schedules or limits
					/queues/mial                     | NOT_FOUND   | No queue 'mial'
					/tasks/mial                      | NOT_FOUND   | No task 'mial'
					/messages/0000000000000          | NOT_FOUND   | No message 0000000000000: unknown or already removed
					/messages/17                     | BAD_REQUEST | 'id': '17' is not a message id
					/messages?state=sleeping         | BAD_REQUEST | 'state' must be one or more of [SCHEDULED, READY
					/messages?limit=0                | BAD_REQUEST | 'limit' must be from 1 to 1000, was '0'
					/messages?limit=1001             | BAD_REQUEST | 'limit' must be from 1 to 1000, was '1001'
					/messages?limit=many             | BAD_REQUEST | 'limit' must be from 1 to 1000, was 'many'
					/messages?after=x                | BAD_REQUEST | 'after': 'x' is not a message id
					/messages/0000000000000?payload=yes | BAD_REQUEST | 'payload' must be true or false, was 'yes'
					""")
	void readWhenTheRequestIsWrongSaysSo(String path, HttpStatus status, String detail) {
		assertProblem(get(path), status, detail);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					/things/x               | pause  | NOT_FOUND   | No kind 'things': expected messages, tasks, queues, keys, schedules, limits or failures
					/queues/mial            | pause  | NOT_FOUND   | No queue 'mial'
					/queues/mail            | drop   | BAD_REQUEST | No operation 'drop': expected pause or resume
					/queues/mail            | retry  | BAD_REQUEST | No operation 'retry': expected pause or resume
					/messages/0000000000000 | retry  | NOT_FOUND   | No message 0000000000000: unknown or already removed
					/messages/0000000000000 | pause  | BAD_REQUEST | No operation 'pause': expected retry, cancel, cancel-tree, reschedule or delete
					/messages/17            | cancel | BAD_REQUEST | 'id': '17' is not a message id
					/tasks/greet            | retry  | BAD_REQUEST | No operation 'retry': expected pause or resume
					/tasks/gret             | pause  | NOT_FOUND   | No task 'gret'
					/limits/lock:x          | 3      | BAD_REQUEST | Limits that can be changed begin with task:, keys: or rate:
					/limits/task:mial       | 3      | NOT_FOUND   | No limit 'task:mial'
					/limits/rate:task:later | 1000001 | BAD_REQUEST | 'most' must be at most 1000000 for a rate, was 1000001
					/limits/rate:task:later | 3      | NOT_FOUND   | No limit 'rate:task:later'
					/limits/rate:keys:later | 3      | NOT_FOUND   | No limit 'rate:keys:later'
					/limits/task:later      | 0      | BAD_REQUEST | No operation '0': expected a number from 1, or reset
					/limits/task:later      | many   | BAD_REQUEST | No operation 'many': expected a number from 1, or reset
					""")
	void operationWhenTheRequestIsWrongSaysSo(String path, String operation, HttpStatus status, String detail) {
		assertProblem(post(path, operation), status, detail);
	}

	@Test
	void numberChangesALimitAndResetUndoesIt() {
		this.operations.enqueue(NewMessage.to("limited"));
		await().until(() -> this.operations.stats().limits().size() == 4);
		assertThat(get("")).bodyJson().extractingPath("$.limits['task:limited'].most").isEqualTo(2);
		assertThat(get("")).bodyJson().extractingPath("$.limits['keys:limited'].most").isEqualTo(1);
		assertThat(get("")).bodyJson()
			.extractingPath("$.limits['rate:task:limited']")
			.asMap()
			.containsEntry("most", 10)
			.containsEntry("period", "PT1S");
		assertThat(get("/tasks/limited")).bodyJson().extractingPath("$.handler.rateLimit").isEqualTo("10/1s");
		assertThat(post("/limits/rate:task:limited", "20")).bodyJson().extractingPath("$.most").isEqualTo(20);
		assertThat(get("/tasks/limited")).bodyJson().extractingPath("$.handler.rateLimitPerKey").isEqualTo("5/1s");
		assertThat(post("/limits/rate:keys:limited", "7")).bodyJson()
			.extractingPath("$")
			.asMap()
			.containsEntry("most", 7)
			.containsEntry("period", "PT1S");
		assertThat(post("/limits/task:limited", "5")).bodyJson()
			.extractingPath("$")
			.asMap()
			.containsEntry("most", 5)
			.containsEntry("declared", 2);
		assertThat(post("/limits/keys:limited", "3")).bodyJson().extractingPath("$.most").isEqualTo(3);
		assertThat(post("/limits/task:limited", "reset")).bodyJson().extractingPath("$.most").isEqualTo(2);
	}

	@Test
	void schedulesAreListedShownAndSteered() {
		this.schedules.create(Schedule.of("nightly", NewMessage.to("greet").payload("Ada"))
			.cron("0 30 2 * * *")
			.zone(ZoneId.of("Europe/Berlin")));
		assertThat(get("/schedules")).bodyJson()
			.extractingPath("$.schedules.nightly")
			.asMap()
			.containsEntry("when", "cron 0 30 2 * * * in Europe/Berlin")
			.containsEntry("state", "ACTIVE")
			.containsEntry("declared", false)
			.containsEntry("task", "greet")
			.containsEntry("queue", "mail")
			.containsEntry("misfire", "FIRE_ONCE")
			.containsEntry("overlap", "SKIP")
			.containsEntry("fired", 0)
			.containsKey("nextSlot")
			.doesNotContainKeys("latestSlot", "nextSlots");
		assertThat(get("/schedules/nightly")).bodyJson().extractingPath("$.nextSlots.length()").isEqualTo(5);
		assertThat(get("/schedules/nightly")).bodyJson()
			.extractingPath("$.nextSlots[0]")
			.asString()
			.startsWith("in ")
			.endsWith("(Europe/Berlin)");
		assertThat(post("/schedules/nightly", "pause")).bodyJson().extractingPath("$.state").isEqualTo("PAUSED");
		assertProblem(post("/schedules/nightly", "pause"), HttpStatus.CONFLICT, "Schedule 'nightly' is paused");
		MvcTestResult run = post("/schedules/nightly", "run");
		assertThat(run).hasStatusOk();
		assertThat(run).bodyJson().extractingPath("$.task").isEqualTo("greet");
		assertThat(post("/schedules/nightly", "resume")).bodyJson().extractingPath("$.state").isEqualTo("ACTIVE");
		assertProblem(post("/schedules/nightly", "resume"), HttpStatus.CONFLICT, "Schedule 'nightly' is not paused");
		assertProblem(pause("/schedules/nightly", "10m"), HttpStatus.BAD_REQUEST,
				"A schedule is paused until it is resumed");
		this.schedules.declare(List.of(Schedule.of("declared", "greet").every(Duration.ofHours(1))));
		assertProblem(post("/schedules/declared", "delete"), HttpStatus.CONFLICT,
				"Schedule 'declared' is declared by code that runs and cannot be deleted: pause it, or remove the"
						+ " declaration");
		this.schedules.declare(List.of());
		assertThat(get("/schedules/declared")).bodyJson().extractingPath("$.state").isEqualTo("INACTIVE");
		assertThat(post("/schedules/declared", "delete")).hasStatusOk();
		assertThat(post("/schedules/nightly", "delete")).bodyJson().extractingPath("$.name").isEqualTo("nightly");
		assertProblem(get("/schedules/nightly"), HttpStatus.NOT_FOUND, "No schedule 'nightly': there are []");
		assertProblem(post("/schedules/nightly", "run"), HttpStatus.NOT_FOUND, "No schedule 'nightly': there are []");
		assertProblem(post("/schedules/nightly", "fire"), HttpStatus.BAD_REQUEST,
				"No operation 'fire': expected pause, resume, run or delete");
	}

	@Test
	void operationWhenItIsMissingIsABadRequest() {
		MvcTestResult result = this.mvc.post()
			.uri("/actuator/queue/queues/mail")
			.contentType(MediaType.APPLICATION_JSON)
			.content("{}")
			.exchange();
		assertProblem(result, HttpStatus.BAD_REQUEST, "'operation' is missing: expected pause or resume");
	}

	private void assertProblem(MvcTestResult result, HttpStatus status, String detail) {
		assertThat(result).hasStatus(status);
		assertThat(result).bodyJson()
			.extractingPath("$")
			.asMap()
			.containsEntry("status", status.value())
			.containsEntry("title", status.getReasonPhrase());
		assertThat(result).bodyJson().extractingPath("$.detail").asString().contains(detail);
	}

	private MessageId message() {
		return this.operations.enqueue(NewMessage.to("later")
			.delay(Duration.ofHours(1))
			.queue("mail")
			.priority(Priority.HIGH)
			.payload(new Person("Ada", 36))
			.header("tenant", "acme")
			.metadata(Map.of("origin", "web"))
			.tags("red")
			.source("shop")
			.maxRetries(5)
			.idempotencyKey("order-7")
			.uniqueKey("customer-7")
			.orderingKey("account-7"));
	}

	private MessageId dead() {
		MessageId id = this.operations.enqueue("fail", null);
		await().until(() -> this.operations.find(id).orElseThrow().state() == MessageState.DEAD);
		return id;
	}

	private MvcTestResult get(String path) {
		return this.mvc.get().uri("/actuator/queue" + path).exchange();
	}

	private MvcTestResult authorized(String path) {
		return this.mvc.get().uri("/actuator/queue" + path).principal(() -> "operator").exchange();
	}

	private MvcTestResult post(String path, String operation) {
		return operate(path, "{\"operation\": \"" + operation + "\"}");
	}

	private MvcTestResult pause(String path, String until) {
		return operate(path, "{\"operation\": \"pause\", \"until\": \"" + until + "\"}");
	}

	private MvcTestResult operate(String path, String body) {
		return this.mvc.post()
			.uri("/actuator/queue" + path)
			.contentType(MediaType.APPLICATION_JSON)
			.content(body)
			.exchange();
	}

	@SuppressWarnings("unchecked")
	private static List<String> ids(MvcTestResult result) {
		assertThat(result).hasStatusOk();
		return (List<String>) com.jayway.jsonpath.JsonPath.read(Bodies.of(result), "$.messages[*].id");
	}

	record Person(String name, int age) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Tasks tasks(TaskRegistry registry) {
			return new Tasks(registry);
		}

	}

	static final class Tasks {

		volatile CountDownLatch gate = new CountDownLatch(1);

		Tasks(TaskRegistry registry) {
			registry.register(TaskDefinition.builder("limited", Void.class, (nothing, context) -> null)
				.maxConcurrent(2)
				.maxConcurrentPerKey(1)
				.rateLimit(RateLimit.of("10/1s"))
				.rateLimitPerKey(RateLimit.of("5/1s"))
				.build());
			registry.register(TaskDefinition.builder("greet", String.class, (name, context) -> "Hello " + name)
				.queue("mail")
				.timeout(Duration.ofSeconds(30))
				.build());
			registry.register("later", Void.class, (payload, context) -> null);
			registry.register("fail", Void.class, (payload, context) -> {
				throw new PermanentTaskException("no such customer");
			});
			registry.register("block", Void.class, (payload, context) -> this.gate.await(60, TimeUnit.SECONDS));
		}

	}

}
