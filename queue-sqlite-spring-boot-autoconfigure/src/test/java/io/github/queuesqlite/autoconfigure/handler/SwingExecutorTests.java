package io.github.queuesqlite.autoconfigure.handler;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import javax.swing.SwingUtilities;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.annotation.Backoff;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.TaskFailedException;
import io.github.queuesqlite.task.TaskContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Handlers on the thread of a user interface: Swing's, which needs no screen. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SwingExecutorTests {

	private static final Duration LONG = Duration.ofMinutes(1);

	private final Window window = new Window();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class))
		.withPropertyValues("queue.sqlite.storage=temporary")
		.withBean("swing", Executor.class, () -> SwingUtilities::invokeLater)
		.withBean(Window.class, () -> this.window);

	@Test
	void handlerRunsOnTheEventThreadAndItsResultIsStored() {
		this.contextRunner.run((context) -> {
			QueueOperations queue = context.getBean(QueueOperations.class);
			List<MessageId> ids = queue.enqueueAll(List.of(show(1), show(2), show(3)));
			for (int i = 0; i < 3; i++) {
				assertThat(queue.await(ids.get(i), String.class, LONG)).isEqualTo("shown " + (i + 1));
			}
			assertThat(this.window.threads).hasSize(3).containsOnly(eventThread());
			assertThat(queue.submit(NewMessage.to("other"), Boolean.class).get()).as("on the event thread").isFalse();
		});
	}

	@Test
	void callbackMayGoToTheEventThread() {
		this.contextRunner.run((context) -> {
			QueueOperations queue = context.getBean(QueueOperations.class);
			CompletableFuture<Thread> told = new CompletableFuture<>();
			queue.submit(show(1), String.class)
				.thenAcceptAsync((text) -> told.complete(Thread.currentThread()), SwingUtilities::invokeLater);
			assertThat(told.get()).isSameAs(eventThread());
		});
	}

	@Test
	void exceptionIsThatOfTheMessageAndNotOfTheEventThread() {
		this.contextRunner.run((context) -> {
			QueueOperations queue = context.getBean(QueueOperations.class);
			Thread before = eventThread();
			MessageId id = queue.enqueue(show(-1));
			assertThatExceptionOfType(TaskFailedException.class).isThrownBy(() -> queue.await(id, String.class, LONG))
				.satisfies((ex) -> assertThat(ex.state()).isEqualTo(MessageState.DEAD));
			assertThat(queue.find(id).orElseThrow().attempt()).isEqualTo(2);
			assertThat(queue.find(id).orElseThrow().lastError()).extracting("message").isEqualTo("no such page");
			assertThat(eventThread()).isSameAs(before);
		});
	}

	@Test
	void timeoutInterruptsTheHandlerAndNothingElseOfTheEventThread() {
		this.contextRunner.run((context) -> {
			QueueOperations queue = context.getBean(QueueOperations.class);
			Thread before = eventThread();
			MessageId id = queue.enqueue("hang", null);
			assertThatExceptionOfType(TaskFailedException.class).isThrownBy(() -> queue.await(id, String.class, LONG))
				.withMessageContaining("Timeout: The handler was still running");
			assertThat(this.window.interrupted.await(1, TimeUnit.MINUTES)).isTrue();
			assertThat(queue.submit(show(1), String.class).get()).isEqualTo("shown 1");
			assertThat(eventThread()).isSameAs(before);
		});
	}

	@Test
	void eventThreadThatIsBusyHoldsUpNoOtherTask() {
		this.contextRunner.run((context) -> {
			QueueOperations queue = context.getBean(QueueOperations.class);
			CountDownLatch busy = new CountDownLatch(1);
			SwingUtilities.invokeLater(() -> awaitUninterrupted(busy));
			MessageId waits = queue.enqueue(show(1));
			assertThat(queue.submit(NewMessage.to("other"), Boolean.class).get()).isFalse();
			assertThat(queue.find(waits).orElseThrow().state().isEnded()).isFalse();
			busy.countDown();
			assertThat(queue.await(waits, String.class, LONG)).isEqualTo("shown 1");
		});
	}

	private static NewMessage show(int page) {
		return NewMessage.to("show").payload(page);
	}

	/** Asks the thread itself, so that what was posted before is done. */
	private static Thread eventThread() throws InterruptedException, InvocationTargetException {
		Thread[] thread = { null };
		SwingUtilities.invokeAndWait(() -> {
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			thread[0] = Thread.currentThread();
		});
		return thread[0];
	}

	private static void awaitUninterrupted(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new AssertionError("The event thread was interrupted", ex);
		}
	}

	static class Window {

		private final List<Thread> threads = new CopyOnWriteArrayList<>();

		private final CountDownLatch interrupted = new CountDownLatch(1);

		@QueueTask(value = "show", queue = "window", executor = "swing", maxRetries = 1,
				backoff = @Backoff(delay = "1ms"))
		String show(int page, TaskContext context) {
			this.threads.add(Thread.currentThread());
			assertThat(SwingUtilities.isEventDispatchThread()).isTrue();
			if (page < 0) {
				throw new IllegalArgumentException("no such page");
			}
			return "shown " + page;
		}

		@QueueTask(value = "hang", queue = "window", executor = "swing", maxRetries = 0, timeout = "50ms")
		void hang() {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				this.interrupted.countDown();
			}
		}

		@QueueTask("other")
		boolean other() {
			return SwingUtilities.isEventDispatchThread();
		}

	}

}
