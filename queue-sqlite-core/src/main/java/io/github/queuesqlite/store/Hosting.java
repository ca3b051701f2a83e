package io.github.queuesqlite.store;

import java.util.Map;
import java.util.Objects;
import java.util.Set;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an instance takes from the store. No claim looks at it.
 *
 * @param queues the queues of its workers, each with the most handlers at once; empty
 * while they are stopped
 * @param tasks the tasks it has handlers for, each with the lock they run under, empty
 * for none
 * @param batches those of them whose handler gets several messages in one call
 * @param received the queues that somebody receives from, whatever the task
 */
public record Hosting(Map<String, Integer> queues, Map<String, String> tasks, Set<String> batches,
		Set<String> received) {

	/** Takes nothing. */
	public static final Hosting NONE = new Hosting(Map.of(), Map.of(), Set.of(), Set.of());

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	/** What is missing in a damaged text counts as empty. */
	public Hosting {
		queues = Map.copyOf(Objects.requireNonNullElse(queues, Map.of()));
		tasks = Map.copyOf(Objects.requireNonNullElse(tasks, Map.of()));
		batches = Set.copyOf(Objects.requireNonNullElse(batches, Set.of()));
		received = Set.copyOf(Objects.requireNonNullElse(received, Set.of()));
	}

	/**
	 * Returns whether its workers take messages of a queue and task.
	 * @param queue the queue
	 * @param task the task
	 * @return true unless they are stopped, without such a lane or without a handler
	 */
	public boolean runs(String queue, String task) {
		return this.queues.containsKey(queue) && this.tasks.containsKey(task);
	}

	/**
	 * Returns whether it takes messages of a queue and task, by workers or receivers.
	 * @param queue the queue
	 * @param task the task
	 * @return true when one of them does
	 */
	public boolean takes(String queue, String task) {
		return runs(queue, task) || this.received.contains(queue);
	}

	/**
	 * Returns whether it knows what to do with messages of a queue and task: it has a
	 * handler, be its workers stopped, or somebody receives from the queue.
	 * @param queue the queue
	 * @param task the task
	 * @return false for a task that is unknown to it
	 */
	public boolean hosts(String queue, String task) {
		return this.tasks.containsKey(task) || this.received.contains(queue);
	}

	/**
	 * Writes it.
	 * @return JSON
	 */
	public String encode() {
		return MAPPER.writeValueAsString(this);
	}

	/**
	 * Reads what {@link #encode} returned.
	 * @param json the text
	 * @return nothing for a damaged text
	 */
	public static Hosting decode(String json) {
		try {
			Hosting hosting = MAPPER.readValue(json, Hosting.class);
			return (hosting != null) ? hosting : NONE;
		}
		catch (JacksonException ex) {
			return NONE;
		}
	}

}
