package io.github.queuesqlite.actuate.endpoint;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.StateChange;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * All that is known about one message.
 *
 * @param summary what a list shows, inlined
 * @param explanation why it is not running, what it is doing, or how it ended
 * @param source where it came from; null when the sender did not say
 * @param idempotencyKey null when the sender gave none
 * @param uniqueKey null when the sender gave none
 * @param orderingKey null when the sender gave none
 * @param concurrencyKey null when the sender gave none
 * @param headers values hidden unless shown
 * @param metadata values hidden unless shown
 * @param payload null when it has none
 * @param result null when none is stored
 * @param log what its handler noted, oldest first
 * @param failures the failed attempts with their stack traces, oldest first
 * @param history the states it went through, oldest first, as far as that was recorded
 * @param tree the messages that were stored together with it, and which of them waits for
 * which; null for a message by itself
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MessageDescriptor(@JsonUnwrapped MessageSummary summary, ExplanationDescriptor explanation,
		@Nullable String source, @Nullable String idempotencyKey, @Nullable String uniqueKey,
		@Nullable String orderingKey, @Nullable String concurrencyKey, Map<String, @Nullable Object> headers,
		Map<String, @Nullable Object> metadata, @Nullable BodyDescriptor payload, @Nullable BodyDescriptor result,
		List<LogEntry> log, List<Failure> failures, List<StateChange> history,
		@Nullable MessageTree tree) implements OperationResponseBody {

	/**
	 * A payload or a result.
	 *
	 * @param size bytes as stored
	 * @param encoding how {@code value} is to be read: {@code json}, {@code text} or
	 * {@code base64}; null when the value is left out or hidden
	 * @param value null unless asked for; asterisks when it may not be shown
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record BodyDescriptor(int size, @Nullable String encoding, @Nullable Object value) {

	}

}
