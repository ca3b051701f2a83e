package io.github.queuesqlite.task;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The tasks that this process hosts. Tasks may be added at any time, also while workers
 * run, and are never removed.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class TaskRegistry {

	/**
	 * The name of a task that every queue hosts and that does nothing: for smoke tests.
	 * It is given whatever JSON can hold or bytes, has no result, and runs in any queue.
	 */
	public static final String NOOP = "noop";

	private final Map<String, TaskDefinition<?>> tasks = new ConcurrentHashMap<>();

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	/**
	 * Adds a task with the default settings.
	 * @param name 1 to 200 letters, digits or {@code . _ - :}
	 * @param payloadType what the payload is read as
	 * @param handler does the work
	 * @throws IllegalArgumentException if the name is malformed
	 * @throws IllegalStateException if the name is taken
	 */
	public <T> void register(String name, Class<T> payloadType, TaskHandler<T> handler) {
		register(TaskDefinition.builder(name, payloadType, handler).build());
	}

	/**
	 * Adds a task.
	 * @param task the task
	 * @throws IllegalStateException if the name is taken
	 */
	public <T> void register(TaskDefinition<T> task) {
		TaskDefinition<?> other = this.tasks.putIfAbsent(task.name(), task);
		if (other != null) {
			throw new IllegalStateException("Task '" + task.name() + "' is declared twice: by " + other.origin()
					+ " and by " + task.origin() + ". Give one of them another name.");
		}
		this.listeners.forEach(Runnable::run);
	}

	/**
	 * Returns the tasks.
	 * @return a copy, in no order
	 */
	public Collection<TaskDefinition<?>> tasks() {
		return List.copyOf(this.tasks.values());
	}

	/**
	 * Returns a task.
	 * @param name its name
	 * @return empty when this process does not host it
	 */
	public Optional<TaskDefinition<?>> find(String name) {
		return Optional.ofNullable(this.tasks.get(name));
	}

	/**
	 * Calls something after each further registration, on the registering thread.
	 * @param listener must be quick
	 */
	public void onChange(Runnable listener) {
		this.listeners.add(listener);
	}

}
