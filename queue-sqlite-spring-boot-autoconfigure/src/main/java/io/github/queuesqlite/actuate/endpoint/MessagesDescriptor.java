package io.github.queuesqlite.actuate.endpoint;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * One page of messages.
 *
 * @param messages in the order that was asked for; of the newest first there may be few
 * or none although there are more
 * @param next what to pass as {@code after} for the next page; null when this is the last
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MessagesDescriptor(List<MessageSummary> messages,
		@Nullable String next) implements OperationResponseBody {

}
