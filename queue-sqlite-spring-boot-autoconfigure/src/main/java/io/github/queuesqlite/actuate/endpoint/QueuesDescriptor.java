package io.github.queuesqlite.actuate.endpoint;

import java.time.Instant;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The queues that hold messages, are paused, or have a lane in this process.
 *
 * @param queues by name, in its order
 * @param allPaused whether all queues are paused together, beside those that are by name
 * @param allPausedUntil when that ends by itself; null when it does not
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QueuesDescriptor(Map<String, QueueDescriptor> queues, boolean allPaused,
		@Nullable Instant allPausedUntil) implements OperationResponseBody {

}
