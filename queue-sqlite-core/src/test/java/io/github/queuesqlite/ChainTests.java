package io.github.queuesqlite;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.queuesqlite.message.FailedMessage;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.TaskFailedException;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import io.github.queuesqlite.payload.PayloadCodec;
import io.github.queuesqlite.task.Delivery;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.UniqueKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** Chains, and what is done when a link fails, end to end. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChainTests extends ProcessTester {

	private static final String ADD = "add";

	private static final String FAIL = "fail";

	private static final String CLEAN = "clean";

	private final List<FailedMessage> failed = new CopyOnWriteArrayList<>();

	private static NewMessage add() {
		return NewMessage.to(ADD);
	}

	private static NewMessage fail() {
		return NewMessage.to(FAIL).maxRetries(0);
	}

	private static NewMessage clean() {
		return NewMessage.to(CLEAN);
	}

	private void start() {
		this.queue.tasks().register(ADD, Integer.class, (payload, context) -> payload + 1);
		this.queue.tasks().register(FAIL, Integer.class, (payload, context) -> {
			throw new IllegalStateException("no " + payload);
		});
		this.queue.tasks().register(CLEAN, FailedMessage.class, (payload, context) -> {
			this.failed.add(payload);
			return null;
		});
		this.queue.start();
	}

	private MessageState endOf(MessageId id) {
		await().atMost(LONG).until(() -> state(id).isEnded());
		return state(id);
	}

	private List<MessageState> states(String task) {
		return this.operations.list(MessageQuery.all().task(task)).stream().map(Message::state).toList();
	}

	// --- building

	@Test
	void thenAddsLinksInTheirOrder() {
		NewMessage chain = NewMessage.to("a").then(NewMessage.to("b")).then(NewMessage.to("c"));
		assertThat(chain.task()).isEqualTo("a");
		assertThat(chain.then()).extracting(NewMessage::task).containsExactly("b", "c");
		assertThat(NewMessage.to("a").then()).isEmpty();
		assertThat(chain.withoutLinks().then()).isEmpty();
	}

	@Test
	void thenWhenTheNextIsAChainAddsItsLinksWithTheirHandlers() {
		NewMessage handler = NewMessage.to("f");
		NewMessage rest = NewMessage.to("b")
			.then(NewMessage.to("c").onFailure(NewMessage.to("g")))
			.then(NewMessage.to("d"))
			.onFailure(handler);
		NewMessage chain = NewMessage.to("a").then(rest);
		assertThat(chain.then()).extracting(NewMessage::task).containsExactly("b", "c", "d");
		assertThat(chain.then()).allMatch((link) -> link.then().isEmpty());
		assertThat(chain.then()).extracting((link) -> link.onFailure().task()).containsExactly("f", "g", "f");
		assertThat(chain.onFailure()).isNull();
	}

	@Test
	void repeatAddsTheMessageAgainBeforeWhatFollowsIt() {
		NewMessage handler = NewMessage.to("f");
		NewMessage chain = NewMessage.to("a")
			.payload(1)
			.priority(7)
			.uniqueKey("k")
			.uniqueFor(LONG)
			.onDuplicate(OnDuplicate.REPLACE)
			.expiresAt(Instant.MAX)
			.then(NewMessage.to("b"))
			.onFailure(handler)
			.repeat(3, Duration.ofSeconds(1), Duration.ofSeconds(5));
		assertThat(chain.uniqueKey()).isEqualTo("k");
		assertThat(chain.onFailure()).isSameAs(handler);
		assertThat(chain.then()).extracting(NewMessage::task).containsExactly("a", "a", "a", "b");
		List<NewMessage> again = chain.then().subList(0, 3);
		assertThat(again).extracting(NewMessage::delay)
			.containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(5));
		assertThat(again).allSatisfy((link) -> {
			assertThat(link.payload()).isEqualTo(1);
			assertThat(link.priority()).isEqualTo(7);
			assertThat(link.uniqueKey()).isNull();
			assertThat(link.uniqueFor()).isNull();
			assertThat(link.onDuplicate()).isEqualTo(OnDuplicate.RETURN_EXISTING);
			assertThat(link.expiresAt()).isNull();
			assertThat(link.onFailure()).isNull();
		});
	}

	@Test
	void repeatWhenOutOfRangeIsRefused() {
		for (int times : new int[] { Integer.MIN_VALUE, 0, 100, Integer.MAX_VALUE }) {
			assertThatIllegalArgumentException().isThrownBy(() -> add().repeat(times))
				.withMessage("'times' must be from 1 to 99, was " + times);
		}
		assertThatIllegalArgumentException().isThrownBy(() -> add().repeat(1, Duration.ofSeconds(-1)))
			.withMessageContaining("'delay' must be from");
		assertThatNullPointerException().isThrownBy(() -> add().repeat(1, (Duration) null))
			.withMessage("'delay' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> add().then(add()).repeat(99))
			.withMessage("A chain must have at most 100 messages");
		assertThat(add().repeat(99).then()).hasSize(99);
	}

	@Test
	void linkWithAKeyIsRefused() {
		Map<String, NewMessage> links = Map.of("idempotencyKey", add().idempotencyKey("k"), "uniqueKey",
				add().uniqueKey("k"), "uniqueFor", add().uniqueFor(LONG), "uniqueAfterEnd", add().uniqueAfterEnd(LONG));
		links.forEach((key, link) -> {
			String text = "A message that waits for others or is waited for by a group has no '" + key
					+ "': only the first of a chain may have one (task 'add')";
			assertThatIllegalArgumentException().isThrownBy(() -> message().then(link)).withMessage(text);
			assertThatIllegalArgumentException().isThrownBy(() -> message().onFailure(link)).withMessage(text);
		});
		assertThatNullPointerException().isThrownBy(() -> message().then(null)).withMessage("'next' must not be null");
		assertThat(message().onFailure(add()).onFailure(null).onFailure()).isNull();
	}

	@Test
	void linksWithDifferentKeysAreRefusedWithNothingStored() {
		open();
		NewMessage first = add().payload(1).orderingKey("a");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.operations.enqueue(first.then(add().orderingKey("b"))))
			.withMessage(
					"All messages of a chain that have an ordering key or a concurrency key must have the same one,"
							+ " since they are stored together: task 'add' has the ordering key 'a', task 'add' has the ordering"
							+ " key 'b'. Nothing was stored.");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.operations.enqueue(first.onFailure(clean().concurrencyKey("a"))))
			.withMessageContaining("task 'clean' has the concurrency key 'a'");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.operations
				.enqueue(add().payload(1).uniqueKey("u").uniqueFor(LONG).then(add().orderingKey("a"))))
			.withMessageContaining("cannot be had in a chain with an ordering key or a concurrency key");
		assertThat(all()).isEmpty();
	}

	@Test
	void chainThatIsTooLongIsRefused() {
		open();
		NewMessage chain = add();
		for (int i = 1; i < NewMessage.MAX_LINKS; i++) {
			chain = chain.then(add());
		}
		NewMessage longest = chain;
		this.operations.enqueue(longest);
		assertThat(all()).hasSize(100);
		assertThatIllegalArgumentException().isThrownBy(() -> longest.then(add()))
			.withMessage("A chain must have at most 100 messages");
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.enqueue(longest.onFailure(clean())))
			.withMessageContaining("at most 100 messages, with all links and those for failures");
		assertThat(all()).hasSize(100);
	}

	@Test
	void chainThatIsTooLargeIsRefused() {
		open((builder) -> builder.maxPayloadSize(2_000_000));
		NewMessage large = add().payload("x".repeat(1_900_000));
		NewMessage chain = large.then(large).then(large).then(large);
		this.operations.enqueue(chain);
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> this.operations.enqueue(chain.then(large)))
			.withMessageContaining("more than the 8388608 that are stored together");
		assertThat(all()).hasSize(4);
	}

	@Test
	void linkThatIsWrongIsRefusedWithNothingStored() {
		open();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.operations.enqueue(add().then(add().expiresAt(java.time.Instant.EPOCH))))
			.withMessageContaining("'expiresAt' must be later than now");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.operations.enqueue(add().then(add().onDuplicate(OnDuplicate.REPLACE))))
			.withMessageContaining("needs a 'uniqueKey'");
		assertThatExceptionOfType(PayloadException.class)
			.isThrownBy(() -> this.operations.enqueue(add().then(add().payload(new Object() {

				public Object getMe() {
					throw new IllegalStateException("unreadable");
				}

			}))));
		assertThat(all()).isEmpty();
	}

	// --- running

	@Test
	void resultOfEachLinkIsThePayloadOfTheNext() {
		open();
		start();
		CompletableFuture<Integer> end = this.operations.submit(add().payload(1).then(add()).then(add()).then(add()),
				Integer.class);
		assertThat(end).succeedsWithin(LONG).isEqualTo(5);
		assertThat(states(ADD)).hasSize(4).containsOnly(MessageState.COMPLETED);
		assertNobodyWaits();
	}

	@Test
	void payloadOfItsOwnIsWhatALinkGets() {
		open();
		start();
		assertThat(this.operations.submit(add().payload(1).then(add().payload(10)).then(add()), Integer.class))
			.succeedsWithin(LONG)
			.isEqualTo(12);
	}

	@Test
	void resultFlowsOnAlthoughItsTaskDoesNotStoreResults() {
		open();
		this.queue.tasks()
			.register(TaskDefinition.builder("quiet", Integer.class, (payload, context) -> payload + 1)
				.storeResult(false)
				.build());
		start();
		MessageId alone = this.operations.enqueue("quiet", 1);
		assertThat(this.operations.submit(NewMessage.to("quiet").payload(1).then(NewMessage.to("quiet")).then(add()),
				Integer.class))
			.succeedsWithin(LONG)
			.isEqualTo(4);
		assertThat(endOf(alone)).isEqualTo(MessageState.COMPLETED);
		assertThat(find(alone).rawResult()).isNull();
	}

	@Test
	void callbackIsCalledWithTheLastLink() {
		open();
		start();
		AtomicReference<Message> last = new AtomicReference<>();
		MessageId first = this.operations.enqueue(add().payload(1).then(add().tags("last")), last::set);
		await().atMost(LONG).until(() -> last.get() != null);
		assertThat(last.get().tags()).containsExactly("last");
		assertThat(last.get().result(Integer.class)).isEqualTo(3);
		assertThat(find(first).result(Integer.class)).isEqualTo(2);
	}

	@Test
	void whoWaitsForTheLastLinkIsToldWhenAnEarlierOneFails() {
		open();
		start();
		CompletableFuture<Integer> end = this.operations.submit(fail().payload(1).then(add()).then(add()),
				Integer.class);
		assertThat(end).failsWithin(LONG)
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(TaskFailedException.class)
			.withMessageContaining("ended CANCELLED: It waited for message")
			.withMessageContaining("of task 'fail', which ended DEAD");
		assertThat(states(ADD)).containsExactly(MessageState.CANCELLED, MessageState.CANCELLED);
	}

	@Test
	void failureIsToldToTheHandlerOfTheChain() {
		open();
		start();
		MessageId first = this.operations.enqueue(add().payload(1).then(fail()).then(add()).onFailure(clean()));
		await().atMost(LONG).untilAsserted(() -> assertThat(this.failed).hasSize(1));
		FailedMessage told = this.failed.get(0);
		assertThat(told.task()).isEqualTo(FAIL);
		assertThat(told.id()).isGreaterThan(first);
		assertThat(told.state()).isEqualTo(MessageState.DEAD);
		assertThat(told.failure().message()).isEqualTo("no 2");
		assertThat(told.failure().type()).isEqualTo(IllegalStateException.class.getName());
	}

	@Test
	void handlerOfALinkStandsForThatLinkOnly() {
		open();
		start();
		this.operations.enqueue(add().payload(1)
			.then(fail().onFailure(clean().tags("own").then(add().payload(7).tags("behind"))))
			.then(add())
			.onFailure(clean().tags("chain")));
		await().atMost(LONG).untilAsserted(() -> assertThat(this.failed).hasSize(1));
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(this.operations.list(MessageQuery.all().task(CLEAN))).singleElement()
			.satisfies((message) -> assertThat(message.tags()).containsExactly("own"));
		assertThat(this.operations.list(MessageQuery.all().tag("behind"))).singleElement()
			.satisfies((message) -> assertThat(message.result(Integer.class)).isEqualTo(8));
	}

	@Test
	void handlerIsGoneWhenAllWentWell() {
		open();
		start();
		assertThat(this.operations.submit(add().payload(1).then(add()).onFailure(clean().then(add())), Integer.class))
			.succeedsWithin(LONG)
			.isEqualTo(3);
		assertThat(all()).hasSize(2);
		assertThat(this.operations.length()).isZero();
	}

	@Test
	void drainWaitsForAllLinks() {
		open();
		start();
		for (int i = 0; i < 20; i++) {
			this.operations.enqueue(add().payload(1).then(add()).then(add()).onFailure(clean()));
		}
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(states(ADD)).hasSize(60).containsOnly(MessageState.COMPLETED);
	}

	@Test
	void linksGoOverQueuesAndPulledMessages() {
		open();
		start();
		this.operations.enqueue(NewMessage.to("pulled").queue("hands").then(add()));
		ClaimedMessage pulled = this.operations.receive("hands", 1, LONG).get(0);
		assertThat(states(ADD)).containsExactly(MessageState.SCHEDULED);
		pulled.complete(41);
		await().atMost(LONG).until(() -> states(ADD).equals(List.of(MessageState.COMPLETED)));
		assertThat(this.operations.list(MessageQuery.all().task(ADD)).get(0).result(Integer.class)).isEqualTo(42);
	}

	@Test
	void deliveryAtMostOnceGoesOnWhenTheHandlerIsCalled() {
		open();
		AtomicInteger calls = new AtomicInteger();
		this.queue.tasks().register(TaskDefinition.builder("once", Integer.class, (payload, context) -> {
			calls.incrementAndGet();
			throw new IllegalStateException("too late");
		}).delivery(Delivery.AT_MOST_ONCE).build());
		this.queue.tasks().register("next", Integer.class, (payload, context) -> payload);
		start();
		assertThat(this.operations.submit(NewMessage.to("once").payload(1).then(NewMessage.to("next")), Integer.class))
			.succeedsWithin(LONG)
			.isNull();
		await().atMost(LONG).untilAsserted(() -> assertThat(calls).hasValue(1));
	}

	@Test
	void uniqueKeyThatATaskMakesDoesNotCountForALink() {
		open();
		this.queue.tasks()
			.register(TaskDefinition.builder("unique", Integer.class, (payload, context) -> payload)
				.uniqueKey(UniqueKey.ofBody())
				.build());
		this.operations.enqueue(NewMessage.to("unique").payload(1).then(NewMessage.to("unique").payload(1)));
		assertThat(all()).hasSize(2);
		assertThat(all().get(0).uniqueKey()).isNotNull();
		assertThat(all().get(1).uniqueKey()).isNull();
	}

	@Test
	void handlerReadsWhatFailedWhateverTheCodec() {
		open((builder) -> builder.codec(new OtherCodec()));
		start();
		this.operations.enqueue(fail().payload(1).then(add()).onFailure(clean()));
		await().atMost(LONG).untilAsserted(() -> assertThat(this.failed).hasSize(1));
	}

	/** Has another name. */
	private static final class OtherCodec implements PayloadCodec {

		private final JsonPayloadCodec codec = new JsonPayloadCodec();

		@Override
		public String name() {
			return "other";
		}

		@Override
		public byte[] encode(Object value) {
			return this.codec.encode(value);
		}

		@Override
		public Object decode(byte[] bytes, java.lang.reflect.Type type) {
			return this.codec.decode(bytes, type);
		}

	}

	// --- handing in

	@Test
	void interceptorsSeeEachMessageOfAChain() {
		open((builder) -> builder.enqueueInterceptor((message) -> message.header("seen", message.task())));
		start();
		this.operations.enqueue(fail().payload(1).then(add()).then(add()).onFailure(clean()));
		await().atMost(LONG).untilAsserted(() -> assertThat(this.failed).hasSize(1));
		assertThat(all()).hasSize(4)
			.allSatisfy((message) -> assertThat(message.headers()).containsEntry("seen", message.task()));
	}

	@Test
	void whatAnInterceptorAddsCountsForTheFirstMessageOnly() {
		open((builder) -> builder
			.enqueueInterceptor((message) -> message.onFailure(clean()).then(add().tags("added"))));
		start();
		this.operations.enqueue(fail().payload(1).then(add().tags("second")));
		await().atMost(LONG).untilAsserted(() -> assertThat(this.failed).hasSize(1));
		assertThat(all()).hasSize(4);
		assertThat(this.operations.list(MessageQuery.all().task(ADD))).extracting(Message::tags)
			.containsExactlyInAnyOrder(java.util.Set.of("second"), java.util.Set.of("added"));
	}

	@Test
	void enqueueAllStoresChainsInTheirOrder() {
		open();
		start();
		List<NewMessage> chains = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			NewMessage chain = add().payload(i).then(add()).onFailure(clean());
			chains.add((i % 3 == 0) ? chain.idempotencyKey("k" + i) : ((i % 3 == 1) ? add().payload(i) : chain));
		}
		List<MessageId> ids = this.operations.enqueueAll(chains);
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		for (int i = 0; i < 300; i += 7) {
			assertThat(find(ids.get(i)).payload(Integer.class)).isEqualTo(i);
		}
		assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(500);
		assertThat(this.operations.enqueueAll(chains.subList(0, 1))).containsExactly(ids.get(0));
		assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(500);
	}

	@Test
	void enqueueAsyncStoresAChain() {
		open();
		start();
		CompletableFuture<MessageId> id = this.operations.enqueueAsync(add().payload(1).then(add()));
		assertThat(id).succeedsWithin(LONG).satisfies((first) -> assertThat(find(first).task()).isEqualTo(ADD));
		await().atMost(LONG).until(() -> states(ADD).equals(List.of(MessageState.COMPLETED, MessageState.COMPLETED)));
	}

	@Test
	void duplicateStoresNothingOfItsChain() {
		open();
		NewMessage chain = add().payload(1).idempotencyKey("k").then(add()).onFailure(clean());
		MessageId first = this.operations.enqueue(chain);
		assertThat(this.operations.enqueue(chain)).isEqualTo(first);
		assertThat(all()).hasSize(3);
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.submit(chain, Integer.class))
			.withMessageContaining("cannot be waited for while it is handed in");
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.enqueue(chain, (message) -> {
		}));
		assertThat(all()).hasSize(3);
	}

	@Test
	void fullQueueTakesTheLinksOfWhatItTakes() {
		open((builder) -> builder.shards(1).maxLength(1).onFull(OnFull.REJECT));
		this.operations.enqueue(add().payload(1).then(add()).then(add()));
		assertThat(all()).hasSize(3);
		assertThatExceptionOfType(io.github.queuesqlite.message.QueueFullException.class)
			.isThrownBy(() -> this.operations.enqueue(add().payload(1).then(add())));
		assertThat(all()).hasSize(3);
	}

	@Test
	void chainInATransactionIsStoredAfterItsCommit(@TempDir Path other) {
		open();
		start();
		TransactionTemplate transaction = new TransactionTemplate(transactionsOf(other));
		List<CompletableFuture<?>> futures = new ArrayList<>();
		transaction.executeWithoutResult((status) -> {
			this.operations.enqueue(add().payload(1).then(add()));
			futures.add(this.operations.submit(add().payload(10).then(add()).then(add()), Integer.class));
			assertThat(all()).isEmpty();
		});
		assertThat(futures.get(0).orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo(13);
		transaction.executeWithoutResult((status) -> {
			futures.add(this.operations.submit(add().payload(10).then(add()), Integer.class));
			status.setRollbackOnly();
		});
		assertThat(futures.get(1)).failsWithin(LONG)
			.withThrowableThat()
			.withMessageContaining("its transaction was rolled back");
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(states(ADD)).hasSize(5);
		assertNobodyWaits();
	}

	@Test
	void enqueuesAreCountedAndToldForEachMessage() {
		List<String> counted = new CopyOnWriteArrayList<>();
		open((builder) -> builder.recorder(new io.github.queuesqlite.event.QueueRecorder() {

			@Override
			public void enqueued(String queue, String task, int messages) {
				counted.add(task + " " + messages);
			}

		}));
		this.operations.enqueue(add().payload(1).then(fail()).onFailure(clean()));
		assertThat(counted).containsExactly("add 1", "fail 1", "clean 1");
		counted.clear();
		this.operations.enqueueAll(List.of(add().payload(1).then(fail()), add().payload(2)));
		await().untilAsserted(() -> assertThat(counted).containsExactlyInAnyOrder("add 2", "fail 1"));
	}

	// --- by hand

	@Test
	void timesOfALinkCountFromWhenItIsSetFree() {
		openWithClock();
		start();
		this.operations.enqueue(add().payload(1).then(add().delay(Duration.ofHours(1)).tags("later")));
		await().atMost(LONG).until(() -> states(ADD).contains(MessageState.COMPLETED));
		Message link = this.operations.list(MessageQuery.all().tag("later")).get(0);
		assertThat(link.state()).isEqualTo(MessageState.SCHEDULED);
		assertThat(link.runAt()).isEqualTo(now().plus(Duration.ofHours(1)));
	}

	@Test
	void repeatedMessageRunsAgainAfterItsWaitUntilOneFails() {
		openWithClock();
		List<Instant> ran = new CopyOnWriteArrayList<>();
		this.queue.tasks().register("poll", String.class, (payload, context) -> {
			assertThat(payload).isEqualTo("site");
			ran.add(now());
			if (ran.size() == 3) {
				throw new IllegalStateException("gone");
			}
			return null;
		});
		this.queue.start();
		Instant start = now();
		this.operations.enqueue(NewMessage.to("poll")
			.payload("site")
			.maxRetries(0)
			.repeat(5, Duration.ofMinutes(1), Duration.ofMinutes(10)));
		await().atMost(LONG).until(() -> states("poll").contains(MessageState.COMPLETED));
		this.clock.move(Duration.ofMinutes(1));
		await().atMost(LONG).until(() -> ran.size() == 2);
		await().atMost(LONG).until(() -> states("poll").stream().filter(MessageState.COMPLETED::equals).count() == 2);
		this.clock.move(Duration.ofMinutes(10));
		await().atMost(LONG).until(() -> states("poll").stream().allMatch(MessageState::isEnded));
		assertThat(ran).containsExactly(start, start.plus(Duration.ofMinutes(1)), start.plus(Duration.ofMinutes(11)));
		assertThat(states("poll")).containsExactlyInAnyOrder(MessageState.COMPLETED, MessageState.COMPLETED,
				MessageState.DEAD, MessageState.CANCELLED, MessageState.CANCELLED, MessageState.CANCELLED);
	}

	@Test
	void cancelOfTheFirstEndsTheChain() {
		open();
		MessageId first = this.operations.enqueue(add().payload(1).then(add()).then(add()).onFailure(clean()));
		assertThat(this.operations.cancel(first)).isTrue();
		assertThat(states(ADD)).hasSize(3).containsOnly(MessageState.CANCELLED);
		assertThat(states(CLEAN)).isEmpty();
	}

	@Test
	void retryOfWhatFailedGoesOn() {
		open();
		AtomicInteger left = new AtomicInteger(1);
		this.queue.tasks().register("flaky", Integer.class, (payload, context) -> {
			if (left.getAndDecrement() > 0) {
				throw new IllegalStateException("not yet");
			}
			return payload + 100;
		});
		start();
		MessageId first = this.operations
			.enqueue(NewMessage.to("flaky").maxRetries(0).payload(1).then(add()).onFailure(clean()));
		assertThat(endOf(first)).isEqualTo(MessageState.DEAD);
		await().atMost(LONG).untilAsserted(() -> assertThat(this.failed).hasSize(1));
		assertThat(states(ADD)).containsExactly(MessageState.CANCELLED);
		assertThat(this.operations.retry(first)).isTrue();
		await().atMost(LONG).until(() -> states(ADD).equals(List.of(MessageState.COMPLETED)));
		assertThat(this.operations.list(MessageQuery.all().task(ADD)).get(0).result(Integer.class)).isEqualTo(102);
	}

	// --- keys

	/** Runs of one task, each of which waits for its permission. */
	private Semaphore startGated(List<String> ran) {
		Semaphore gate = new Semaphore(0);
		AtomicInteger running = new AtomicInteger();
		this.queue.tasks().register("gated", String.class, (payload, context) -> {
			ran.add(payload);
			assertThat(running.incrementAndGet()).isOne();
			gate.acquire();
			running.decrementAndGet();
			return null;
		});
		this.queue.start();
		return gate;
	}

	private static NewMessage gated(String payload) {
		return NewMessage.to("gated").payload(payload).maxRetries(0);
	}

	@Test
	void linkTakesItsPlaceInItsLineWhenItsTurnComes() {
		open((builder) -> builder.shards(3).concurrency(4));
		List<String> ran = new CopyOnWriteArrayList<>();
		Semaphore gate = startGated(ran);
		MessageId first = this.operations
			.enqueue(gated("1").orderingKey("k").then(gated("3").orderingKey("k")).then(gated("4").orderingKey("k")));
		await().atMost(LONG).untilAsserted(() -> assertThat(ran).containsExactly("1"));
		this.operations.enqueue(gated("2").orderingKey("k"));
		gate.release(4);
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(ran).containsExactly("1", "2", "3", "4");
		assertThat(state(first)).isEqualTo(MessageState.COMPLETED);
		assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(4);
	}

	@Test
	void linkThatWaitsHoldsNobodyOfItsKey() {
		open((builder) -> builder.shards(3));
		start();
		this.operations.pauseTask(ADD);
		MessageId first = this.operations.enqueue(add().payload(1).then(fail().orderingKey("k")));
		List<MessageId> others = this.operations
			.enqueueAll(List.of(fail().payload(0).orderingKey("k"), fail().payload(0).orderingKey("k")));
		others.forEach((id) -> assertThat(endOf(id)).isEqualTo(MessageState.DEAD));
		assertThat(state(first)).isEqualTo(MessageState.READY);
		this.operations.resumeTask(ADD);
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(states(FAIL)).hasSize(3).containsOnly(MessageState.DEAD);
	}

	@Test
	void linkThatIsCancelledWhileItWaitsOrAfterwardsLetsItsLineGoOn() {
		open();
		MessageId first = this.operations
			.enqueue(add().payload(1).then(add().orderingKey("k").delay(Duration.ofDays(1))));
		MessageId link = this.operations.tree(first).orElseThrow().nodes().get(1).id();
		assertThat(this.operations.cancel(link)).isTrue();
		assertThat(this.operations.retry(link)).isTrue();
		start();
		assertThat(endOf(first)).isEqualTo(MessageState.COMPLETED);
		await().atMost(LONG).until(() -> find(link).runAt().isBefore(Instant.now().plus(Duration.ofDays(2))));
		MessageId behind = this.operations.enqueue(add().payload(5).orderingKey("k"));
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(state(behind)).isEqualTo(MessageState.READY);
		assertThat(this.operations.cancel(link)).isTrue();
		assertThat(endOf(behind)).isEqualTo(MessageState.COMPLETED);
	}

	@Test
	void uniqueKeyOfTheFirstHoldsWhereverTheKeyOfALinkPutsIt() {
		open((builder) -> builder.shards(5));
		start();
		this.operations.pauseTask(FAIL);
		List<MessageId> firsts = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			NewMessage chain = fail().payload(1).uniqueKey("u" + i).then(add().concurrencyKey("c" + i));
			firsts.add(this.operations.enqueue(chain));
			assertThat(this.operations.enqueue(chain)).isEqualTo(firsts.get(i));
			assertThat(this.operations.enqueue(fail().payload(1).uniqueKey("u" + i))).isEqualTo(firsts.get(i));
		}
		assertThat(all()).hasSize(40);
		this.operations.resumeTask(FAIL);
		firsts.forEach((id) -> assertThat(endOf(id)).isEqualTo(MessageState.DEAD));
		this.operations.pauseTask(FAIL);
		for (int i = 0; i < 20; i++) {
			assertThat(this.operations.enqueue(fail().payload(1).uniqueKey("u" + i))).isNotEqualTo(firsts.get(i));
			assertThat(this.operations.retry(firsts.get(i))).as("its key is taken").isFalse();
		}
	}

	@Test
	void keysOfLinksHoldWhenTheNumberOfShardsChanges() {
		open((builder) -> builder.shards(2));
		for (int i = 0; i < 20; i++) {
			this.operations.enqueue(
					add().payload(i).uniqueKey("u" + i).idempotencyKey("i" + i).then(gated("chain").orderingKey("k")));
			this.operations.enqueue(gated("alone").orderingKey("k"));
		}
		this.queue.close();
		open((builder) -> builder.shards(5).concurrency(4));
		for (int i = 0; i < 20; i++) {
			assertThat(this.operations.enqueue(add().payload(i).uniqueKey("u" + i)))
				.isEqualTo(this.operations.findByKey("i" + i).orElseThrow().id());
		}
		List<String> ran = new CopyOnWriteArrayList<>();
		Semaphore gate = startGated(ran);
		gate.release(20);
		await().atMost(LONG).untilAsserted(() -> assertThat(ran).hasSize(20));
		assertThat(ran.subList(0, 20)).as("what waits holds nobody").containsOnly("alone");
		this.queue.tasks().register(ADD, Integer.class, (payload, context) -> "chain");
		gate.release(20);
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(ran).hasSize(40);
		assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(60);
	}

	@Test
	void chainGoesOnAfterARestart() {
		open();
		MessageId first = this.operations.enqueue(add().payload(1).then(add()).then(add()));
		this.queue.close();
		open();
		start();
		assertThat(endOf(first)).isEqualTo(MessageState.COMPLETED);
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(this.operations.list(MessageQuery.all()).get(2).result(Integer.class)).isEqualTo(4);
	}

	@Test
	void chainGoesOnAfterItsProcessWasKilledInTheMidstOfIt() throws Exception {
		open();
		NewMessage hangs = NewMessage.to("work").payload("hang");
		this.operations
			.enqueue(NewMessage.to("work").payload("one").then(hangs).then(NewMessage.to("work").payload("three")));
		Process child = startWorker("work");
		awaitRuns("start", 2);
		assertThat(runs("start")).containsExactly("start work one", "start work hang");
		kill(child);
		List<Object> ran = new CopyOnWriteArrayList<>();
		this.queue.tasks().register("work", String.class, (payload, context) -> {
			ran.add(payload);
			return null;
		});
		this.queue.start();
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(ran).containsExactly("hang", "three");
	}

	@Test
	void chainStaysTogetherWhenTheNumberOfShardsChanges() {
		open((builder) -> builder.shards(2));
		List<MessageId> firsts = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			firsts.add(this.operations.enqueue(
					add().payload(i).idempotencyKey("k" + i).then(add()).then(fail().payload(3)).onFailure(clean())));
		}
		this.queue.close();
		open((builder) -> builder.shards(5));
		start();
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(90);
		assertThat(this.operations.stats().count(MessageState.DEAD)).isEqualTo(30);
		assertThat(this.failed).hasSize(30);
		firsts.forEach((id) -> assertThat(find(id).rawResult())
			.isEqualTo(String.valueOf(find(id).payload(Integer.class) + 1).getBytes(StandardCharsets.UTF_8)));
	}

}
