package io.github.queuesqlite.test;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.test.app.MailApplication;
import io.github.queuesqlite.test.app.MailServer;
import io.github.queuesqlite.test.app.Mails;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestContextManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Spring pauses the context of a test class once no class uses it and another one is
 * asked for, and restarts it for the next class that has the same.
 */
@Timeout(120)
class PausedContextTests {

	@Test
	void sliceWhenSpringPausesItsCachedContextGoesOnWithTheNextClass() throws Exception {
		assertPausedAndRestarted(Manual.class, ManualToo.class);
	}

	@Test
	void workersWhenSpringPausesTheirCachedContextStopAndGoOn() throws Exception {
		assertPausedAndRestarted(Working.class, WorkingToo.class);
	}

	private static void assertPausedAndRestarted(Class<?> first, Class<?> second) throws Exception {
		ApplicationContext context = use(first);
		EmbeddedQueue queue = context.getBean(EmbeddedQueue.class);
		assertThat(queue.isRunning()).isTrue();
		use(Other.class);
		assertThat(queue.isRunning()).as("paused, since no class uses it").isFalse();
		MessageId id = queue.operations().enqueue("mail.welcome", new Mails.Welcome("bob@example.org"));
		assertThat(use(second)).isSameAs(context);
		assertThat(queue.isRunning()).isTrue();
		assertThat(queue.operations().find(id).orElseThrow().state()).isEqualTo(MessageState.COMPLETED);
	}

	/** Does what Spring does around a test class, with a message in its midst. */
	private static ApplicationContext use(Class<?> testClass) throws Exception {
		TestContextManager manager = new TestContextManager(testClass);
		manager.beforeTestClass();
		try {
			ApplicationContext context = manager.getTestContext().getApplicationContext();
			QueueOperations operations = context.getBean(QueueOperations.class);
			MessageId id = operations.enqueue("mail.welcome", new Mails.Welcome("ada@example.org"));
			context.getBean(TestQueue.class).drain();
			assertThat(operations.find(id).orElseThrow().state()).isEqualTo(MessageState.COMPLETED);
			return context;
		}
		finally {
			manager.afterTestClass();
		}
	}

	@QueueTest(handlers = Mails.class,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = MailServer.class),
			properties = "paused=manual")
	@ContextConfiguration(classes = MailApplication.class)
	static class Manual {

	}

	@QueueTest(handlers = Mails.class,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = MailServer.class),
			properties = "paused=manual")
	@ContextConfiguration(classes = MailApplication.class)
	static class ManualToo {

	}

	@QueueTest(handlers = Mails.class,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = MailServer.class),
			properties = "paused=other")
	@ContextConfiguration(classes = MailApplication.class)
	static class Other {

	}

	@QueueTest(handlers = Mails.class, mode = RunMode.BACKGROUND,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = MailServer.class),
			properties = "paused=working")
	@ContextConfiguration(classes = MailApplication.class)
	static class Working {

	}

	@QueueTest(handlers = Mails.class, mode = RunMode.BACKGROUND,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = MailServer.class),
			properties = "paused=working")
	@ContextConfiguration(classes = MailApplication.class)
	static class WorkingToo {

	}

}
