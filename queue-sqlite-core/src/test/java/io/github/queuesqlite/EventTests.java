package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.event.MessageEventListener;
import io.github.queuesqlite.message.LeaseLostException;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.RetryTaskException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** What listeners are told of messages, after the commit. */
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
class EventTests extends QueueTester {

	private static final RetryPolicy AT_ONCE = new RetryPolicy(3, Duration.ZERO, 1, Duration.ZERO, 0);

	private final List<MessageEvent> events = new CopyOnWriteArrayList<>();

	private void openListening() {
		open((builder) -> builder.retry(AT_ONCE).eventListener(this.events::add));
	}

	/** What was told of a message, by the names of the kinds. */
	private List<String> told(MessageId id) {
		return this.events.stream()
			.filter((event) -> event.id().equals(id))
			.map((event) -> event.getClass().getSimpleName())
			.toList();
	}

	private void awaitTold(MessageId id, String... kinds) {
		await().atMost(LONG).untilAsserted(() -> assertThat(told(id)).containsExactly(kinds));
	}

	private <E extends MessageEvent> E event(Class<E> kind, MessageId id) {
		return this.events.stream()
			.filter((event) -> kind.isInstance(event) && event.id().equals(id))
			.map(kind::cast)
			.findFirst()
			.orElseThrow();
	}

	@Test
	void lifeOfAMessageIsToldAsItHappened() {
		openListening();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			if (context.attempt() == 1) {
				throw new IllegalStateException("not yet");
			}
			Thread.sleep(20);
			return null;
		});
		this.queue.start();
		Instant before = Instant.now().minusMillis(1);
		MessageId id = this.operations.enqueue(message().queue("default"));
		awaitTold(id, "Enqueued", "Started", "Retried", "Started", "Completed");
		assertThat(this.events).allSatisfy((event) -> {
			assertThat(event.queue()).isEqualTo("default");
			assertThat(event.task()).isEqualTo(TASK);
			assertThat(event.at()).isBetween(before, Instant.now());
		});
		assertThat(event(MessageEvent.Started.class, id).attempt()).isOne();
		MessageEvent.Retried retried = event(MessageEvent.Retried.class, id);
		assertThat(retried.attempt()).isOne();
		assertThat(retried.failure()).isNotNull();
		assertThat(retried.failure().message()).isEqualTo("not yet");
		MessageEvent.Completed completed = event(MessageEvent.Completed.class, id);
		assertThat(completed.attempt()).isEqualTo(2);
		assertThat(completed.duration()).isGreaterThanOrEqualTo(Duration.ofMillis(20));
	}

	@Test
	void eventIsToldAfterTheCommit() {
		Set<String> wrong = ConcurrentHashMap.newKeySet();
		open((builder) -> builder.eventListener((event) -> {
			MessageState state = this.operations.find(event.id()).map(Message::state).orElse(null);
			boolean right = (event instanceof MessageEvent.Completed) ? state == MessageState.COMPLETED : state != null;
			if (!right) {
				wrong.add(event + " " + state);
			}
			this.events.add(event);
		}));
		this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
		this.queue.start();
		for (int i = 0; i < 50; i++) {
			this.operations.enqueueAsync(message());
		}
		await().atMost(LONG).until(() -> this.events.size() == 150);
		assertThat(wrong).isEmpty();
	}

	@Test
	void endsWithoutARunAreTold() {
		open((builder) -> builder.clock(this.clock).eventListener(this.events::add));
		MessageId cancelled = this.operations.enqueue(message().delay(Duration.ofHours(1)));
		this.operations.cancel(cancelled);
		awaitTold(cancelled, "Enqueued", "Cancelled");
		assertThat(event(MessageEvent.Enqueued.class, cancelled).runAt()).isEqualTo(now().plus(Duration.ofHours(1)));
		MessageId expired = this.operations.enqueue(message().timeToLive(Duration.ofSeconds(1)));
		this.clock.move(Duration.ofSeconds(1));
		awaitTold(expired, "Enqueued", "Expired");
		MessageId deleted = this.operations.enqueue(TASK, null);
		this.operations.delete(deleted);
		awaitTold(deleted, "Enqueued");
	}

	@Test
	void endsOfRunsAreToldOnce() throws Exception {
		openListening();
		CountDownLatch running = new CountDownLatch(1);
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			switch (payload) {
				case "permanent" -> throw new PermanentTaskException("never");
				case "later" -> {
					if (context.message().runAt().equals(context.message().createdAt())) {
						throw new RetryTaskException(Duration.ofMillis(1)).withoutAttempt();
					}
				}
				case "cancel" -> {
					running.countDown();
					new CountDownLatch(1).await();
				}
				default -> throw new IllegalStateException("again");
			}
			return null;
		});
		this.queue.start();
		MessageId permanent = this.operations.enqueue(TASK, "permanent");
		awaitTold(permanent, "Enqueued", "Started", "Dead");
		assertThat(event(MessageEvent.Dead.class, permanent).failure().message()).isEqualTo("never");
		MessageId later = this.operations.enqueue(TASK, "later");
		awaitTold(later, "Enqueued", "Started", "Retried", "Started", "Completed");
		assertThat(event(MessageEvent.Retried.class, later).failure()).isNull();
		MessageId cancelled = this.operations.enqueue(TASK, "cancel");
		awaitLatch(running);
		this.operations.cancel(cancelled);
		awaitTold(cancelled, "Enqueued", "Started", "Cancelled");
		MessageId exhausted = this.operations.enqueue(message().payload("fail").maxRetries(1));
		awaitTold(exhausted, "Enqueued", "Started", "Retried", "Started", "Dead");
	}

	@Test
	void pulledMessagesAreToldOf() {
		openListening();
		MessageId id = this.operations.enqueue(TASK, null);
		receive().release();
		receive().fail("once");
		extendBriefly(receive());
		await().until(() -> find(id).attempt() == 2 && state(id) == MessageState.READY);
		receive().complete();
		awaitTold(id, "Enqueued", "Started", "Retried", "Started", "Retried", "Started", "Retried", "Started",
				"Completed");
		assertThat(this.events.stream()
			.filter(MessageEvent.Retried.class::isInstance)
			.map((event) -> ((MessageEvent.Retried) event).failure())
			.map((failure) -> (failure != null) ? failure.type() : "none"))
			.containsExactly("none", "Failed", "Timeout");
	}

	private static void extendBriefly(ClaimedMessage message) {
		try {
			message.extend(Duration.ofMillis(20));
		}
		catch (LeaseLostException ex) {
			// Its time is over already.
		}
	}

	private ClaimedMessage receive() {
		return this.operations.receive("default", 1, LONG).get(0);
	}

	@Test
	void enqueueOfATakenKeyIsNotTold() {
		openListening();
		MessageId id = this.operations.enqueue(message().idempotencyKey("k"));
		assertThat(this.operations.enqueue(message().idempotencyKey("k"))).isEqualTo(id);
		List<MessageId> all = this.operations
			.enqueueAll(List.of(message(), message().idempotencyKey("k").onDuplicate(OnDuplicate.RETURN_EXISTING)));
		MessageId last = this.operations.enqueue(TASK, null);
		for (MessageId stored : List.of(id, all.get(0), last)) {
			awaitTold(stored, "Enqueued");
		}
		assertThat(this.events).extracting(MessageEvent::id).containsExactlyInAnyOrder(id, all.get(0), last);
	}

	@Test
	void eventsOfEachMessageAreInOrderWhateverItsKeys() {
		open((builder) -> builder.shards(3).eventListener(this.events::add));
		this.queue.tasks().register(TASK, Integer.class, (payload, context) -> payload);
		this.queue.start();
		List<MessageId> ids = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			// Its keys live in two shards: one is reserved first, and confirmed last.
			ids.add(this.operations.enqueue(message().payload(i).idempotencyKey("i" + i).uniqueKey("u" + i)));
		}
		ids.addAll(this.operations.enqueueAll(Collections.nCopies(300, message().payload(1))));
		await().atMost(LONG).until(() -> this.events.size() == 1800);
		assertThat(ids).allSatisfy((id) -> assertThat(told(id)).containsExactly("Enqueued", "Started", "Completed"));
	}

	@Test
	void listenerThatIsSlowDelaysNobody() throws Exception {
		CountDownLatch goOn = new CountDownLatch(1);
		List<MessageEvent> slow = new CopyOnWriteArrayList<>();
		open((builder) -> builder.eventListener((event) -> {
			try {
				goOn.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			slow.add(event);
		}).eventListener(this.events::add));
		this.queue.tasks().register(TASK, Integer.class, (payload, context) -> payload);
		this.queue.start();
		this.operations.enqueueAll(Collections.nCopies(200, message()));
		assertThat(this.operations.drain(LONG)).isTrue();
		await().atMost(LONG).until(() -> this.events.size() == 600);
		assertThat(slow).isEmpty();
		goOn.countDown();
		await().atMost(LONG).until(() -> slow.size() == 600);
		// Of two messages each listener may be told in an order of its own.
		assertThat(slow.stream().collect(Collectors.groupingBy(MessageEvent::id)))
			.isEqualTo(this.events.stream().collect(Collectors.groupingBy(MessageEvent::id)));
	}

	@Test
	void listenerThatThrowsGetsTheNextEventAndIsShown() {
		AtomicBoolean broken = new AtomicBoolean(true);
		open((builder) -> builder.eventListener((event) -> {
			this.events.add(event);
			Thread.currentThread().interrupt();
			if (broken.get()) {
				throw new AssertionError("broken");
			}
		}));
		MessageId first = this.operations.enqueue(TASK, null);
		awaitTold(first, "Enqueued");
		await().untilAsserted(
				() -> assertThat(this.queue.status().failingLoops()).hasSize(1).allSatisfy((name, reason) -> {
					assertThat(name).startsWith("event listener " + EventTests.class.getName());
					assertThat(reason).contains("broken");
				}));
		broken.set(false);
		MessageId second = this.operations.enqueue(TASK, null);
		awaitTold(second, "Enqueued");
		await().untilAsserted(() -> assertThat(this.queue.status().failingLoops()).isEmpty());
	}

	@Test
	void listenerIsToldFromWhenItIsAddedUntilItIsRemoved() {
		open();
		MessageId before = this.operations.enqueue(TASK, null);
		MessageEventListener listener = this.events::add;
		this.queue.addEventListener(listener);
		MessageId between = this.operations.enqueue(TASK, null);
		awaitTold(between, "Enqueued");
		assertThat(this.queue.removeEventListener(listener)).isTrue();
		assertThat(this.queue.removeEventListener(listener)).isFalse();
		MessageId after = this.operations.enqueue(TASK, null);
		this.operations.cancel(between);
		assertThat(this.events).extracting(MessageEvent::id).containsOnly(between).doesNotContain(before, after);
		assertThat(told(between)).containsExactly("Enqueued");
	}

	@Test
	void listenerMayUseTheQueue() {
		open((builder) -> builder.eventListener((event) -> {
			this.events.add(event);
			if (event instanceof MessageEvent.Dead dead) {
				this.operations.enqueue("alert", dead.failure().message());
			}
		}));
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			throw new PermanentTaskException("why");
		});
		List<String> alerts = new CopyOnWriteArrayList<>();
		this.queue.tasks().register("alert", String.class, (text, context) -> alerts.add(text));
		this.queue.start();
		this.operations.enqueue(TASK, null);
		await().atMost(LONG).untilAsserted(() -> assertThat(alerts).containsExactly("why"));
	}

	@Test
	void closeWaitsAMomentForListeners() {
		openListening();
		List<MessageId> ids = this.operations.enqueueAll(Collections.nCopies(50, message()));
		long start = System.nanoTime();
		this.queue.close();
		if (System.nanoTime() - start >= TimeUnit.SECONDS.toNanos(1)) {
			// It waits no longer; they are told all the same.
			await().atMost(LONG).until(() -> this.events.size() == ids.size());
		}
		assertThat(this.events.stream().map(MessageEvent::id).collect(Collectors.toSet()))
			.containsExactlyInAnyOrderElementsOf(ids);
		open();
		assertThat(all()).extracting(Message::id).containsExactlyInAnyOrderElementsOf(ids);
	}

	@Test
	@SuppressWarnings("NullAway") // what a caller without checks may do
	void listenerThatIsNullIsRefused() {
		open();
		assertThatNullPointerException().isThrownBy(() -> this.queue.addEventListener(null));
		assertThatNullPointerException().isThrownBy(() -> EmbeddedQueue.temporary().eventListener(null));
	}

}
