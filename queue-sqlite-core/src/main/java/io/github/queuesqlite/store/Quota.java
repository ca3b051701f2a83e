package io.github.queuesqlite.store;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many messages of each task a claimer may claim: permits that are taken before a
 * claim, kept by what it claimed, and given back by what it did not. A permit is for one
 * message, or for as many as one call of a handler gets.
 * <p>
 * <b>Threads:</b> called on writer threads: must be quick, must not block, throw, or run
 * user code.
 */
public interface Quota {

	/** Any number of each task. */
	Quota UNLIMITED = new Quota() {

		@Override
		public int take(String task, int max) {
			return max;
		}

		@Override
		public void giveBack(String task, int n) {
		}

	};

	/**
	 * Returns how many messages of a task one permit is for.
	 * @param task the task
	 * @return 1; more where one call gets several messages
	 */
	default int messagesPerPermit(String task) {
		return 1;
	}

	/**
	 * Returns how many permits messages use that were claimed together.
	 * @param messages claimed messages
	 * @return by task
	 */
	default Map<String, Integer> permits(List<StoredMessage> messages) {
		Map<String, Integer> permits = new HashMap<>();
		messages.forEach((message) -> permits.merge(message.task(), 1, Integer::sum));
		permits.replaceAll((task, n) -> {
			int each = messagesPerPermit(task);
			return (n + each - 1) / each;
		});
		return permits;
	}

	/**
	 * Takes permits.
	 * @param task for messages of this task
	 * @param max how many at most
	 * @return how many: 0 when there is none
	 */
	int take(String task, int max);

	/**
	 * Gives permits back.
	 * @param task for messages of this task
	 * @param n how many of those that were taken
	 */
	void giveBack(String task, int n);

}
