package io.github.queuesqlite.test.app;

import org.springframework.stereotype.Component;

@Component
public class MailServer {

	public String send(String mail) {
		return "sent to " + mail;
	}

}
