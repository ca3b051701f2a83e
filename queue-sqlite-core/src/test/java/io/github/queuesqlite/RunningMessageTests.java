package io.github.queuesqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Who runs a message, and since when: of this process and of others. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunningMessageTests extends ProcessTester {

	private final CountDownLatch goOn = new CountDownLatch(1);

	private final Queue<String> threads = new ConcurrentLinkedQueue<>();

	/** Before the queue is closed, which waits for its handlers. */
	@AfterEach
	void letHandlersEnd() {
		this.goOn.countDown();
	}

	private void waitInHandler() throws InterruptedException {
		this.threads.add(Thread.currentThread().getName());
		awaitLatch(this.goOn);
	}

	@Test
	void messageWhenItRunsNamesTheProcessAndTheThreadOfItsHandler() {
		open();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			assertThat(context.message().thread()).isNull();
			waitInHandler();
			return null;
		});
		MessageId id = this.operations.enqueue(message().idempotencyKey("k"));
		assertThat(find(id).instance()).isNull();
		assertThat(find(id).thread()).isNull();
		this.queue.start();
		await().atMost(LONG).until(() -> !this.threads.isEmpty());
		assertThat(List.of(find(id), this.operations.findByKey("k").orElseThrow(), all().get(0),
				this.operations.browse(MessageQuery.all()).messages().get(0)))
			.allSatisfy((found) -> {
				assertThat(found.instance()).isEqualTo(ProcessName.get())
					.isEqualTo(this.operations.stats().instances().get(0).name());
				assertThat(found.thread()).isEqualTo(this.threads.peek());
			});
		assertThat(this.operations.explain(id).run()).isNotNull()
			.satisfies((run) -> assertThat(run.process()).isEqualTo(ProcessName.get()));
		this.goOn.countDown();
		await().atMost(LONG).until(() -> state(id) == MessageState.COMPLETED);
		assertThat(find(id).instance()).isNull();
		assertThat(find(id).thread()).isNull();
	}

	@Test
	void messagesOfABatchNameTheThreadOfTheirHandler() {
		open();
		this.queue.tasks().register(TaskDefinition.batch(TASK, String.class, (payloads, contexts) -> {
			waitInHandler();
			return null;
		}).batchSize(2).build());
		this.operations.enqueueAll(List.of(message(), message()));
		this.queue.start();
		await().atMost(LONG).until(() -> !this.threads.isEmpty());
		assertThat(all()).isNotEmpty()
			.filteredOn((found) -> found.state() == MessageState.RUNNING)
			.isNotEmpty()
			.allSatisfy((found) -> assertThat(found.instance()).isEqualTo(ProcessName.get()))
			.extracting(Message::thread)
			.contains(this.threads.peek());
	}

	@Test
	void messageWhenItWasReceivedNamesTheProcessOnly() {
		open();
		MessageId id = this.operations.enqueue(message());
		ClaimedMessage received = this.operations.receive("default", 1, LONG).get(0);
		assertThat(find(id).instance()).isEqualTo(ProcessName.get());
		assertThat(find(id).thread()).isNull();
		received.complete();
		assertThat(find(id).instance()).isNull();
	}

	@Test
	void messageThatRunsIsFoundByItsKeyTogetherWithItsProcess() {
		open();
		MessageId keyed = this.operations.enqueue(message().idempotencyKey("order-1"));
		this.operations.enqueue(message().idempotencyKey("order-2"));
		MessageQuery query = MessageQuery.all().instance(ProcessName.get()).key("order-1");
		assertThat(this.operations.browse(query).messages()).as("it waits").isEmpty();
		assertThat(this.operations.receive("default", 2, LONG)).hasSize(2);
		assertThat(this.operations.list(query)).extracting(Message::id).containsExactly(keyed);
		assertThat(this.operations.browse(query).messages()).extracting(Message::id).containsExactly(keyed);
		assertThat(this.operations.list(query.state(MessageState.DEAD))).isEmpty();
	}

	@Test
	void messageWhenAnotherProcessRunsItIsFoundByThatUntilItIsTakenBack() throws Exception {
		Process child = startWorker(TASK);
		open((builder) -> builder.shards(2));
		awaitRuns("ready", 1);
		MessageId id = this.operations.enqueue(message().payload("hang"));
		this.operations.enqueue(NewMessage.to("nobody"));
		awaitRuns("start", 1);
		Message running = find(id);
		String instance = running.instance();
		assertThat(instance).isNotNull().endsWith(":" + child.pid());
		assertThat(running.thread()).isNull();
		assertThat(this.operations.explain(id).run()).isNotNull()
			.satisfies((run) -> assertThat(run.process()).isEqualTo(instance));
		Instant started = running.startedAt();
		assertThat(started).isNotNull();
		assertThat(this.operations.list(MessageQuery.all().instance(instance).startedBefore(started.plusMillis(1))))
			.extracting(Message::id)
			.containsExactly(id);
		assertThat(this.operations.list(MessageQuery.all().startedBefore(started))).isEmpty();
		assertThat(this.operations.list(MessageQuery.all().instance(ProcessName.get()))).isEmpty();
		Path files = this.directory.resolve("default");
		try (QueueConsole console = QueueConsole.toRead(files)) {
			assertThat(console.find(id).orElseThrow().instance()).isEqualTo(instance);
			assertThat(console.list(MessageQuery.all().instance(instance))).extracting(Message::instance)
				.containsExactly(instance);
		}
		kill(child);
		await().atMost(LONG).until(() -> this.operations.list(MessageQuery.all().instance(instance)).isEmpty());
		await().atMost(LONG).until(() -> find(id).instance() == null);
		assertThat(this.operations.list(MessageQuery.all().startedBefore(Instant.now().plus(Duration.ofDays(1)))))
			.isEmpty();
	}

}
