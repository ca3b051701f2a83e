package io.github.queuesqlite;

import java.io.IOException;
import java.nio.file.Path;

import io.github.queuesqlite.message.NewMessage;

/**
 * A process in which tokens hop until it is killed: the end of each run enqueues the next
 * message of its token under a key of its own, which brings it to any shard.
 */
public final class HopChild {

	static final String TASK = "hop";

	private HopChild() {
	}

	public static void main(String[] args) throws IOException {
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).build();
		register(queue);
		queue.start();
	}

	static void register(EmbeddedQueue queue) {
		queue.tasks().register(TASK, String.class, (payload, context) -> {
			int hop = Integer.parseInt(payload.substring(payload.indexOf(' ') + 1));
			context.enqueue(message(token(payload), hop + 1));
			return null;
		});
	}

	static String token(String payload) {
		return payload.substring(0, payload.indexOf(' '));
	}

	static NewMessage message(String token, int hop) {
		return NewMessage.to(TASK).payload(token + " " + hop).uniqueKey(token + "-" + hop);
	}

}
