package io.github.queuesqlite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** One message that somebody has chosen is pulled. Workers do not run. */
class ReceiveByIdTests extends QueueTester {

	private Optional<ClaimedMessage> receive(MessageId id) {
		return this.operations.receive(id);
	}

	@Test
	void messageIsTakenWhateverGoesBeforeIt() {
		open((builder) -> builder.shards(1));
		MessageId urgent = this.operations.enqueue(message().atFront());
		MessageId first = this.operations.enqueue(message());
		MessageId chosen = this.operations.enqueue(NewMessage.to("other").queue("slow").payload("x").priority(-5));
		ClaimedMessage claimed = receive(chosen).orElseThrow();
		assertThat(claimed.id()).isEqualTo(chosen);
		assertThat(claimed.payload(String.class)).isEqualTo("x");
		assertThat(claimed.message().attempt()).isOne();
		assertThat(state(chosen)).isEqualTo(MessageState.RUNNING);
		claimed.complete("done");
		assertThat(state(chosen)).isEqualTo(MessageState.COMPLETED);
		assertThat(find(chosen).result(String.class)).isEqualTo("done");
		assertThat(List.of(state(urgent), state(first))).containsOnly(MessageState.READY);
	}

	@Test
	void messageIsTakenFromWhicheverShard() {
		open((builder) -> builder.shards(5));
		List<MessageId> ids = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			ids.add(this.operations.enqueue(message().idempotencyKey("key-" + i)));
		}
		for (MessageId id : ids) {
			receive(id).orElseThrow().complete();
		}
		assertThat(ids).allSatisfy((id) -> assertThat(state(id)).isEqualTo(MessageState.COMPLETED));
		assertThat(this.operations.length()).isZero();
	}

	@Test
	void messageThatIsReleasedIsTakenAgain() {
		open();
		MessageId id = this.operations.enqueue(message());
		receive(id).orElseThrow().release();
		ClaimedMessage again = receive(id).orElseThrow();
		assertThat(again.message().attempt()).isOne();
		assertThat(again.fencingToken().run()).isEqualTo(2);
	}

	@Test
	void messageThatIsNotThereOrNotReadyIsNotTaken() {
		open();
		MessageId delayed = this.operations.enqueue(message().delay(Duration.ofHours(1)));
		MessageId held = this.operations.enqueue(message());
		ClaimedMessage claimed = receive(held).orElseThrow();
		assertThat(receive(delayed)).isEmpty();
		assertThat(receive(held)).isEmpty();
		claimed.complete();
		assertThat(receive(held)).isEmpty();
		this.operations.delete(held);
		assertThat(receive(held)).isEmpty();
		assertThat(receive(new MessageId(1))).isEmpty();
		assertThat(state(delayed)).isEqualTo(MessageState.SCHEDULED);
	}

	@Test
	void messageOfAPausedQueueTaskOrKeyIsNotTakenUntilItIsResumed() {
		open();
		MessageId id = this.operations.enqueue(message().queue("slow").concurrencyKey("k"));
		this.operations.pause("slow");
		assertThat(receive(id)).isEmpty();
		this.operations.resume("slow");
		this.operations.pauseTask(TASK);
		assertThat(receive(id)).isEmpty();
		this.operations.resumeTask(TASK);
		this.operations.pauseKey("k");
		assertThat(receive(id)).isEmpty();
		this.operations.resumeKey("k");
		assertThat(receive(id)).isPresent();
	}

	@Test
	void messageOfALineIsTakenInItsTurnOnly() {
		open((builder) -> builder.shards(3));
		MessageId first = this.operations.enqueue(message().orderingKey("line"));
		MessageId second = this.operations.enqueue(message().orderingKey("line").atFront());
		assertThat(receive(second)).isEmpty();
		ClaimedMessage claimed = receive(first).orElseThrow();
		assertThat(receive(second)).isEmpty();
		claimed.complete();
		assertThat(receive(second)).isPresent();
	}

	@Test
	void messageThatManyWantIsTakenByOneOfThem() throws Exception {
		open((builder) -> builder.shards(2));
		List<MessageId> ids = this.operations.enqueueAll(Collections.nCopies(100, message()));
		ConcurrentLinkedQueue<MessageId> taken = new ConcurrentLinkedQueue<>();
		CountDownLatch begin = new CountDownLatch(1);
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.directory).build()) {
			List<Future<?>> wanting = new ArrayList<>();
			for (QueueOperations operations : List.of(this.operations, this.operations, other.operations(),
					other.operations())) {
				wanting.add(threads.submit(() -> {
					awaitLatch(begin);
					for (MessageId id : ids) {
						operations.receive(id).ifPresent((claimed) -> {
							taken.add(claimed.id());
							claimed.complete();
						});
					}
					return null;
				}));
			}
			begin.countDown();
			for (Future<?> one : wanting) {
				one.get(LONG.toSeconds(), TimeUnit.SECONDS);
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(taken).containsExactlyInAnyOrderElementsOf(ids);
		assertThat(this.operations.length()).isZero();
	}

	@Test
	void messageWhoseTakerIsInterruptedGoesBack() {
		open();
		Set<MessageId> taken = new HashSet<>();
		List<MessageId> ids = this.operations.enqueueAll(Collections.nCopies(20, message()));
		for (MessageId id : ids) {
			Thread.currentThread().interrupt();
			try {
				receive(id).ifPresent((claimed) -> taken.add(claimed.id()));
			}
			catch (QueueException ex) {
				assertThat(Thread.currentThread().isInterrupted()).isTrue();
			}
			finally {
				Thread.interrupted();
			}
		}
		await().atMost(LONG)
			.until(() -> ids.stream().filter((id) -> state(id) == MessageState.READY).count() == 20 - taken.size());
		assertThat(ids).filteredOn((id) -> !taken.contains(id))
			.allSatisfy((id) -> assertThat(find(id).attempt()).isZero());
	}

	@Test
	void takingFromAClosedQueueIsRefused() {
		open();
		MessageId id = this.operations.enqueue(message());
		assertThatNullPointerException().isThrownBy(() -> receive(null)).withMessageContaining("'id'");
		this.queue.close();
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> receive(id));
	}

	@Test
	void messageAtTheFrontIsNextAndOfSeveralTheFirst() {
		open((builder) -> builder.shards(1));
		this.operations.enqueue(message().priority(Integer.MAX_VALUE - 1));
		MessageId first = this.operations.enqueue(message().atFront());
		MessageId second = this.operations.enqueue(message().atFront());
		assertThat(this.operations.receive("default", 2, Duration.ZERO)).extracting(ClaimedMessage::id)
			.containsExactly(first, second);
	}

}
