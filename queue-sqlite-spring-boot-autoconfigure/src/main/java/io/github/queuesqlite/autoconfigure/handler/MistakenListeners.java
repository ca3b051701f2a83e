package io.github.queuesqlite.autoconfigure.handler;

import java.util.Set;

import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns about listeners that were probably meant to handle messages. */
final class MistakenListeners {

	private static final Logger logger = LoggerFactory.getLogger(MistakenListeners.class);

	private final TaskRegistry tasks;

	private final Set<String> queues;

	MistakenListeners(TaskRegistry tasks, Set<String> queues) {
		this.tasks = tasks;
		this.queues = queues;
	}

	void warn(BeanMethod method, ListenerDefinition listener) {
		for (String key : listener.patterns()) {
			String what = whatElseIs(key);
			if (what != null) {
				logger.warn("{}: '{}' is the name of a {}, but a @QueueListener listens for data changes;"
						+ " to handle messages use @QueueTask", method.description(), key, what);
			}
		}
	}

	private @Nullable String whatElseIs(String key) {
		if (this.tasks.find(key).isPresent()) {
			return "task";
		}
		boolean queue = key.equals("default") || this.queues.contains(key)
				|| this.tasks.tasks().stream().anyMatch((task) -> task.queue().equals(key));
		return queue ? "queue" : null;
	}

}
