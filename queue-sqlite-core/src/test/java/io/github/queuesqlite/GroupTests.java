package io.github.queuesqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.FailedMessage;
import io.github.queuesqlite.message.GroupMember;
import io.github.queuesqlite.message.GroupProgress;
import io.github.queuesqlite.message.GroupResult;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.QueueFullException;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** Groups, and what is done when all members have ended, end to end. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupTests extends ProcessTester {

	private static final String SUM = "sum";

	private final List<GroupResult> results = new CopyOnWriteArrayList<>();

	private static NewMessage part(int number) {
		return NewMessage.to("part").payload(number);
	}

	private static NewMessage bad(int number) {
		return NewMessage.to("bad").payload(number).maxRetries(0);
	}

	private static NewMessage sum() {
		return NewMessage.to(SUM);
	}

	private static NewGroup parts(int count) {
		return NewGroup.of(IntStream.range(0, count).mapToObj(GroupTests::part).toList());
	}

	private void start() {
		this.queue.tasks()
			.register(TaskDefinition.builder("part", Integer.class, (payload, context) -> payload * 10)
				.storeResult(false)
				.build());
		this.queue.tasks().register("bad", Integer.class, (payload, context) -> {
			throw new IllegalStateException("bad " + payload);
		});
		this.queue.tasks().register(SUM, GroupResult.class, (payload, context) -> {
			this.results.add(payload);
			return payload.results(Integer.class).stream().mapToInt(Integer::intValue).sum();
		});
		this.queue.tasks().register("double", Integer.class, (payload, context) -> 2 * payload);
		this.queue.start();
	}

	private GroupProgress progress(MessageId id) {
		return this.operations.group(id).orElseThrow();
	}

	// --- building

	@Test
	void groupThatIsWrongIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> NewGroup.of())
			.withMessage("A group must have 1 to 9999 members, had 0");
		assertThatIllegalArgumentException().isThrownBy(() -> parts(10_000))
			.withMessage("A group must have 1 to 9999 members, had 10000");
		assertThatNullPointerException().isThrownBy(() -> parts(1).then(null)).withMessage("'next' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> NewGroup.of(part(1).uniqueKey("u")))
			.withMessageContaining("has no 'uniqueKey'");
		assertThatIllegalArgumentException().isThrownBy(() -> parts(1).then(sum().idempotencyKey("i")))
			.withMessageContaining("has no 'idempotencyKey'");
		assertThat(parts(2).then(sum()).then(part(1)).callback().then()).extracting(NewMessage::task)
			.containsExactly("part");
	}

	@Test
	void groupThatIsTooLargeIsRefusedWithNothingStored() {
		open((builder) -> builder.maxPayloadSize(20_000_000));
		NewMessage large = NewMessage.to("part").payload("x".repeat(12_000_000));
		assertThatExceptionOfType(PayloadException.class)
			.isThrownBy(() -> this.operations.enqueueGroup(NewGroup.of(large, large, large)))
			.withMessageContaining("more than the 33554432 that are stored together");
		NewMessage chain = part(1).then(part(2)).then(part(3));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.operations
				.enqueueGroup(NewGroup.of(IntStream.range(0, 4000).mapToObj((i) -> chain).toList())))
			.withMessageContaining("A group must have at most 10000 messages");
		assertThatNullPointerException().isThrownBy(() -> this.operations.enqueueGroup(null))
			.withMessage("'group' must not be null");
		assertThat(all()).isEmpty();
	}

	// --- running

	@Test
	void callbackIsGivenWhatBecameOfAllMembersInTheirOrder() {
		open();
		start();
		MessageId id = this.operations.enqueueGroup(NewGroup.of(part(1), bad(2), part(3)).then(sum()));
		assertThat(this.operations.await(id, Integer.class, LONG)).isEqualTo(40);
		List<GroupMember> members = this.results.get(0).members();
		assertThat(members).extracting(GroupMember::task).containsExactly("part", "bad", "part");
		assertThat(members).extracting(GroupMember::state)
			.containsExactly(MessageState.COMPLETED, MessageState.DEAD, MessageState.COMPLETED);
		assertThat(members.get(2).<Integer>result(Integer.class)).isEqualTo(30);
		assertThat(members.get(1).failure().message()).isEqualTo("bad 2");
		assertThat(members.get(0).failure()).isNull();
		assertThat(this.results.get(0).isSuccessful()).isFalse();
		assertThat(this.results.get(0).count(MessageState.DEAD)).isOne();
		assertThat(find(members.get(1).id()).task()).isEqualTo("bad");
		assertThat(find(id).payload(GroupResult.class).members()).hasSize(3);
	}

	@Test
	void groupWithoutCallbackIsCompletedWithWhatBecameOfItsMembers() {
		open();
		start();
		MessageId id = this.operations.enqueueGroup(NewGroup.of(part(1), part(2)));
		GroupResult result = this.operations.await(id, GroupResult.class, LONG);
		assertThat(result.isSuccessful()).isTrue();
		assertThat(result.results(Integer.class)).containsExactly(10, 20);
		assertThat(find(id).state()).isEqualTo(MessageState.COMPLETED);
		assertThat(find(id).result(GroupResult.class).members()).hasSize(2);
		assertThat(progress(id)).isEqualTo(new GroupProgress(id, MessageState.COMPLETED, 2, 2, 0, 0));
		assertThat(this.operations.length()).isZero();
	}

	@Test
	void eventsTellOfTheEndOfAGroupToo() {
		List<MessageId> completed = new CopyOnWriteArrayList<>();
		open((builder) -> builder.eventListener((event) -> {
			if (event instanceof MessageEvent.Completed) {
				completed.add(event.id());
			}
		}));
		start();
		MessageId id = this.operations.enqueueGroup(parts(2));
		await().atMost(LONG).untilAsserted(() -> assertThat(completed).hasSize(3).endsWith(id));
	}

	@Test
	void groupWithoutCallbackIsRecordedBeforeItsWaitersAreReleased() {
		List<String> finished = new CopyOnWriteArrayList<>();
		open((builder) -> builder.recorder(new QueueRecorder() {

			@Override
			public void finished(String queue, String task, RunOutcome outcome, Duration duration) {
				finished.add(queue + " " + task + " " + outcome);
			}

		}));
		start();
		MessageId id = this.operations.enqueueGroup(parts(2));
		this.operations.await(id, GroupResult.class, LONG);
		assertThat(finished).containsExactlyInAnyOrder("default part COMPLETED", "default part COMPLETED",
				"default queue:group COMPLETED");
	}

	@Test
	void groupWithoutCallbackIsServedByNobodyAndNobodyMissesIt() {
		open();
		this.operations.enqueueGroup(NewGroup.of(NewMessage.to("part").delay(Duration.ofHours(1))));
		start();
		assertThat(this.operations.stats().unservedTasks()).isEmpty();
	}

	@Test
	void callbackMayBeAChainAndMembersToo() {
		open();
		start();
		NewMessage chain = part(1).then(NewMessage.to("double")).then(NewMessage.to("double"));
		MessageId id = this.operations
			.enqueueGroup(NewGroup.of(chain, part(1)).then(sum()).then(NewMessage.to("double").tags("end")));
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(find(id).result(Integer.class)).isEqualTo(50);
		assertThat(this.operations.list(MessageQuery.all().tag("end"))).singleElement()
			.satisfies((end) -> assertThat(end.result(Integer.class)).isEqualTo(100));
		assertThat(this.results.get(0).members()).extracting(GroupMember::task).containsExactly("double", "part");
	}

	@Test
	void memberThatIsAChainCountsWithItsEnd() {
		open();
		List<FailedMessage> failed = new CopyOnWriteArrayList<>();
		this.queue.tasks().register("failed", FailedMessage.class, (payload, context) -> failed.add(payload));
		start();
		MessageId id = this.operations
			.enqueueGroup(NewGroup.of(bad(1).then(part(2)).onFailure(NewMessage.to("failed")), part(3)).then(sum()));
		assertThat(this.operations.await(id, Integer.class, LONG)).isEqualTo(30);
		assertThat(this.results.get(0).members()).extracting(GroupMember::state)
			.containsExactly(MessageState.CANCELLED, MessageState.COMPLETED);
		assertThat(this.results.get(0).members().get(0).failure().message()).contains("of task 'bad'", "ended DEAD");
		await().atMost(LONG).untilAsserted(() -> assertThat(failed).hasSize(1));
	}

	@Test
	void progressTellsHowManyHaveEnded() throws Exception {
		open();
		CountDownLatch open = new CountDownLatch(1);
		this.queue.tasks().register("slow", Integer.class, (payload, context) -> {
			open.await();
			return payload;
		});
		start();
		MessageId id = this.operations
			.enqueueGroup(NewGroup.of(part(1), part(2), bad(3), NewMessage.to("slow").payload(4)).then(sum()));
		await().atMost(LONG)
			.untilAsserted(() -> assertThat(progress(id))
				.isEqualTo(new GroupProgress(id, MessageState.SCHEDULED, 4, 2, 1, 0)));
		assertThat(progress(id).open()).isOne();
		assertThat(progress(id).isDone()).isFalse();
		open.countDown();
		await().atMost(LONG).until(() -> state(id) == MessageState.COMPLETED);
		assertThat(progress(id)).isEqualTo(new GroupProgress(id, MessageState.COMPLETED, 4, 3, 1, 0));
		assertThat(this.operations.group(this.operations.enqueue(part(1)))).isEmpty();
		assertThat(this.operations.group(new MessageId(1))).isEmpty();
	}

	@Test
	void cancelOfTheGroupCancelsItsCallbackOnly() {
		open();
		MessageId id = this.operations.enqueueGroup(parts(2).then(sum()));
		assertThat(this.operations.cancel(id)).isTrue();
		assertThat(state(id)).isEqualTo(MessageState.CANCELLED);
		start();
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(progress(id)).isEqualTo(new GroupProgress(id, MessageState.CANCELLED, 2, 2, 0, 0));
		assertThat(this.operations.retry(id)).isTrue();
		assertThat(this.operations.await(id, Integer.class, LONG)).isEqualTo(10);
	}

	@Test
	void callbackWithAPayloadOfItsOwnKeepsIt() {
		open();
		start();
		MessageId id = this.operations.enqueueGroup(parts(3).then(NewMessage.to("double").payload(21)));
		assertThat(this.operations.await(id, Integer.class, LONG)).isEqualTo(42);
	}

	@Test
	void resultsThatAreTooLargeTogetherAreLeftOut() {
		open((builder) -> builder.maxPayloadSize(6_000_000));
		this.queue.tasks().register("large", Integer.class, (payload, context) -> "x".repeat(5_000_000));
		start();
		MessageId id = this.operations
			.enqueueGroup(NewGroup.of(NewMessage.to("large").payload(1), NewMessage.to("large").payload(2), part(3)));
		GroupResult result = this.operations.await(id, GroupResult.class, LONG);
		assertThat(result.members().get(0).<String>result(String.class)).hasSize(5_000_000);
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> result.members().get(1).result(String.class))
			.withMessageContaining("was left out");
		assertThat(result.members().get(2).<Integer>result(Integer.class)).isEqualTo(30);
		assertThat(find(result.members().get(1).id()).result(String.class)).hasSize(5_000_000);
	}

	@Test
	void groupOfManyIsStoredAsOneAndCallsBackOnce() {
		open((builder) -> builder.shards(2).concurrency(16));
		start();
		MessageId id = this.operations.enqueueGroup(parts(9_999).then(sum()));
		assertThat(this.operations.await(id, Integer.class, LONG)).isEqualTo(499_850_010);
		assertThat(this.results).hasSize(1);
		assertThat(progress(id).completed()).isEqualTo(9_999);
	}

	@Test
	void resultReadAsAnotherTypeIsRefused() {
		open();
		start();
		MessageId id = this.operations.enqueueGroup(parts(1));
		this.operations.await(id, GroupResult.class, LONG);
		assertThatExceptionOfType(PayloadException.class)
			.isThrownBy(() -> this.operations.await(id, Integer.class, LONG))
			.withMessageContaining("only as io.github.queuesqlite.message.GroupResult");
	}

	@Test
	void treeOfManyShowsSome() {
		open();
		MessageId id = this.operations.enqueueGroup(parts(1500).then(sum()));
		MessageTree tree = this.operations.tree(id).orElseThrow();
		assertThat(tree.complete()).isFalse();
		assertThat(tree.nodes()).hasSize(MessageTree.MAX_NODES);
		assertThat(this.operations.cancelTree(id)).isEqualTo(1501);
		assertThat(this.operations.stats().count(MessageState.CANCELLED)).isEqualTo(1501);
		assertThat(this.operations.tree(new MessageId(1))).isEmpty();
		assertThatNullPointerException().isThrownBy(() -> this.operations.tree(null));
		assertThatNullPointerException().isThrownBy(() -> this.operations.cancelTree(null));
	}

	// --- handing in

	@Test
	void groupIsStoredWhenThereIsRoomForAllOfIt() {
		open((builder) -> builder.shards(1).maxLength(5).onFull(OnFull.REJECT));
		this.operations.enqueueGroup(parts(4).then(sum().queue("other")));
		assertThatExceptionOfType(QueueFullException.class)
			.isThrownBy(() -> this.operations.enqueueGroup(parts(2).then(sum().queue("other"))));
		assertThat(all()).hasSize(5);
		this.operations.enqueueGroup(NewGroup.of(part(1)).then(sum().queue("other")));
		assertThat(all()).hasSize(7);
	}

	@Test
	void groupWaitsForRoom() {
		open((builder) -> builder.shards(1).maxLength(3).blockTimeout(LONG).queue("other", 1));
		this.operations.enqueueGroup(parts(2));
		CompletableFuture<MessageId> second = new CompletableFuture<>();
		onThread(() -> second.complete(this.operations.enqueueGroup(parts(3).then(sum().queue("other")))));
		assertThat(second).isNotDone();
		start();
		assertThat(second).succeedsWithin(LONG);
		await().atMost(LONG).untilAsserted(() -> assertThat(this.results).hasSize(1));
	}

	@Test
	void groupInATransactionIsStoredAfterItsCommit(@TempDir Path other) {
		open();
		start();
		TransactionTemplate transaction = new TransactionTemplate(transactionsOf(other));
		List<MessageId> ids = new ArrayList<>();
		transaction.executeWithoutResult((status) -> {
			ids.add(this.operations.enqueueGroup(parts(3).then(sum())));
			assertThat(all()).isEmpty();
		});
		assertThat(this.operations.await(ids.get(0), Integer.class, LONG)).isEqualTo(30);
		transaction.executeWithoutResult((status) -> {
			ids.add(this.operations.enqueueGroup(parts(3)));
			status.setRollbackOnly();
		});
		assertThat(this.operations.find(ids.get(1))).isEmpty();
	}

	@Test
	void interceptorsSeeEachMessageOfAGroup() {
		open((builder) -> builder.enqueueInterceptor((message) -> message.header("seen", message.task())));
		this.operations.enqueueGroup(parts(2).then(sum()));
		assertThat(all()).hasSize(3)
			.allSatisfy((message) -> assertThat(message.headers()).containsEntry("seen", message.task()));
	}

	@Test
	void keyThatAnInterceptorAddsIsRefused() {
		open((builder) -> builder.enqueueInterceptor((message) -> message.uniqueKey("key")));
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.enqueueGroup(parts(2)))
			.withMessageContaining("has no 'uniqueKey'");
		assertThat(all()).isEmpty();
	}

	// --- keys

	@Test
	void membersWithDifferentKeysAreRefusedWithNothingStored() {
		open();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.operations
				.enqueueGroup(NewGroup.of(part(1).concurrencyKey("a"), part(2), part(3).concurrencyKey("b"))))
			.withMessageContaining(
					"All messages of a group that have an ordering key or a concurrency key must have the"
							+ " same one, since they are stored together: task 'part' has the concurrency key 'a', task 'part'"
							+ " has the concurrency key 'b'");
		assertThat(all()).isEmpty();
	}

	@Test
	void membersOfATenantRunAsManyAtOnceAsItsTaskSays() {
		open((builder) -> builder.shards(3)
			.concurrency(8)
			.enqueueInterceptor((message) -> message.concurrencyKey("tenant")));
		AtomicInteger running = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		this.queue.tasks().register(TaskDefinition.builder("part", Integer.class, (payload, context) -> {
			most.accumulateAndGet(running.incrementAndGet(), Math::max);
			do {
				Thread.sleep(5);
			}
			while (most.get() < 2);
			running.decrementAndGet();
			return 10 * payload;
		}).maxConcurrentPerKey(2).build());
		this.queue.tasks()
			.register(SUM, GroupResult.class,
					(payload, context) -> payload.results(Integer.class).stream().mapToInt(Integer::intValue).sum());
		this.queue.start();
		MessageId id = this.operations.enqueueGroup(parts(20).then(sum()));
		assertThat(this.operations.await(id, Integer.class, LONG)).isEqualTo(1900);
		assertThat(most).hasValue(2);
		assertThat(all()).hasSize(21).extracting(Message::concurrencyKey).containsOnly("tenant");
	}

	@Test
	void callbackWithAConcurrencyKeyTakesItsTurn() throws Exception {
		open((builder) -> builder.shards(3).concurrency(8));
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch gate = new CountDownLatch(1);
		this.queue.tasks().register("part", Integer.class, (payload, context) -> payload);
		this.queue.tasks().register(TaskDefinition.builder(SUM, GroupResult.class, (payload, context) -> {
			begun.countDown();
			gate.await();
			return null;
		}).maxConcurrentPerKey(1).build());
		MessageId one = this.operations.enqueueGroup(parts(3).then(sum().concurrencyKey("tenant")));
		MessageId other = this.operations.enqueueGroup(parts(3).then(sum().concurrencyKey("tenant")));
		this.queue.start();
		await().atMost(LONG).until(() -> progress(one).completed() + progress(other).completed() == 6);
		// What is claimed and does not begin may go back.
		awaitLatch(begun);
		assertThat(List.of(state(one), state(other))).containsExactlyInAnyOrder(MessageState.RUNNING,
				MessageState.READY);
		gate.countDown();
		await().atMost(LONG).until(() -> this.operations.length() == 0);
	}

	@Test
	void callbackOfTheLineOfItsMembersRunsBehindThem() {
		open((builder) -> builder.shards(3).concurrency(8));
		List<Object> ran = new CopyOnWriteArrayList<>();
		this.queue.tasks().register("part", Integer.class, (payload, context) -> {
			ran.add(payload);
			return payload;
		});
		this.queue.tasks().register(SUM, GroupResult.class, (payload, context) -> ran.add("sum"));
		MessageId id = this.operations
			.enqueueGroup(NewGroup.of(IntStream.range(0, 5).mapToObj((i) -> part(i).orderingKey("k")).toList())
				.then(sum().orderingKey("k")));
		this.queue.start();
		await().atMost(LONG).until(() -> state(id) == MessageState.COMPLETED);
		assertThat(ran).containsExactly(0, 1, 2, 3, 4, "sum");
	}

	// --- restarts

	@Test
	void groupGoesOnAfterARestart() {
		open();
		MessageId id = this.operations.enqueueGroup(parts(3).then(sum()));
		this.queue.close();
		open();
		start();
		assertThat(this.operations.await(id, Integer.class, LONG)).isEqualTo(30);
	}

	@Test
	void callbackRunsOnceWhenAProcessIsKilledInTheMidstOfTheMembers() throws Exception {
		open();
		NewMessage hangs = NewMessage.to("work").payload("hang");
		List<NewMessage> members = new ArrayList<>(
				IntStream.range(0, 20).mapToObj((i) -> NewMessage.to("work").payload("m" + i)).toList());
		members.add(hangs);
		MessageId id = this.operations
			.enqueueGroup(NewGroup.of(members).then(NewMessage.to("after").payload("callback")));
		Process child = startWorker("work", "after");
		awaitRuns("end", 20);
		kill(child);
		assertThat(runs("start")).noneMatch((line) -> line.contains("callback"));
		List<Object> ran = new CopyOnWriteArrayList<>();
		this.queue.tasks().register("work", String.class, (payload, context) -> null);
		this.queue.tasks().register("after", String.class, (payload, context) -> ran.add(payload));
		this.queue.start();
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(ran).containsExactly("callback");
		assertThat(progress(id)).isEqualTo(new GroupProgress(id, MessageState.COMPLETED, 21, 21, 0, 0));
	}

	@Test
	void groupStaysTogetherWhenTheNumberOfShardsChanges() {
		open((builder) -> builder.shards(4));
		List<MessageId> ids = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			ids.add(this.operations.enqueueGroup(parts(3).then(sum().delay(Duration.ofMillis(1)))));
		}
		this.queue.close();
		open((builder) -> builder.shards(2));
		start();
		ids.forEach((id) -> assertThat(this.operations.await(id, Integer.class, LONG)).isEqualTo(30));
	}

}
