package io.github.queuesqlite.test.app;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageId;
import org.springframework.stereotype.Service;

@Service
public class Registration {

	private final QueueOperations queue;

	public Registration(QueueOperations queue) {
		this.queue = queue;
	}

	public MessageId register(String mail) {
		return this.queue.enqueue("mail.welcome", new Mails.Welcome(mail));
	}

}
