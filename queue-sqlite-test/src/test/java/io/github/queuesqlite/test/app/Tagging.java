package io.github.queuesqlite.test.app;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.EnqueueInterceptor;
import org.springframework.stereotype.Component;

@Component
public class Tagging implements EnqueueInterceptor {

	@Override
	public NewMessage beforeEnqueue(NewMessage message) {
		return message.tags("tagged");
	}

}
