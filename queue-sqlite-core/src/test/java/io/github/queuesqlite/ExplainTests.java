package io.github.queuesqlite;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.queuesqlite.Explanation.Follower;
import io.github.queuesqlite.Explanation.Reason;
import io.github.queuesqlite.Explanation.ReasonKind;
import io.github.queuesqlite.Explanation.RunInfo;
import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** Why a message is not running: each reason, in one process and in two. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExplainTests extends ProcessTester {

	private static final RetryPolicy ONCE = new RetryPolicy(0, Duration.ofHours(1), 1, Duration.ofHours(1), 0);

	private static final RetryPolicy LATER = new RetryPolicy(3, Duration.ofHours(1), 1, Duration.ofHours(1), 0);

	private final Semaphore goOn = new Semaphore(0);

	private final Semaphore began = new Semaphore(0);

	/** A handler that begins and waits until it may go on. */
	private final TaskHandler<Object> waits = (payload, context) -> {
		this.began.release();
		this.goOn.acquire();
		return null;
	};

	private TaskDefinition.Builder<Object> task(String name) {
		return TaskDefinition.builder(name, Object.class, this.waits);
	}

	private void start(TaskDefinition.Builder<?> task) {
		this.queue.tasks().register(task.build());
		this.queue.start();
	}

	private void awaitBegun(int handlers) throws InterruptedException {
		assertThat(this.began.tryAcquire(handlers, LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

	private Explanation explain(MessageId id) {
		Explanation explanation = this.operations.explain(id);
		assertThat(explanation.id()).isEqualTo(id);
		assertThat(explanation.summary()).doesNotContain("\n").doesNotContain("null");
		explanation.reasons()
			.forEach((reason) -> assertThat(reason.text()).doesNotContain("\n").doesNotContain("null"));
		return explanation;
	}

	private Reason decisive(MessageId id) {
		return explain(id).reasons().get(0);
	}

	private Reason awaitReason(MessageId id, ReasonKind kind) {
		await().atMost(LONG).until(() -> this.operations.explain(id).is(kind));
		return reason(explain(id), kind);
	}

	/** A process says what it hosts a moment after it has begun to work. */
	private void awaitHosted(MessageId id) {
		await().atMost(LONG).until(() -> !this.operations.explain(id).is(ReasonKind.NOT_HOSTED));
	}

	private static Reason reason(Explanation explanation, ReasonKind kind) {
		return explanation.reasons().stream().filter((reason) -> reason.kind() == kind).findFirst().orElseThrow();
	}

	/** Before the queue is closed, which waits for its handlers. */
	@AfterEach
	void letHandlersEnd() {
		this.goOn.release(100_000);
	}

	@Test
	void messageWhenUnknownIsNotFound() {
		open();
		Explanation explanation = explain(new MessageId(42));
		assertThat(explanation.state()).isNull();
		assertThat(explanation.reasons()).extracting(Reason::kind).containsExactly(ReasonKind.NOT_FOUND);
		assertThat(explanation.summary()).contains("there is no such message");
		assertThat(explain(new MessageId(Long.MAX_VALUE)).is(ReasonKind.NOT_FOUND)).isTrue();
		assertThatNullPointerException().isThrownBy(() -> this.operations.explain(null)).withMessageContaining("'id'");
	}

	// Times

	@Test
	void messageWhenDelayedSaysWhenItIsDue() {
		openWithClock();
		start(task(TASK));
		MessageId id = this.operations.enqueue(message().delay(Duration.ofSeconds(192)));
		Explanation explanation = explain(id);
		assertThat(explanation.state()).isEqualTo(MessageState.SCHEDULED);
		assertThat(explanation.reasons()).containsExactly(
				new Reason(ReasonKind.NOT_DUE, "waits for its time: due in 3 min 12 s (2026-03-01T12:03:12Z)", null,
						null, now().plusSeconds(192), null, null));
		assertThat(explanation.summary()).isEqualTo("Message " + id
				+ " of task 'mail.send' in queue 'default' is SCHEDULED and does not run: waits for its time: due in 3 min"
				+ " 12 s (2026-03-01T12:03:12Z)");
		assertThat(explanation.at()).isEqualTo(now());
	}

	@Test
	void messageWhenAnAttemptFailedWaitsToBeTriedAgain() {
		open();
		start(TaskDefinition.builder(TASK, Object.class, (payload, context) -> {
			throw new IllegalStateException("no");
		}).retryPolicy(LATER));
		MessageId id = this.operations.enqueue(message());
		Reason reason = awaitReason(id, ReasonKind.RETRY_NOT_DUE);
		assertThat(reason.text()).startsWith("waits to be tried again after attempt 1: due in 59 min");
		assertThat(reason.until()).isEqualTo(find(id).runAt());
	}

	@Test
	void messageWhenItsTimeToLiveIsOverIsAboutToExpire() throws Exception {
		openWithClock();
		MessageId id = this.operations.enqueue(message().timeToLive(Duration.ofDays(2)));
		// As it is before anybody has looked.
		try (var shard = shard0(); var statement = shard.createStatement()) {
			statement.execute("UPDATE message SET expires_at = " + now().toEpochMilli() + " - 1000");
		}
		assertThat(decisive(id)).satisfies((reason) -> {
			assertThat(reason.kind()).isEqualTo(ReasonKind.TIME_TO_LIVE_OVER);
			assertThat(reason.text()).startsWith("its time to live was over 1 s ago");
		});
	}

	// Pauses

	@Test
	void messageWhenAllOfItIsPausedNamesEachPause() {
		openWithClock();
		start(task(TASK));
		this.operations.pause("default", now().plusSeconds(60));
		this.operations.pauseTask(TASK);
		this.operations.pauseKey("k");
		MessageId id = this.operations.enqueue(message().orderingKey("k"));
		assertThat(explain(id).reasons()).extracting(Reason::kind)
			.containsExactly(ReasonKind.QUEUE_PAUSED, ReasonKind.TASK_PAUSED, ReasonKind.KEY_PAUSED);
		assertThat(explain(id).reasons()).extracting(Reason::text)
			.containsExactly(
					"its queue 'default' is paused since 2026-03-01T12:00:00Z and goes on in 1 min (2026-03-01T12:01:00Z)",
					"its task 'mail.send' is paused since 2026-03-01T12:00:00Z until somebody resumes it",
					"its ordering key 'k' is paused since 2026-03-01T12:00:00Z until somebody resumes it");
		assertThat(explain(id).toString().lines()).hasSize(4);
		MessageId other = this.operations.enqueue(message().concurrencyKey("k"));
		assertThat(explain(other).reasons()).extracting(Reason::text)
			.contains("its concurrency key 'k' is paused since 2026-03-01T12:00:00Z until somebody resumes it");
		this.operations.resumeTask(TASK);
		this.operations.resumeKey("k");
		assertThat(explain(id).reasons()).extracting(Reason::kind).containsExactly(ReasonKind.QUEUE_PAUSED);
		this.clock.move(Duration.ofSeconds(61));
		assertThat(this.operations.explain(id).is(ReasonKind.QUEUE_PAUSED)).isFalse();
	}

	@Test
	void messageWhenAllQueuesArePausedSaysSoFirst() {
		openWithClock();
		start(task(TASK));
		this.operations.pause("default");
		this.operations.pauseAll(now().plusSeconds(60));
		MessageId id = this.operations.enqueue(message());
		assertThat(explain(id).reasons()).extracting(Reason::kind)
			.containsExactly(ReasonKind.ALL_PAUSED, ReasonKind.QUEUE_PAUSED);
		assertThat(decisive(id)).isEqualTo(new Reason(ReasonKind.ALL_PAUSED,
				"all queues are paused since 2026-03-01T12:00:00Z and go on in 1 min (2026-03-01T12:01:00Z)", null,
				null, now().plusSeconds(60), null, null));
		this.operations.pauseAll();
		assertThat(decisive(id).text())
			.isEqualTo("all queues are paused since 2026-03-01T12:00:00Z until somebody resumes them");
		this.operations.resumeAll();
		assertThat(explain(id).reasons()).extracting(Reason::kind).containsExactly(ReasonKind.QUEUE_PAUSED);
	}

	@Test
	void messageWhenTheAuditSaysWhoHasPausedItNamesThem() {
		openWithClock();
		start(task(TASK));
		this.queue.audit().add("eve", "pause", "queues/default", AuditEntry.Outcome.DONE, null);
		this.clock.move(Duration.ofMillis(1));
		this.operations.pause("default");
		MessageId id = this.operations.enqueue(message().orderingKey("k"));
		this.clock.move(Duration.ofMillis(1));
		this.queue.audit().add("mallory", "pause", "queues/default", AuditEntry.Outcome.REFUSED, null);
		this.queue.audit().add("mallory", "pause", "queues/other", AuditEntry.Outcome.DONE, null);
		this.queue.audit().add("mallory", "resume", "queues/default", AuditEntry.Outcome.DONE, null);
		assertThat(decisive(id).text()).doesNotContain(" by ");
		this.clock.move(Duration.ofSeconds(61));
		this.queue.audit().add("grace", "pause", "queues/default", AuditEntry.Outcome.DONE, null);
		assertThat(decisive(id).text()).doesNotContain(" by ");
		pauseAs("ada\n", "tasks/" + TASK, () -> this.operations.pauseTask(TASK));
		pauseAs("bob", "keys/k", () -> this.operations.pauseKey("k"));
		Instant since = now();
		this.operations.pauseAll();
		this.queue.audit().add("cid", "pause-all", "queues", AuditEntry.Outcome.DONE, null);
		this.queue.audit().add("dan", "pause-all", "queues", AuditEntry.Outcome.DONE, null);
		assertThat(explain(id).reasons()).extracting(Reason::text)
			.containsExactly("all queues are paused since " + since + ", by 'cid', until somebody resumes them",
					"its queue 'default' is paused since 2026-03-01T12:00:00.001Z until somebody resumes it",
					"its task 'mail.send' is paused since " + since + ", by 'ada\\n', until somebody resumes it",
					"its ordering key 'k' is paused since " + since + ", by 'bob', until somebody resumes it");
	}

	private void pauseAs(String actor, String target, Runnable pause) {
		pause.run();
		this.queue.audit().add(actor, "pause", target, AuditEntry.Outcome.DONE, null);
	}

	// Who hosts it

	@Test
	void messageWhenNobodyHostsItsTaskSaysSoUntilAProcessDoes() throws Exception {
		open();
		MessageId id = this.operations.enqueue(message().payload("a"));
		assertThat(decisive(id)).satisfies((reason) -> {
			assertThat(reason.kind()).isEqualTo(ReasonKind.NOT_HOSTED);
			assertThat(reason.text()).isEqualTo("no process hosts task 'mail.send' (1 live process)");
		});
		MessageId other = this.operations.enqueue(NewMessage.to("other"));
		Process child = start(ExplainChild.class, TASK, "other");
		awaitRuns("ready", 1);
		awaitRuns("start", 2);
		MessageId behind = this.operations.enqueue(message());
		await().atMost(LONG).until(() -> !this.operations.explain(behind).is(ReasonKind.NOT_HOSTED));
		assertThat(this.operations.explain(other).run()).isNotNull()
			.satisfies((run) -> assertThat(run.maxAttempts()).isNull());
		assertThat(explain(other).summary()).endsWith(", attempt 1");
		kill(child);
		assertThat(awaitReason(behind, ReasonKind.NOT_HOSTED).text())
			.isEqualTo("no process hosts task 'mail.send' (1 live process)");
	}

	@Test
	void messageWhenWorkersAreStoppedOrHaveNoSuchQueueSaysSo() {
		open();
		this.queue.tasks().register(task(TASK).build());
		MessageId id = this.operations.enqueue(message());
		MessageId elsewhere = this.operations.enqueue(message().queue("elsewhere"));
		assertThat(decisive(id).text()).isEqualTo("no process that hosts task 'mail.send' has workers for queue"
				+ " 'default', or they are stopped (1 live process)");
		this.operations.pauseTask(TASK);
		this.queue.start();
		assertThat(explain(id).is(ReasonKind.NOT_HOSTED)).isFalse();
		assertThat(awaitReason(elsewhere, ReasonKind.NOT_HOSTED).text()).contains("has workers for queue 'elsewhere'");
		MessageId unknown = this.operations.enqueue(NewMessage.to("unknown"));
		assertThat(decisive(unknown).text()).isEqualTo("no process hosts task 'unknown' (1 live process)");
		this.queue.stop();
		assertThat(explain(id).is(ReasonKind.NOT_HOSTED)).isTrue();
	}

	@Test
	void messageWhenOnlyReceiversTakeItWaitsToBeReceived() {
		open();
		MessageId id = this.operations.enqueue(message());
		ClaimedMessage received = this.operations.receive("default", 1, LONG).get(0);
		assertThat(explain(id).run()).isNotNull().satisfies((run) -> {
			assertThat(run.begun()).isTrue();
			assertThat(run.self()).isTrue();
			assertThat(run.deadline()).isAfter(Instant.now());
		});
		received.complete();
		MessageId next = this.operations.enqueue(message());
		assertThat(decisive(next)).satisfies((reason) -> {
			assertThat(reason.kind()).isEqualTo(ReasonKind.NOT_RECEIVED);
			assertThat(reason.text()).endsWith("in queue 'default': it waits to be received");
		});
	}

	// Keys

	@Test
	void messageWhenItsOrderingKeyRunsElsewhereNamesWhoHasIt() throws Exception {
		start(ExplainChild.class, TASK);
		awaitRuns("ready", 1);
		open();
		MessageId first = this.operations.enqueue(message().orderingKey("k").payload("1"));
		awaitRuns("start", 1);
		MessageId second = this.operations.enqueue(message().orderingKey("k").payload("2"));
		MessageId third = this.operations.enqueue(message().orderingKey("k").payload("3"));
		awaitHosted(third);
		Explanation explanation = explain(third);
		assertThat(explanation.reasons()).extracting(Reason::kind).containsExactly(ReasonKind.ORDERING_KEY);
		Reason reason = explanation.reasons().get(0);
		assertThat(reason.heldBy()).isEqualTo(first);
		assertThat(reason.name()).isEqualTo("k");
		assertThat(reason.count()).isEqualTo(2);
		assertThat(reason.text())
			.startsWith("its ordering key 'k' is held by message " + first + " of task 'mail.send', RUNNING since ")
			.endsWith("; 2 messages are before it");
		assertThat(reason(explain(second), ReasonKind.ORDERING_KEY).text()).endsWith("1 message is before it");
		assertThat(explain(first).run()).isNotNull().satisfies((run) -> {
			assertThat(run.self()).isFalse();
			assertThat(run.alive()).isTrue();
			assertThat(run.process()).isNotNull();
			assertThat(run.begun()).isNull();
			assertThat(run.attempt()).isOne();
		});
	}

	@Test
	void messageWhenTheFrontOfItsLineIsDelayedNamesIt() {
		open();
		start(task(TASK));
		MessageId front = this.operations.enqueue(message().orderingKey("k").delay(Duration.ofHours(1)));
		MessageId behind = this.operations.enqueue(message().orderingKey("k"));
		assertThat(decisive(behind).heldBy()).isEqualTo(front);
		assertThat(decisive(behind).text()).contains(", SCHEDULED for ");
		assertThat(explain(front).reasons()).extracting(Reason::kind).containsExactly(ReasonKind.NOT_DUE);
	}

	@Test
	void messageWhenManyAreBeforeItInItsLineCountsNoFurtherThanNeeded() {
		open((builder) -> builder.shards(1));
		start(task(TASK));
		List<NewMessage> many = new ArrayList<>();
		for (int i = 0; i < 10_050; i++) {
			many.add(message().orderingKey("k").delay(Duration.ofHours(1)));
		}
		MessageId first = this.operations.enqueueAll(many).get(0);
		Reason reason = decisive(this.operations.enqueue(message().orderingKey("k")));
		assertThat(reason.heldBy()).isEqualTo(first);
		assertThat(reason.text()).endsWith("more than 10,000 messages are before it");
		assertThat(reason.count()).isEqualTo(10_001);
	}

	@Test
	void messageWhenItsConcurrencyKeyHasNoRoomNamesTheLimit() throws Exception {
		open();
		start(task(TASK).maxConcurrentPerKey(1));
		MessageId first = this.operations.enqueue(message().concurrencyKey("tenant"));
		awaitBegun(1);
		this.operations.enqueue(message().concurrencyKey("tenant"));
		MessageId third = this.operations.enqueue(message().concurrencyKey("tenant"));
		assertThat(explain(third).reasons()).extracting(Reason::kind).containsExactly(ReasonKind.CONCURRENCY_KEY);
		Reason reason = decisive(third);
		assertThat(reason.text())
			.startsWith("limit 'keys:mail.send' of its concurrency key 'tenant' is reached: 1 of 1"
					+ " run or are next: message " + first + " of task 'mail.send', RUNNING since ")
			.endsWith("; of those that wait, 1 goes before it");
		assertThat(reason.heldBy()).isEqualTo(first);
		this.goOn.release(3);
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(explain(third).reasons()).isEmpty();
	}

	@Test
	void messageWhenAnotherOfItsConcurrencyKeyIsNextTakesTurns() {
		open();
		MessageId next = this.operations.enqueue(message().concurrencyKey("tenant"));
		MessageId id = this.operations.enqueue(message().concurrencyKey("tenant"));
		Reason reason = reason(explain(id), ReasonKind.CONCURRENCY_KEY);
		assertThat(reason.heldBy()).isEqualTo(next);
		assertThat(reason.text()).startsWith("its concurrency key 'tenant' takes turns with others, and 1 message of it"
				+ " is next: message " + next);
		assertThat(explain(next).is(ReasonKind.CONCURRENCY_KEY)).isFalse();
	}

	@Test
	void messageWhenTheRateOfItsKeyHasNoRoomSaysWhenThereIs() throws Exception {
		open();
		start(task(TASK).rateLimitPerKey(new RateLimit(1, Duration.ofHours(1))));
		this.operations.enqueue(message().concurrencyKey("tenant"));
		awaitBegun(1);
		this.goOn.release();
		MessageId id = this.operations.enqueue(message().concurrencyKey("tenant"));
		await().atMost(LONG).until(() -> reason(this.operations.explain(id), ReasonKind.KEY_RATE).until() != null);
		Reason reason = decisive(id);
		assertThat(reason.kind()).isEqualTo(ReasonKind.KEY_RATE);
		assertThat(reason.text()).startsWith("rate 'rate:keys:mail.send' of its concurrency key 'tenant' has no room:"
				+ " the next token comes in 59 min");
	}

	@Test
	void messageWhoseProcessDiedIsASuspect() throws Exception {
		Process child = start(ExplainChild.class, TASK);
		open();
		MessageId id = this.operations.enqueue(message());
		awaitRuns("start", 1);
		kill(child);
		Reason reason = awaitReason(id, ReasonKind.SUSPECT);
		assertThat(reason.text()).startsWith("its process died in 1 run in a row");
	}

	// Limits, rates, workers

	@ParameterizedTest
	@ValueSource(strings = { ExplainChild.LIMITED, ExplainChild.LOCKED })
	void messageWhenAnotherProcessHasThePermitNamesTheLimit(String task) throws Exception {
		String limit = task.equals(ExplainChild.LIMITED) ? "task:limited" : "lock:door";
		start(ExplainChild.class);
		open();
		MessageId holder = this.operations.enqueue(NewMessage.to(task).payload("1"));
		awaitRuns("start", 1);
		MessageId id = this.operations.enqueue(NewMessage.to(task).payload("2"));
		awaitHosted(id);
		Reason reason = awaitReason(id, ReasonKind.LIMIT);
		assertThat(decisive(id)).isEqualTo(reason);
		assertThat(reason.text()).startsWith("limit '" + limit + "' is reached: 1 of 1 permit is in use");
		assertThat(reason.name()).isEqualTo(limit);
		assertThat(reason.heldBy()).isEqualTo(holder);
		Message running = find(holder);
		assertThat(reason.text()).contains("1 of 1 permit is in use, by message " + holder + " in '"
				+ running.instance() + "' since " + running.startedAt());
		assertThat(reason.count()).isOne();
		assertThat(reason.most()).isOne();
	}

	@Test
	void messageWhenItsLimitIsReachedHereNamesItAndThoseBefore() throws Exception {
		open((builder) -> builder.concurrency(4).shards(1));
		this.queue.tasks().register("quick", Integer.class, (payload, context) -> null);
		start(task(TASK).maxConcurrent(2));
		for (int i = 0; i < 4; i++) {
			this.operations.enqueue(message());
		}
		awaitBegun(2);
		MessageId id = this.operations.enqueue(message());
		Explanation explanation = explain(id);
		assertThat(explanation.reasons()).extracting(Reason::kind)
			.containsExactly(ReasonKind.LIMIT, ReasonKind.BEHIND_OTHERS);
		assertThat(explanation.reasons()).extracting(Reason::text)
			.containsExactly(
					"limit 'task:mail.send' is reached: 2 of 2 permits are in use, the longest by " + longestRunning(2),
					"2 messages go before it in queue 'default'");
		assertThat(explanation.reasons().get(0).heldBy()).isEqualTo(longest().get(0).id());
		assertThat(explanation.estimatedStart()).isNull();
		assertThat(explanation.summary()).endsWith(" (and 1 further reason)");
		this.goOn.release(5);
		assertThat(this.operations.drain(LONG)).isTrue();
		this.operations.pauseTask(TASK);
		MessageId unlimited = this.operations.enqueue(message());
		assertThat(this.operations.explain(unlimited).is(ReasonKind.LIMIT)).isFalse();
	}

	@Test
	void messageWhenManyHavePermitsNamesThoseThatHaveThemLongest() throws Exception {
		open((builder) -> builder.concurrency(8).shards(2));
		start(task(TASK).maxConcurrent(5));
		for (int i = 0; i < 5; i++) {
			this.operations.enqueue(message().idempotencyKey("k" + i));
			awaitBegun(1);
		}
		MessageId id = this.operations.enqueue(message());
		assertThat(awaitReason(id, ReasonKind.LIMIT).text()).startsWith(
				"limit 'task:mail.send' is reached: 5 of 5 permits are in use, the longest by " + longestRunning(3));
	}

	private List<Message> longest() {
		return this.operations.list(MessageQuery.all().state(MessageState.RUNNING))
			.stream()
			.sorted(Comparator.comparing(Message::startedAt).thenComparing(Message::id))
			.toList();
	}

	private String longestRunning(int most) {
		return longest().stream()
			.limit(most)
			.map((message) -> "message " + message.id() + " in '" + message.instance() + "' since "
					+ message.startedAt())
			.collect(Collectors.joining(", "));
	}

	@Test
	void messageWhenAHandlerGoesOnAfterItsTimeNamesItsProcess() throws Exception {
		open();
		start(TaskDefinition.builder(TASK, Object.class, (payload, context) -> {
			this.began.release();
			this.goOn.acquireUninterruptibly();
			return null;
		}).maxConcurrent(1).timeout(Duration.ofMillis(100)).retryPolicy(LATER));
		MessageId late = this.operations.enqueue(message());
		awaitBegun(1);
		await().atMost(LONG).until(() -> state(late) == MessageState.SCHEDULED);
		MessageId id = this.operations.enqueue(message());
		Reason reason = awaitReason(id, ReasonKind.LIMIT);
		assertThat(reason.heldBy()).isNull();
		assertThat(reason.text())
			.startsWith("limit 'task:mail.send' is reached: 1 of 1 permit is in use, by '" + ProcessName.get() + "'");
	}

	@Test
	void messageWhenAPermitIsKeptUnusedSaysNothingOfTheLimit() throws Exception {
		open((builder) -> builder.concurrency(4).shards(1));
		start(task(TASK).maxConcurrent(1));
		MessageId first = this.operations.enqueue(message());
		this.goOn.release();
		await().atMost(LONG).until(() -> state(first) == MessageState.COMPLETED);
		// Alone, this process keeps its permit.
		assertThat(this.operations.stats().limits()).anyMatch((limit) -> limit.held() == 1);
		this.operations.pause("default");
		MessageId id = this.operations.enqueue(message());
		await().untilAsserted(() -> assertThat(explain(id).reasons()).extracting(Reason::kind)
			.containsExactly(ReasonKind.QUEUE_PAUSED));
	}

	@Test
	void messageWhenItsShardIsQuarantinedSaysThatNobodyKnows() throws Exception {
		open((builder) -> builder.shards(2));
		MessageId id = this.operations.enqueue(TASK, "x".repeat(3000));
		this.queue.close();
		int shard = IdLayout.shard(id.value());
		Path file = this.directory.resolve("default/queue_shard_" + shard + ".db");
		try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
			bytes.write(new byte[4096]);
		}
		open((builder) -> builder.shards(2));
		Explanation explanation = explain(id);
		assertThat(explanation.state()).isNull();
		assertThat(explanation.reasons()).extracting(Reason::kind).containsExactly(ReasonKind.SHARD_QUARANTINED);
		assertThat(explanation.reasons().get(0).name()).isEqualTo(Integer.toString(shard));
		assertThat(explanation.summary()).contains("shard " + shard + ", which would have it, is quarantined: Shard "
				+ shard + " (queue_shard_" + shard + ".db)");
	}

	@Test
	void messageWhenThePaceIsKnownHasAnEstimatedStart() throws Exception {
		open((builder) -> builder.concurrency(4).shards(1));
		start(task(TASK).maxConcurrent(1));
		for (int i = 0; i < 40; i++) {
			this.operations.enqueue(message());
		}
		this.goOn.release(30);
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.COMPLETED) == 30);
		MessageId id = this.operations.enqueue(message());
		await().atMost(LONG).until(() -> this.operations.explain(id).is(ReasonKind.BEHIND_OTHERS));
		Explanation explanation = explain(id);
		assertThat(explanation.estimatedStart()).isNotNull()
			.isAfter(explanation.at())
			.isBefore(explanation.at().plus(LONG));
		assertThat(explanation.summary()).contains(". It may start in ", "by the pace of late");
	}

	@Test
	void messageWhenTheRateHasNoRoomSaysWhenThereIs() throws Exception {
		open((builder) -> builder.rateLimit("slow", new RateLimit(1, Duration.ofHours(2))));
		this.queue.tasks().register(TaskDefinition.builder("other", Object.class, this.waits).queue("slow").build());
		start(task(TASK).rateLimit(new RateLimit(1, Duration.ofHours(1))));
		this.operations.enqueue(message());
		this.operations.enqueue(NewMessage.to("other"));
		awaitBegun(2);
		this.goOn.release(2);
		MessageId id = this.operations.enqueue(message());
		MessageId slow = this.operations.enqueue(NewMessage.to("other"));
		assertThat(awaitReason(id, ReasonKind.RATE).text())
			.startsWith("rate 'rate:task:mail.send' of its task has no room, 1 in 1 h: the next token comes ");
		assertThat(awaitReason(slow, ReasonKind.RATE).text())
			.startsWith("rate 'rate:queue:slow' of its queue has no room, 1 in 2 h: the next token comes ");
		await().atMost(LONG).until(() -> decisive(id).until() != null);
		assertThat(decisive(id).until()).isBetween(Instant.now().plusSeconds(3000), Instant.now().plusSeconds(3600));
	}

	@Test
	void messageWhenAllWorkersAreBusySaysSo() throws Exception {
		open((builder) -> builder.concurrency(1).shards(1));
		start(task(TASK));
		this.operations.enqueue(message());
		awaitBegun(1);
		List<MessageId> ids = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			ids.add(this.operations.enqueue(message()));
		}
		// One at most was claimed ahead.
		MessageId last = ids.get(19);
		await().atMost(LONG).until(() -> this.operations.explain(last).is(ReasonKind.WORKERS_BUSY));
		Explanation explanation = explain(last);
		assertThat(explanation.reasons()).extracting(Reason::kind)
			.containsExactly(ReasonKind.WORKERS_BUSY, ReasonKind.BEHIND_OTHERS);
		assertThat(decisive(last).text()).isEqualTo("all 1 worker of queue 'default' are busy");
	}

	@Test
	void messageWhenMoreThanTenThousandGoBeforeItSaysSo() throws Exception {
		open((builder) -> builder.concurrency(4).shards(2));
		start(task(TASK).maxConcurrent(1));
		List<NewMessage> many = new ArrayList<>();
		for (int i = 0; i < 10_050; i++) {
			many.add(message());
		}
		this.operations.enqueueAll(many);
		awaitBegun(1);
		MessageId id = this.operations.enqueue(message());
		assertThat(reason(explain(id), ReasonKind.BEHIND_OTHERS).text())
			.isEqualTo("more than 10,000 messages go before it in queue 'default'");
		MessageId urgent = this.operations.enqueue(message().priority(3));
		assertThat(explain(urgent).is(ReasonKind.BEHIND_OTHERS)).isFalse();
	}

	@Test
	void messageWhenTheNewestIsNextCountsThoseBehindIt() throws Exception {
		open((builder) -> builder.concurrency(4)
			.shards(1)
			.order("default", io.github.queuesqlite.message.QueueOrder.LIFO));
		start(task(TASK).maxConcurrent(1));
		this.operations.enqueue(message());
		awaitBegun(1);
		MessageId older = this.operations.enqueue(message());
		MessageId newer = this.operations.enqueue(message());
		assertThat(reason(explain(older), ReasonKind.BEHIND_OTHERS).count()).isOne();
		assertThat(explain(newer).is(ReasonKind.BEHIND_OTHERS)).isFalse();
	}

	// Others

	@Test
	void messageWhenItWaitsForOthersNamesThem() {
		open();
		this.operations.pause("default");
		MessageId first = this.operations
			.enqueue(message().then(NewMessage.to("second")).onFailure(NewMessage.to("failure")));
		List<Message> stored = all();
		MessageId second = stored.stream()
			.filter((message) -> message.task().equals("second"))
			.findFirst()
			.orElseThrow()
			.id();
		MessageId failure = stored.stream()
			.filter((message) -> message.task().equals("failure"))
			.findFirst()
			.orElseThrow()
			.id();
		assertThat(decisive(second)).satisfies((reason) -> {
			assertThat(reason.kind()).isEqualTo(ReasonKind.WAITS_FOR_MESSAGES);
			assertThat(reason.heldBy()).isEqualTo(first);
			assertThat(reason.text()).isEqualTo("waits until the message before it in its chain is COMPLETED: message "
					+ first + " of task 'mail.send', READY");
		});
		assertThat(decisive(failure).text()).startsWith("waits for a failure, and is deleted when there is none: ");
		MessageId group = this.operations
			.enqueueGroup(NewGroup.of(List.of(NewMessage.to("a"), NewMessage.to("b"))).then(NewMessage.to("done")));
		assertThat(decisive(group)).satisfies((reason) -> {
			assertThat(reason.text())
				.startsWith("waits for the members of its group: 2 of 2 have not ended, the first is message ");
			assertThat(reason.count()).isEqualTo(2);
			assertThat(reason.most()).isEqualTo(2);
		});
		MessageId plain = this.operations.enqueueGroup(NewGroup.of(List.of(NewMessage.to("a"))));
		assertThat(decisive(plain).text())
			.startsWith("is a group, and COMPLETED when its members have ended: 1 of 1 have not");
		assertThat(explain(plain).is(ReasonKind.NOT_HOSTED)).isFalse();
	}

	// What runs

	@Test
	void messageWhenItRunsSaysWhereSinceWhenAndHowFar() throws Exception {
		open();
		CountDownLatch said = new CountDownLatch(1);
		start(TaskDefinition.builder(TASK, Object.class, (payload, context) -> {
			context.progress(0.4, "half\nway");
			said.countDown();
			this.goOn.acquireUninterruptibly();
			return null;
		}).timeout(Duration.ofMinutes(10)).retryPolicy(LATER));
		MessageId id = this.operations.enqueue(message());
		awaitLatch(said);
		await().atMost(LONG).until(() -> find(id).progress() != null);
		Explanation explanation = explain(id);
		RunInfo run = explanation.run();
		assertThat(run).isNotNull();
		assertThat(explanation.reasons()).isEmpty();
		assertThat(run.self()).isTrue();
		assertThat(run.begun()).isTrue();
		assertThat(run.attempt()).isOne();
		assertThat(run.maxAttempts()).isEqualTo(4);
		assertThat(run.deadline()).isBetween(Instant.now().plusSeconds(500), Instant.now().plusSeconds(600));
		assertThat(run.progress()).isNotNull().extracting(Progress::fraction).isEqualTo(0.4);
		assertThat(explanation.summary()).contains(" is RUNNING: '" + run.process() + "' (this process) has it since ",
				", attempt 1 of 4; its time is over in 9 min", "; 40 % done, 'half\\nway'");
		assertThat(run.cancelRequested()).isFalse();
		this.operations.cancel(id);
		assertThat(explain(id).summary()).endsWith("; it was asked to stop");
		this.goOn.release();
	}

	// What ended

	@Test
	void messageWhenItHasEndedSaysHowAndWhatFollowed() {
		open();
		this.queue.tasks().register(TASK, Object.class, (payload, context) -> null);
		this.queue.tasks().register(TaskDefinition.builder("fails", Object.class, (payload, context) -> {
			throw new IllegalStateException("<b>no</b>\nway");
		}).retryPolicy(ONCE).build());
		this.queue.start();
		MessageId done = this.operations.enqueue(message().then(message()));
		MessageId dead = this.operations.enqueue(NewMessage.to("fails").then(message()));
		MessageId cancelled = this.operations.enqueue(message().delay(Duration.ofHours(1)));
		this.operations.cancel(cancelled);
		assertThat(this.operations.drain(LONG)).isTrue();
		Explanation completed = explain(done);
		assertThat(completed.reasons()).isEmpty();
		assertThat(completed.run()).isNull();
		assertThat(completed.ending()).isNotNull().satisfies((ending) -> {
			assertThat(ending.attempts()).isOne();
			assertThat(ending.failure()).isNull();
			assertThat(ending.followedBy()).extracting(Follower::state).containsExactly(MessageState.COMPLETED);
		});
		assertThat(completed.summary()).contains(" is COMPLETED since ",
				", after 1 attempt of 4, the last of which took ", "; then message ",
				" of task 'mail.send' (COMPLETED)");
		Explanation failed = explain(dead);
		assertThat(failed.summary()).contains(" is DEAD since ",
				"1 attempt of 1: java.lang.IllegalStateException: <b>no</b>\\nway; then message ", "(CANCELLED)");
		MessageId stopped = failed.ending().followedBy().get(0).id();
		assertThat(explain(stopped).ending().stoppedBy()).isEqualTo(dead);
		assertThat(explain(stopped).summary())
			.endsWith(": message " + dead + ", which it waited for, did not complete");
		assertThat(explain(cancelled).summary()).endsWith(": before it began");
	}

	@Test
	void messageWhenNobodyHereKnowsHowManyAttemptsItHasSaysHowManyBegan() {
		open();
		this.queue.tasks().register(TaskDefinition.builder(TASK, Object.class, (payload, context) -> {
			throw new IllegalStateException("no");
		}).retryPolicy(ONCE).build());
		this.queue.start();
		MessageId id = this.operations.enqueue(message());
		MessageId told = this.operations.enqueue(message().maxRetries(0));
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(explain(id).summary()).contains(", after 1 attempt of 1: ");
		this.queue.close();
		open();
		assertThat(explain(id).summary()).contains(", after 1 attempt: ");
		assertThat(find(id).maxAttempts()).isNull();
		assertThat(explain(told).summary()).contains(", after 1 attempt of 1: ");
		assertThat(find(told).maxAttempts()).isOne();
	}

	@Test
	void messageWhenItIsReceivedHereHasTheAttemptsThatItsReceiverGivesIt() {
		open();
		MessageId id = this.operations.enqueue(message());
		ClaimedMessage claimed = this.operations.receive("default", 1, LONG).get(0);
		assertThat(explain(id).run().maxAttempts()).isEqualTo(4);
		claimed.complete();
	}

	@Test
	void messageWhenExpiredSaysThatNobodyHadBegun() {
		openWithClock();
		MessageId id = this.operations.enqueue(message().timeToLive(Duration.ofSeconds(10)));
		this.clock.move(Duration.ofSeconds(11));
		await().atMost(LONG).until(() -> state(id) == MessageState.EXPIRED);
		assertThat(explain(id).summary()).contains(" is EXPIRED since 2026-03-01T12:00:11Z: nobody had begun it");
	}

	// Hostile and other

	@Test
	void messageWhenItsNamesAreHostileIsExplainedOnOneLine() {
		open();
		start(task(TASK));
		String key = "a\nb\u001b[31m\u202e<script>'; DROP TABLE message; --" + "x".repeat(400);
		this.operations.pauseKey(key);
		MessageId id = this.operations.enqueue(message().orderingKey(key));
		Reason reason = decisive(id);
		assertThat(reason.text()).contains("'a\\nb\\u001b[31m\\u202e<script>", "x…'").hasSizeLessThan(400);
		assertThat(reason.name()).isEqualTo(key);
		assertThat(this.operations.list(MessageQuery.all())).hasSize(1);
	}

	@Test
	void messageWhenNothingKeepsItIsAboutToStart() {
		open();
		start(task(TASK));
		MessageId id = this.operations.enqueue(message());
		await().atMost(LONG).until(() -> {
			Explanation explanation = explain(id);
			return explanation.run() != null || explanation.is(ReasonKind.ABOUT_TO_START);
		});
		this.goOn.release();
	}

}
