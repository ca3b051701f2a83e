package io.github.queuesqlite.test;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.autoconfigure.QueueWorkers;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.test.app.MailApplication;
import io.github.queuesqlite.test.app.Mails;
import io.github.queuesqlite.test.app.Registration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(120)
class AutoConfigureQueueTests {

	@Nested
	@SpringBootTest(classes = MailApplication.class)
	@AutoConfigureQueue
	class Manual {

		@Autowired
		TestQueue queue;

		@Autowired
		EmbeddedQueue embedded;

		@Autowired
		Registration registration;

		@Autowired
		ConfigurableApplicationContext context;

		@RepeatedTest(2)
		void handlersRunWhenTheTestSaysSo() {
			assertThat(this.queue).hasNotEnqueued("mail.welcome");
			MessageId id = this.registration.register("ada@example.org");
			assertThat(this.queue).hasEnqueued("mail.welcome").withPayload(new Mails.Welcome("ada@example.org"));
			assertThat(this.queue).message(id).hasState(MessageState.READY);
			this.queue.drain();
			assertThat(this.queue).message(id).isCompleted().hasResult("sent to ada@example.org");
		}

		@Test
		void filesAreNotThoseOfTheApplication() {
			assertThat(this.embedded.directory()).isNotEqualTo(Path.of("/proc/forbidden")).exists();
		}

		@Test
		void lanesRunOneAtATime() {
			assertThat(this.embedded.lanes()).allMatch((lane) -> lane.concurrency() == 1)
				.anyMatch((lane) -> lane.queue().equals("slow"));
		}

		@Test
		void schedulesOfTheApplicationFireWhenTheClockIsThere() {
			this.queue.advance(Duration.ofHours(1));
			this.queue.drain();
			this.queue.advance(Duration.ofHours(2));
			this.queue.drain();
			assertThat(this.queue).hasEnqueued("mail.welcome").withPayload(new Mails.Welcome("report@example.org"));
		}

		@Test
		void contextThatWasPausedGoesOn() {
			MessageId id = this.registration.register("ada@example.org");
			this.queue.drain();
			this.context.pause();
			assertThat(this.embedded.isRunning()).isFalse();
			MessageId paused = this.registration.register("bob@example.org");
			this.context.restart();
			assertThat(this.queue).message(paused).hasState(MessageState.READY);
			assertThat(this.queue.drain()).isOne();
			assertThat(this.queue).message(id).isCompleted();
			assertThat(this.queue).message(paused).isCompleted();
		}

	}

	@Nested
	@SpringBootTest(classes = MailApplication.class, properties = "spring.application.name=other")
	@AutoConfigureQueue
	@DirtiesContext
	class Other {

		@Test
		void contextsHaveStoresOfTheirOwn(@Autowired TestQueue queue, @Autowired Registration registration) {
			registration.register("ada@example.org");
			assertThat(queue).hasEnqueued("mail.welcome", 1);
		}

	}

	@Nested
	@SpringBootTest(classes = MailApplication.class)
	@AutoConfigureQueue(mode = RunMode.BACKGROUND)
	class Background {

		@Test
		void handlersRunByThemselves(@Autowired TestQueue queue, @Autowired QueueOperations operations,
				@Autowired QueueWorkers workers, @Autowired ConfigurableApplicationContext context) throws Exception {
			assertThat(workers.isRunning()).isTrue();
			assertThat(operations
				.submit(NewMessage.to("mail.welcome").payload(new Mails.Welcome("ada@example.org")), String.class)
				.get(60, TimeUnit.SECONDS)).isEqualTo("sent to ada@example.org");
			context.pause();
			assertThat(workers.isRunning()).isFalse();
			context.restart();
			assertThat(workers.isRunning()).isTrue();
			operations.enqueue("mail.welcome", new Mails.Welcome("bob@example.org"));
			queue.drain();
			assertThat(queue).hasCount(MessageState.COMPLETED, 2);
		}

	}

	@Nested
	@SpringBootTest(classes = MailApplication.class)
	@AutoConfigureQueue(reset = false)
	@Import(Shared.class)
	class WithAClockOfTheApplication {

		@Test
		void queueAndApplicationShareTheClock(@Autowired TestQueue queue, @Autowired Clock clock) {
			assertThat(clock.instant()).isEqualTo(Shared.START);
			assertThat(queue.clock()).isSameAs(clock);
			queue.advance(Duration.ofDays(1));
			assertThat(clock.instant()).isEqualTo(Shared.START.plus(Duration.ofDays(1)));
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Shared {

		static final Instant START = Instant.parse("2031-05-01T08:00:00Z");

		@Bean
		MovableClock clock() {
			return new MovableClock(START);
		}

	}

}
