package io.github.queuesqlite;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.message.MessageId;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** One row of events for each listener. */
class EventDispatcherTests {

	private final Queue<Runnable> work = new ArrayDeque<>();

	private final EventDispatcher dispatcher = new EventDispatcher(this.work::add);

	private static MessageEvent event(long id) {
		return new MessageEvent.Expired(new MessageId(id), "default", "task", Instant.EPOCH, null);
	}

	private void runAll() {
		Runnable next;
		while ((next = this.work.poll()) != null) {
			next.run();
		}
	}

	@Test
	void isListeningWhenNobodyListensIsFalse() {
		assertThat(this.dispatcher.isListening()).isFalse();
		this.dispatcher.publish(event(1));
		assertThat(this.work).isEmpty();
		this.dispatcher.add((event) -> {
		});
		assertThat(this.dispatcher.isListening()).isTrue();
	}

	@Test
	void publishWhenEventsWaitTakesNoFurtherThread() {
		List<MessageEvent> told = new ArrayList<>();
		this.dispatcher.add(told::add);
		for (int i = 1; i <= 10; i++) {
			this.dispatcher.publish(event(i));
		}
		assertThat(this.work).hasSize(1);
		runAll();
		assertThat(told).extracting((event) -> event.id().value())
			.containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
		this.dispatcher.publish(event(11));
		assertThat(this.work).hasSize(1);
	}

	@Test
	void publishWhenTooManyWaitDropsTheNewestOfThatListenerAndSaysSoOnce() {
		List<MessageEvent> told = new ArrayList<>();
		this.dispatcher.add(told::add);
		try (LogLines log = LogLines.of(EventDispatcher.class)) {
			for (int i = 1; i <= EventDispatcher.MOST_WAITING + 5; i++) {
				this.dispatcher.publish(event(i));
			}
			assertThat(log.lines()).hasSize(1).allMatch((line) -> line.contains("too slow"));
		}
		runAll();
		assertThat(told).hasSize(EventDispatcher.MOST_WAITING).last().isEqualTo(event(EventDispatcher.MOST_WAITING));
		this.dispatcher.publish(event(7));
		runAll();
		assertThat(told).last().isEqualTo(event(7));
	}

	@Test
	void removeDropsWhatWaits() {
		List<MessageEvent> told = new ArrayList<>();
		io.github.queuesqlite.event.MessageEventListener listener = told::add;
		this.dispatcher.add(listener);
		this.dispatcher.publish(event(1));
		assertThat(this.dispatcher.remove(listener)).isTrue();
		runAll();
		assertThat(told).isEmpty();
		assertThat(this.dispatcher.isListening()).isFalse();
	}

	@Test
	void publishByManyThreadsTellsEachEventOnceAndThoseOfAThreadInOrder() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(6);
		EventDispatcher concurrent = new EventDispatcher(threads);
		List<MessageEvent> told = new CopyOnWriteArrayList<>();
		concurrent.add(told::add);
		CountDownLatch published = new CountDownLatch(4);
		for (int thread = 0; thread < 4; thread++) {
			long first = thread * 1000L;
			threads.execute(() -> {
				for (int i = 0; i < 1000; i++) {
					concurrent.publish(event(first + i));
				}
				published.countDown();
			});
		}
		assertThat(published.await(1, TimeUnit.MINUTES)).isTrue();
		threads.shutdown();
		assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
		assertThat(told).hasSize(4000);
		for (int thread = 0; thread < 4; thread++) {
			long of = thread;
			assertThat(told).extracting((event) -> event.id().value())
				.filteredOn((id) -> id / 1000 == of)
				.hasSize(1000)
				.isSorted();
		}
	}

}
