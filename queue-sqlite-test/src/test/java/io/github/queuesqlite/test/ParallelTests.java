package io.github.queuesqlite.test;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.test.app.MailApplication;
import io.github.queuesqlite.test.app.Mails;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

/** Shares one context between tests that run side by side. */
@Timeout(120)
@SpringBootTest(classes = MailApplication.class, properties = "spring.application.name=parallel")
@AutoConfigureQueue
@Execution(ExecutionMode.CONCURRENT)
class ParallelTests {

	@Autowired
	TestQueue queue;

	@Autowired
	QueueOperations operations;

	@RepeatedTest(40)
	void testsThatRunSideBySideKeepTheirMessages() {
		String mail = Thread.currentThread().getName() + System.nanoTime() + "@example.org";
		MessageId id = this.operations.enqueue("mail.welcome", new Mails.Welcome(mail));
		Thread.yield();
		this.queue.drain();
		assertThat(this.queue).hasEnqueued("mail.welcome").withPayload(new Mails.Welcome(mail)).once();
		assertThat(this.queue).message(id).isCompleted().hasResult("sent to " + mail);
	}

}
