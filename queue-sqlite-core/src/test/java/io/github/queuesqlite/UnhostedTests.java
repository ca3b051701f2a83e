package io.github.queuesqlite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.FailedMessage;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.TaskFailedException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Messages of tasks that nobody hosts expire, where that is asked for. */
class UnhostedTests extends QueueTester {

	private static final Duration AFTER = Duration.ofHours(1);

	private static final Duration STEP = Duration.ofMinutes(10);

	private void openExpiring() {
		open((builder) -> builder.shards(1).clock(this.clock).expireUnhosted(AFTER));
	}

	/** Time passes, and somebody looks. */
	private void pass(Duration time) {
		for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(STEP)) {
			this.clock.move((left.compareTo(STEP) < 0) ? left : STEP);
			this.queue.catchUp();
		}
	}

	/** The store knows of somebody who hosts the task. */
	private void awaitHosted() {
		await().atMost(LONG)
			.untilAsserted(() -> assertThat(
					readFromShard0("SELECT count(*) FROM instance WHERE dead = 0 AND hosting LIKE '%mail.send%'"))
				.isEqualTo(1));
	}

	private Message assertExpires(MessageId id) {
		assertThat(state(id)).isEqualTo(MessageState.READY);
		pass(STEP);
		Message message = find(id);
		assertThat(message.state()).isEqualTo(MessageState.EXPIRED);
		return message;
	}

	@Test
	void messageWhoseTaskNobodyHostsExpiresAfterThatTimeAndSaysWhy() {
		AtomicInteger expired = new AtomicInteger();
		List<MessageEvent> events = new CopyOnWriteArrayList<>();
		open((builder) -> builder.shards(1).clock(this.clock).expireUnhosted(AFTER).recorder(new QueueRecorder() {
			@Override
			public void expired(String queue, String task, int messages) {
				expired.addAndGet(messages);
			}
		}));
		this.queue.tasks().register("hosted", String.class, (payload, context) -> null);
		this.queue.start();
		this.operations.pauseTask("hosted");
		this.queue.addEventListener(events::add);
		MessageId hosted = this.operations.enqueue("hosted", "a");
		MessageId id = this.operations.enqueue(TASK, "a");
		MessageId delayed = this.operations.enqueue(message().delay(AFTER));
		this.queue.catchUp();
		pass(AFTER.minus(STEP));
		Failure failure = assertExpires(id).lastError();
		assertThat(failure).isNotNull();
		assertThat(failure.type()).isEqualTo("Unhosted");
		assertThat(failure.message()).isEqualTo("No process had a handler for task 'mail.send' for PT1H");
		assertThat(failure.attempt()).isZero();
		assertThat(this.operations.explain(id).toString()).contains("is EXPIRED since")
			.contains(": Unhosted: No process had a handler for task 'mail.send' for PT1H")
			.doesNotContain("time to live");
		assertThat(expired).hasValue(1);
		await().until(() -> events.stream().anyMatch(MessageEvent.Expired.class::isInstance));
		assertThat(events).filteredOn(MessageEvent.Expired.class::isInstance)
			.singleElement()
			.extracting((event) -> ((MessageEvent.Expired) event).failure())
			.extracting(Failure::type)
			.isEqualTo("Unhosted");
		pass(AFTER.minus(STEP));
		assertThat(state(delayed)).isEqualTo(MessageState.READY);
		assertThat(state(hosted)).isEqualTo(MessageState.READY);
		pass(STEP.multipliedBy(2));
		assertThat(state(delayed)).isEqualTo(MessageState.EXPIRED);
		assertThat(state(hosted)).isEqualTo(MessageState.READY);
		assertThat(this.operations.stats().count(MessageState.EXPIRED)).isEqualTo(2);
	}

	@Test
	void messageThatComesLaterHasItsOwnTime() {
		openExpiring();
		MessageId first = this.operations.enqueue(message().priority(1));
		this.queue.catchUp();
		pass(AFTER.dividedBy(2));
		MessageId second = this.operations.enqueue(message().priority(2));
		pass(AFTER.dividedBy(2).minus(STEP));
		assertExpires(first);
		assertThat(state(second)).isEqualTo(MessageState.READY);
		pass(AFTER.dividedBy(2).minus(STEP));
		assertExpires(second);
	}

	@Test
	void messageThatIsRetriedHasItsTimeAnew() {
		openExpiring();
		MessageId id = this.operations.enqueue(TASK, null);
		this.queue.catchUp();
		pass(AFTER.minus(STEP));
		assertExpires(id);
		assertThat(this.operations.retry(id)).isTrue();
		pass(AFTER.minus(STEP));
		assertExpires(id);
	}

	@Test
	void taskThatComesBackInTimeRuns() {
		openExpiring();
		MessageId id = this.operations.enqueue(TASK, "a");
		this.queue.start();
		this.queue.catchUp();
		pass(AFTER.minus(STEP));
		this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
		assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("a");
	}

	@Test
	void timeInWhichNobodyLooksForLongDoesNotCount() {
		openExpiring();
		MessageId id = this.operations.enqueue(TASK, null);
		this.queue.catchUp();
		pass(AFTER.minus(STEP));
		this.queue.close();
		this.clock.move(AFTER);
		openExpiring();
		this.queue.catchUp();
		pass(AFTER.minus(STEP));
		assertExpires(id);
	}

	@Test
	void timeGoesOnOverARestart() {
		openExpiring();
		MessageId id = this.operations.enqueue(TASK, null);
		this.queue.catchUp();
		pass(AFTER.minus(STEP.multipliedBy(3)));
		this.queue.close();
		this.clock.move(STEP);
		openExpiring();
		this.queue.catchUp();
		pass(STEP);
		assertExpires(id);
	}

	@Test
	void clockThatIsSetBackBeginsAnew() {
		openExpiring();
		MessageId id = this.operations.enqueue(TASK, null);
		this.queue.catchUp();
		pass(AFTER.minus(STEP));
		this.clock.move(STEP.multipliedBy(-2));
		this.queue.catchUp();
		pass(AFTER.minus(STEP));
		assertExpires(id);
	}

	@Test
	void taskThatAnotherInstanceHostsIsNotUnknownUntilThatIsGone() throws Exception {
		openExpiring();
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.directory).clock(this.clock).build()) {
			other.tasks().register(TASK, String.class, (payload, context) -> null);
			other.start();
			awaitHosted();
			this.operations.pauseTask(TASK);
			MessageId id = this.operations.enqueue(TASK, null);
			MessageId unknown = this.operations.enqueue("unknown", null);
			this.queue.catchUp();
			pass(AFTER.multipliedBy(3));
			assertThat(state(id)).isEqualTo(MessageState.READY);
			assertThat(state(unknown)).isEqualTo(MessageState.EXPIRED);
			other.stop();
			pass(AFTER.multipliedBy(3));
			assertThat(state(id)).isEqualTo(MessageState.READY);
			other.close();
			this.queue.catchUp();
			pass(AFTER.minus(STEP));
			assertExpires(id);
		}
	}

	@Test
	void instanceThatHasJustStartedMayHostAnything() {
		openExpiring();
		MessageId id = this.operations.enqueue(TASK, null);
		this.queue.catchUp();
		pass(AFTER.minus(STEP));
		this.clock.move(STEP.dividedBy(2));
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.directory).clock(this.clock).build()) {
			this.clock.move(STEP.minusMillis(1));
			this.queue.catchUp();
			assertThat(state(id)).isEqualTo(MessageState.READY);
			this.clock.move(Duration.ofMillis(1));
			this.queue.catchUp();
			assertThat(state(id)).isEqualTo(MessageState.EXPIRED);
		}
	}

	@Test
	void queueThatSomebodyReceivesFromIsNotUnknown() {
		openExpiring();
		assertThat(this.operations.receive("letters", 1, Duration.ZERO)).isEmpty();
		MessageId id = this.operations.enqueue(message().queue("letters"));
		this.queue.catchUp();
		pass(AFTER.multipliedBy(3));
		assertThat(state(id)).isEqualTo(MessageState.READY);
	}

	@Test
	void lineGoesOnBehindWhatExpired() {
		openExpiring();
		this.queue.tasks().register("hosted", String.class, (payload, context) -> payload);
		this.queue.start();
		MessageId front = this.operations.enqueue(message().orderingKey("k"));
		MessageId behind = this.operations.enqueue(message().orderingKey("k"));
		MessageId hosted = this.operations.enqueue(NewMessage.to("hosted").payload("a").orderingKey("k"));
		this.queue.catchUp();
		pass(AFTER.minus(STEP));
		assertExpires(front);
		assertThat(state(behind)).isEqualTo(MessageState.EXPIRED);
		assertThat(this.operations.await(hosted, String.class, LONG)).isEqualTo("a");
	}

	@Test
	void crowdGoesOnBehindWhatExpired() {
		openExpiring();
		List<MessageId> ids = this.operations
			.enqueueAll(IntStream.range(0, 50).mapToObj((i) -> message().concurrencyKey("k")).toList());
		this.queue.catchUp();
		pass(AFTER.minus(STEP));
		assertExpires(ids.get(0));
		assertThat(ids).allSatisfy((id) -> assertThat(state(id)).isEqualTo(MessageState.EXPIRED));
		assertThat(this.operations.length()).isZero();
	}

	@Test
	void whoeverWaitsOrFollowsIsTold() {
		openExpiring();
		this.queue.tasks().register("failed", FailedMessage.class, (payload, context) -> payload.failure().type());
		this.queue.start();
		MessageId handler = this.operations.enqueue(message().onFailure(NewMessage.to("failed")));
		CompletableFuture<String> result = this.operations.submit(message(), String.class);
		this.queue.catchUp();
		pass(AFTER.minus(STEP));
		assertExpires(handler);
		assertThat(result).failsWithin(LONG)
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.isInstanceOfSatisfying(TaskFailedException.class,
					(ex) -> assertThat(ex.state()).isEqualTo(MessageState.EXPIRED));
		MessageId followed = all().stream().filter((one) -> one.task().equals("failed")).findFirst().orElseThrow().id();
		assertThat(this.operations.await(followed, String.class, LONG)).isEqualTo("Unhosted");
	}

	@Test
	void manyExpireInOneLook() {
		openExpiring();
		this.operations.enqueueAll(IntStream.range(0, 2500).mapToObj((i) -> message().priority(i % 3)).toList());
		this.queue.catchUp();
		pass(AFTER.plus(STEP));
		assertThat(this.operations.stats().count(MessageState.EXPIRED)).isEqualTo(2500);
	}

	@Test
	void suspectsExpireToo() throws Exception {
		openExpiring();
		MessageId id = this.operations.enqueue(TASK, null);
		this.queue.close();
		try (Connection connection = shard0(); Statement statement = connection.createStatement()) {
			statement.executeUpdate("UPDATE message SET state = 22, deaths = 1");
		}
		openExpiring();
		this.queue.catchUp();
		pass(AFTER.minus(STEP));
		assertExpires(id);
	}

	@Test
	void nothingExpiresUnlessAskedFor() throws Exception {
		open((builder) -> builder.shards(1).clock(this.clock));
		MessageId id = this.operations.enqueue(TASK, null);
		this.queue.catchUp();
		pass(AFTER.multipliedBy(10));
		assertThat(state(id)).isEqualTo(MessageState.READY);
		assertThat(readFromShard0("SELECT count(*) FROM unhosted")).isZero();
	}

	@Test
	void messageThatAProcessHostsExpiresOnceItIsKilled() throws Exception {
		open((builder) -> builder.shards(1).expireUnhosted(Duration.ofSeconds(2)));
		this.operations.pauseTask(TASK);
		Path log = Files.createFile(this.directory.resolve("child.log"));
		Process child = ChildJvm.of(ExplainChild.class, this.directory, log, TASK).start();
		try {
			awaitHosted();
			MessageId id = this.operations.enqueue(TASK, null);
			MessageId unknown = this.operations.enqueue("unknown", null);
			await().atMost(LONG).until(() -> state(unknown) == MessageState.EXPIRED);
			await().during(Duration.ofSeconds(3)).atMost(LONG).until(() -> state(id) == MessageState.READY);
			child.destroyForcibly().waitFor();
			await().atMost(LONG).until(() -> state(id) == MessageState.EXPIRED);
		}
		finally {
			child.destroyForcibly();
		}
	}

	@Test
	void timeOutOfRangeIsRefused() {
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(this.directory);
		assertThatIllegalArgumentException().isThrownBy(() -> builder.expireUnhosted(Duration.ofMillis(999)))
			.withMessageStartingWith("'expireUnhosted' must be from PT1S");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.expireUnhosted(Duration.ofDays(36_526)))
			.withMessageStartingWith("'expireUnhosted' must be from PT1S");
	}

}
