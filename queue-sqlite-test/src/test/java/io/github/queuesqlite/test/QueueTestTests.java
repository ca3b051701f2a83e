package io.github.queuesqlite.test;

import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.TaskClients;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.task.TaskRegistry;
import io.github.queuesqlite.test.app.MailApplication;
import io.github.queuesqlite.test.app.MailClient;
import io.github.queuesqlite.test.app.MailServer;
import io.github.queuesqlite.test.app.Mails;
import io.github.queuesqlite.test.app.Registration;
import io.github.queuesqlite.test.app.Reports;
import io.github.queuesqlite.test.app.Tagging;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;

class QueueTestTests {

	@Nested
	@QueueTest(Mails.class)
	@ContextConfiguration(classes = MailApplication.class)
	class WithHandlers {

		@Autowired
		TestQueue queue;

		@Autowired
		QueueOperations operations;

		@Autowired
		ApplicationContext context;

		@MockitoBean
		MailServer server;

		@RepeatedTest(2)
		void handlersThatAreNamedRunAndEachTestBeginsEmpty() {
			assertThat(this.queue).hasEnqueuedNothing();
			given(this.server.send("ada@example.org")).willReturn("mocked");
			this.operations.enqueue("mail.welcome", new Mails.Welcome("ada@example.org"));
			assertThat(this.queue).hasEnqueued("mail.welcome").withTag("tagged").once().hasState(MessageState.READY);
			assertThat(this.queue.drain()).isOne();
			assertThat(this.queue).message("mail.welcome").isCompleted().hasResult("mocked");
		}

		@Test
		void crashesOfAHandlerOfTheApplicationAreSimulated(@Autowired TaskRegistry tasks) {
			List<String> sent = new ArrayList<>();
			given(this.server.send("ada@example.org")).willAnswer((call) -> {
				sent.add(call.getArgument(0));
				return "mocked";
			});
			CrashReport report = CrashSimulator.of(tasks.find("mail.welcome").orElseThrow())
				.reset(sent::clear)
				.observe(() -> sent)
				.run(new Mails.Welcome("ada@example.org"));
			assertThat(report.expected().result()).isEqualTo("\"mocked\"");
			assertThat(report.expected().observed()).isEqualTo(List.of("ada@example.org"));
			assertThat(report.differing()).hasSize(1);
			assertThat(this.queue).hasEnqueuedNothing();
		}

		@Test
		void nothingElseOfTheApplicationIsLoaded() {
			assertThat(this.context.getBeanProvider(Registration.class)).isEmpty();
			assertThat(this.context.getBeanProvider(Reports.class)).isEmpty();
			assertThat(this.context.getBeanProvider(Tagging.class)).hasSize(1);
		}

	}

	@Nested
	@QueueTest
	@ContextConfiguration(classes = MailApplication.class)
	class WithoutNames {

		@MockitoBean
		MailServer server;

		@Test
		void allHandlersAreLoaded(@Autowired ApplicationContext context) {
			assertThat(context.getBeanProvider(Mails.class)).hasSize(1);
			assertThat(context.getBeanProvider(Reports.class)).hasSize(1);
			assertThat(context.getBeanProvider(Registration.class)).isEmpty();
		}

	}

	@Nested
	@QueueTest(handlers = Mails.class, mode = RunMode.INLINE,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE,
					classes = { Registration.class, MailServer.class }),
			excludeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Tagging.class),
			properties = "queue.sqlite.name=inline")
	@ContextConfiguration(classes = MailApplication.class)
	class WithFilters {

		@Autowired
		TestQueue queue;

		@Test
		void beansOfTheApplicationRunWhatTheyEnqueue(@Autowired Registration registration,
				@Autowired ApplicationContext context) {
			assertThat(this.queue).message(registration.register("ada@example.org"))
				.isCompleted()
				.hasResult("sent to ada@example.org");
			assertThat(
					context.getBean(TaskClients.class).create(MailClient.class).welcome(new Mails.Welcome("bob@x.org")))
				.satisfies((id) -> assertThat(this.queue).message(id).isCompleted());
			assertThat(context.getBeanProvider(Tagging.class)).isEmpty();
			assertThat(this.queue.queue().directory().resolve("inline")).exists();
		}

	}

}
