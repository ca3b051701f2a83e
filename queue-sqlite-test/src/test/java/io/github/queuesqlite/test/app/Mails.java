package io.github.queuesqlite.test.app;

import io.github.queuesqlite.annotation.QueueTask;
import org.springframework.stereotype.Component;

@Component
public class Mails {

	private final MailServer server;

	public Mails(MailServer server) {
		this.server = server;
	}

	@QueueTask("mail.welcome")
	public String welcome(Welcome welcome) {
		return this.server.send(welcome.mail());
	}

	public record Welcome(String mail) {
	}

}
