package io.github.queuesqlite.test;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions of what is in a queue: all messages that were enqueued and are kept, also
 * those that have ended. A failure lists what was enqueued instead.
 *
 * @since 0.1.0
 */
public final class QueueAssert extends AbstractAssert<QueueAssert, QueueOperations> {

	QueueAssert(QueueOperations operations) {
		super(operations, QueueAssert.class);
	}

	private List<Message> messages() {
		isNotNull();
		return Messages.all(this.actual, MessageQuery.all());
	}

	/**
	 * Asserts that there is a message of a task, in whatever state.
	 * @param task the name
	 * @return those of the task, to be narrowed down
	 */
	public EnqueuedAssert hasEnqueued(String task) {
		return new EnqueuedAssert(messages(), "task \"" + task + "\"", (message) -> message.task().equals(task));
	}

	/**
	 * Asserts how many messages of a task there are.
	 * @param task the name
	 * @param times the number
	 * @return this
	 */
	public QueueAssert hasEnqueued(String task, int times) {
		List<Message> all = messages();
		long found = all.stream().filter((message) -> message.task().equals(task)).count();
		if (found != times) {
			failWithMessage("Expecting %d messages of task \"%s\" but there were %d;%n%s", times, task, found,
					Messages.show(all));
		}
		return this;
	}

	/**
	 * Asserts that there is no message of a task.
	 * @param task the name
	 * @return this
	 */
	public QueueAssert hasNotEnqueued(String task) {
		return hasEnqueued(task, 0);
	}

	/**
	 * Asserts that there is no message at all.
	 * @return this
	 */
	public QueueAssert hasEnqueuedNothing() {
		List<Message> all = messages();
		if (!all.isEmpty()) {
			failWithMessage("Expecting nothing to be enqueued but%n%s", Messages.show(all));
		}
		return this;
	}

	/**
	 * Asserts how many messages are in a state.
	 * @param state the state
	 * @param count the number
	 * @return this
	 */
	public QueueAssert hasCount(MessageState state, int count) {
		List<Message> all = messages();
		Map<MessageState, Long> counts = all.stream()
			.collect(Collectors.groupingBy(Message::state, TreeMap::new, Collectors.counting()));
		if (counts.getOrDefault(state, 0L) != count) {
			failWithMessage("Expecting %d messages to be %s but by state there were %s;%n%s", count, state, counts,
					Messages.show(all));
		}
		return this;
	}

	/**
	 * Asserts that no attempt of any message has failed, also none that was retried with
	 * success.
	 * @return this
	 */
	public QueueAssert hasNoFailures() {
		List<Message> failed = messages().stream().filter((message) -> message.lastError() != null).toList();
		if (!failed.isEmpty()) {
			failWithMessage("Expecting no handler to fail but those of %d messages did:%n%s", failed.size(),
					failed.stream().map(Messages::show).collect(Collectors.joining("\n")));
		}
		return this;
	}

	/**
	 * Asserts that a message is there.
	 * @param id the message
	 * @return it as it is now
	 */
	public MessageAssert message(MessageId id) {
		isNotNull();
		return new MessageAssert(this.actual.find(id).orElseGet(() -> {
			failWithMessage("Expecting message %s to be there but%n%s", id, Messages.show(messages()));
			throw new IllegalStateException();
		}));
	}

	/**
	 * Asserts that there is exactly one message of a task.
	 * @param task the name
	 * @return it as it is now
	 */
	public MessageAssert message(String task) {
		return hasEnqueued(task).once();
	}

}
