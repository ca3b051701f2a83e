package io.github.queuesqlite.test.app;

import io.github.queuesqlite.annotation.Enqueue;
import io.github.queuesqlite.message.MessageId;

public interface MailClient {

	@Enqueue("mail.welcome")
	MessageId welcome(Mails.Welcome welcome);

}
