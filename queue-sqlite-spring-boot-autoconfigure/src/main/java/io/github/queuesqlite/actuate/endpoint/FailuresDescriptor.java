package io.github.queuesqlite.actuate.endpoint;

import java.time.Instant;
import java.util.List;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The latest dead messages, by why they died.
 *
 * @param groups the largest first
 * @param messages how many messages they are
 * @param complete whether these are all dead messages: at most 1,000 are looked at
 * @since 0.1.0
 */
public record FailuresDescriptor(List<GroupDescriptor> groups, int messages,
		boolean complete) implements OperationResponseBody {

	/**
	 * Messages of one task that died of the same.
	 *
	 * @param fingerprint stands for it: task, type, and text without what differs from
	 * one to the next, such as numbers
	 * @param task their task
	 * @param type class of the throwable, or a word of ours
	 * @param message the text of the latest
	 * @param messages how many they are
	 * @param first when the first of them ended
	 * @param latest when the latest did
	 * @param examples ids of the latest, at most 5
	 */
	public record GroupDescriptor(String fingerprint, String task, String type, String message, int messages,
			Instant first, Instant latest, List<String> examples) {

	}

}
