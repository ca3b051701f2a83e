package io.github.queuesqlite;

import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.TaskFailedException;
import io.github.queuesqlite.payload.PayloadKeys;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.UniqueKey;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** Payloads that are not written: the handler gets the object. */
class LocalPayloadTests extends QueueTester {

	private final AtomicReference<Window> handled = new AtomicReference<>();

	private void start() {
		this.queue.tasks().register(TASK, Window.class, (payload, context) -> {
			this.handled.set(payload);
			if (payload.failures > 0) {
				payload.failures--;
				throw new IllegalStateException("again");
			}
			return null;
		});
		this.queue.start();
	}

	@Test
	void handlerGetsTheObjectItselfInEachAttempt() {
		open((builder) -> builder.encrypt(PayloadKeys.of("k", Map.of("k", new byte[16])))
			.compressOver(0)
			.retry(new RetryPolicy(3, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0)));
		start();
		Window window = new Window(2);
		MessageId id = this.operations.enqueue(message().localPayload(window));
		this.operations.await(id, Void.class, LONG);
		assertThat(this.handled.get()).isSameAs(window);
		assertThat(find(id).attempt()).isEqualTo(3);
		assertThat(find(id).isLocal()).isTrue();
	}

	@Test
	void everyWayOfEnqueueingTakesThem() {
		open();
		Window window = new Window(0);
		MessageId one = this.operations.enqueueAll(List.of(message().localPayload(window), message())).get(0);
		MessageId two = this.operations.enqueueAsync(message().localPayload(window)).join();
		assertThat(find(one).payload(Window.class)).isSameAs(window);
		assertThat(this.operations.receive("default", 1, LONG).get(0).payload(Window.class)).isSameAs(window);
		assertThat(find(two).payload(Object.class)).isSameAs(window);
	}

	@Test
	void messageAfterARestartIsDeadAndSaysWhy() {
		open();
		MessageId id = this.operations.enqueue(message().localPayload(new Window(0)));
		this.queue.close();
		open();
		start();
		assertThatExceptionOfType(TaskFailedException.class)
			.isThrownBy(() -> this.operations.await(id, Void.class, LONG))
			.satisfies((ex) -> assertThat(ex.state()).isEqualTo(MessageState.DEAD))
			.withMessageContaining("It was a local payload, an object in the memory of the process that enqueued it:"
					+ " this is another process, or that one was restarted");
		assertThat(find(id).attempt()).isEqualTo(1);
	}

	@Test
	void messageInAnotherQueueOnTheSameFilesIsDead() {
		open();
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.directory).build()) {
			MessageId id = other.operations().enqueue(message().localPayload(new Window(0)));
			start();
			assertThatExceptionOfType(TaskFailedException.class)
				.isThrownBy(() -> this.operations.await(id, Void.class, LONG))
				.withMessageContaining("this is another process");
		}
	}

	@Test
	void objectIsForgottenWhenItsMessageHasEndedOrIsDeletedOrIsADuplicate() {
		open((builder) -> builder.shards(1));
		// Held until they are handed in: there may be a collection at any time.
		Window[] windows = { new Window(0), new Window(0), new Window(0) };
		WeakReference<Window> ended = new WeakReference<>(windows[0]);
		WeakReference<Window> deleted = new WeakReference<>(windows[1]);
		WeakReference<Window> duplicate = new WeakReference<>(windows[2]);
		MessageId first = this.operations.enqueue(message().localPayload(windows[0]).idempotencyKey("key"));
		this.operations.enqueue(message().localPayload(windows[2]).idempotencyKey("key"));
		assertThat(this.operations.delete(this.operations.enqueue(message().localPayload(windows[1])))).isTrue();
		Arrays.fill(windows, null);
		// The driver holds what a statement was given last.
		this.operations.enqueue(message().payload("other").idempotencyKey("other"));
		System.gc();
		assertThat(ended.get()).as("its message waits").isNotNull();
		this.queue.tasks().register(TASK, Object.class, (payload, context) -> null);
		this.queue.start();
		this.operations.await(first, Void.class, LONG);
		await().untilAsserted(() -> {
			System.gc();
			// What was never stored is forgotten with the next that is.
			this.operations.enqueue(message().payload("other"));
			assertThat(List.of(ended, deleted, duplicate)).allSatisfy((object) -> assertThat(object.get()).isNull());
		});
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> find(first).payload(Window.class))
			.withMessageContaining("its message has ended");
	}

	@Test
	void handlerOfAnotherTypeLeavesItsMessageDead() {
		open();
		MessageId id = this.operations.enqueue(message().localPayload("text"));
		start();
		assertThatExceptionOfType(TaskFailedException.class)
			.isThrownBy(() -> this.operations.await(id, Void.class, LONG))
			.withMessageContaining("The local payload is a java.lang.String and no " + Window.class.getName());
	}

	@Test
	void whatCannotBeIsRefused() {
		open();
		assertThatNullPointerException().isThrownBy(() -> message().localPayload(null))
			.withMessage("'localPayload' must not be null");
		assertThat(message().localPayload("a").payload("b").isLocal()).isFalse();
		this.queue.tasks()
			.register(TaskDefinition.builder("unique", Window.class, (payload, context) -> null)
				.uniqueKey(UniqueKey.ofBody())
				.build());
		assertThatExceptionOfType(PayloadException.class)
			.isThrownBy(() -> this.operations.enqueue(NewMessage.to("unique").localPayload(new Window(0))))
			.withMessageContaining("a local payload has no body to compare");
		assertThat(all()).isEmpty();
	}

	@Test
	void whatIsStoredIsNoneOfIt() {
		open();
		MessageId id = this.operations.enqueue(message().localPayload("secret"));
		assertThat(new String(find(id).rawPayload(), StandardCharsets.ISO_8859_1)).doesNotContain("secret");
	}

	/** What no codec can write. */
	private static final class Window {

		private int failures;

		Window(int failures) {
			this.failures = failures;
		}

	}

}
