package io.github.queuesqlite.actuate.endpoint;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;

/** Groups the latest dead messages by why they died, and retries those of a group. */
final class FailureBrowser {

	private static final int EXAMPLES = 5;

	private final QueueOperations operations;

	FailureBrowser(QueueOperations operations) {
		this.operations = operations;
	}

	FailuresDescriptor list() {
		List<Message> dead = dead();
		List<FailuresDescriptor.GroupDescriptor> groups = new ArrayList<>();
		grouped(dead).forEach((fingerprint, messages) -> groups.add(group(fingerprint, messages)));
		groups.sort(Comparator.comparingInt(FailuresDescriptor.GroupDescriptor::messages)
			.reversed()
			.thenComparing(FailuresDescriptor.GroupDescriptor::latest, Comparator.reverseOrder()));
		return new FailuresDescriptor(groups, dead.size(), dead.size() < MessageQuery.MAX_LIMIT);
	}

	/** Those that {@link #list()} would show. */
	AffectedDescriptor retry(String fingerprint) {
		List<Message> messages = grouped(dead()).get(fingerprint);
		if (messages == null) {
			throw QueueEndpointException
				.notFound("No failures '" + fingerprint + "' among the latest dead messages: retried or removed");
		}
		long retried = messages.stream().filter((message) -> this.operations.retry(message.id())).count();
		return new AffectedDescriptor("retry", (int) retried);
	}

	private List<Message> dead() {
		return this.operations.endedLately(MessageState.DEAD, MessageQuery.MAX_LIMIT);
	}

	private static Map<String, List<Message>> grouped(List<Message> dead) {
		Map<String, List<Message>> groups = new LinkedHashMap<>();
		dead.forEach(
				(message) -> groups.computeIfAbsent(Fingerprint.of(message), (key) -> new ArrayList<>()).add(message));
		return groups;
	}

	/** The latest comes first. */
	private static FailuresDescriptor.GroupDescriptor group(String fingerprint, List<Message> messages) {
		Message latest = messages.get(0);
		Failure failure = latest.lastError();
		return new FailuresDescriptor.GroupDescriptor(fingerprint, latest.task(),
				(failure != null) ? failure.type() : "", (failure != null) ? failure.message() : "", messages.size(),
				end(messages.get(messages.size() - 1)), end(latest),
				messages.stream().limit(EXAMPLES).map((message) -> message.id().toString()).toList());
	}

	private static Instant end(Message message) {
		Instant finishedAt = message.finishedAt();
		return (finishedAt != null) ? finishedAt : message.createdAt();
	}

}
