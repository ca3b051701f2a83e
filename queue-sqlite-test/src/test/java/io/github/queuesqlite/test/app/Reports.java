package io.github.queuesqlite.test.app;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.annotation.QueueSchedule;
import org.springframework.stereotype.Component;

@Component
public class Reports {

	private final QueueOperations queue;

	public Reports(QueueOperations queue) {
		this.queue = queue;
	}

	@QueueSchedule(every = "1h")
	public void report() {
		this.queue.enqueue("mail.welcome", new Mails.Welcome("report@example.org"));
	}

}
