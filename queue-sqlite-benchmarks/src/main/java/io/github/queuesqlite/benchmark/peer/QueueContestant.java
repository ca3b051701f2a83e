package io.github.queuesqlite.benchmark.peer;

import java.nio.file.Path;
import java.util.List;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.NewMessage;

/** This queue as it is without any settings. */
final class QueueContestant implements Contestant {

	private static final String TASK = "idle";

	private final EmbeddedQueue queue;

	QueueContestant(Path directory) {
		this.queue = EmbeddedQueue.builder(directory).build();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			Handled.handle(payload);
			return null;
		});
	}

	@Override
	public void enqueue(String payload) {
		this.queue.operations().enqueue(TASK, payload);
	}

	@Override
	public void enqueueAll(List<String> payloads) {
		this.queue.operations()
			.enqueueAll(payloads.stream().map((payload) -> NewMessage.to(TASK).payload(payload)).toList());
	}

	@Override
	public void startWorkers() {
		this.queue.start();
	}

	@Override
	public void close() {
		this.queue.close();
	}

}
