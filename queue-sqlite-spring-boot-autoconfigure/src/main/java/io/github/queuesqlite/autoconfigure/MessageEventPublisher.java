package io.github.queuesqlite.autoconfigure;

import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.event.MessageEventListener;
import org.springframework.context.ApplicationEventPublisher;

/** Publishes what happens to messages as application events. */
final class MessageEventPublisher implements MessageEventListener {

	private final ApplicationEventPublisher publisher;

	MessageEventPublisher(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	@Override
	public void onEvent(MessageEvent event) {
		this.publisher.publishEvent(event);
	}

}
