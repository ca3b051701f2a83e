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
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessagePage;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import org.jspecify.annotations.Nullable;

/** Groups the latest dead messages by why they died, and retries all of a group. */
final class FailureBrowser {

	private static final int EXAMPLES = 5;

	/** A step reads so many pages, of some tens of thousands of messages each. */
	private static final int MOST_PAGES = 10;

	/** It ends with the page that has the last of them. */
	private static final int MOST_RETRIED = 200;

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

	/**
	 * Retries those of all dead messages, step by step, the newest first. What dies again
	 * meanwhile has its old id and is behind the next step.
	 */
	AffectedDescriptor retry(String fingerprint, @Nullable String after) {
		MessageQuery query = MessageQuery.all().state(MessageState.DEAD).limit(MOST_RETRIED);
		MessageId next = (after != null) ? MessageBrowser.id("after", after) : null;
		int found = 0;
		int retried = 0;
		for (int page = 0; page < MOST_PAGES && found < MOST_RETRIED; page++) {
			MessagePage dead = this.operations.browse((next != null) ? query.after(next) : query);
			for (Message message : dead.messages()) {
				if (Fingerprint.of(message).equals(fingerprint)) {
					found++;
					retried += this.operations.retry(message.id()) ? 1 : 0;
				}
			}
			next = dead.next();
			if (next == null) {
				break;
			}
		}
		if (found == 0 && after == null && next == null) {
			throw QueueEndpointException
				.notFound("No failures '" + fingerprint + "' among the dead messages: retried or removed");
		}
		return new AffectedDescriptor("retry", retried, (next != null) ? next.toString() : null);
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
