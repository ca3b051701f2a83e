package io.github.queuesqlite.actuate.endpoint;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.Progress;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * One message, as it is listed and as an operation leaves it.
 *
 * @param id its id
 * @param task its task
 * @param queue its queue
 * @param state its state
 * @param priority higher runs first
 * @param attempt attempts that have begun
 * @param maxAttempts attempts that it may have; null when neither its sender nor a
 * handler of this process says so
 * @param createdAt when it was handed in
 * @param runAt before which it does not start
 * @param startedAt when its latest run was claimed; null before the first
 * @param instance the name of the process that runs it; null unless it is RUNNING
 * @param thread the name of the thread of this process that is in its handler; null when
 * none is
 * @param finishedAt when it ended; null while it has not
 * @param expiresAt when it expires unless claimed before; null for never
 * @param tags its tags
 * @param progress how far its handler said it is; null when it said nothing
 * @param lastError why its latest failed attempt failed; null when none did
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MessageSummary(String id, String task, String queue, MessageState state, int priority, int attempt,
		@Nullable Integer maxAttempts, Instant createdAt, Instant runAt, @Nullable Instant startedAt,
		@Nullable String instance, @Nullable String thread, @Nullable Instant finishedAt, @Nullable Instant expiresAt,
		List<String> tags, @Nullable Progress progress,
		@Nullable ErrorDescriptor lastError) implements OperationResponseBody {

	static MessageSummary of(Message message) {
		Failure error = message.lastError();
		return new MessageSummary(message.id().toString(), message.task(), message.queue(), message.state(),
				message.priority(), message.attempt(), message.maxAttempts(), message.createdAt(), message.runAt(),
				message.startedAt(), message.instance(), message.thread(), message.finishedAt(), message.expiresAt(),
				List.copyOf(message.tags()), message.progress(), (error != null) ? ErrorDescriptor.of(error) : null);
	}

	/**
	 * Why an attempt failed, without the stack trace.
	 *
	 * @param attempt which attempt; 0 when it never ran
	 * @param type class of the throwable, or a word of ours
	 * @param message its text
	 * @param at when
	 */
	public record ErrorDescriptor(int attempt, String type, String message, Instant at) {

		static ErrorDescriptor of(Failure failure) {
			return new ErrorDescriptor(failure.attempt(), failure.type(), failure.message(), failure.at());
		}

	}

}
