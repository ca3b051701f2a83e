package io.github.queuesqlite.actuate.endpoint;

import java.util.Map;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The queues that hold messages, are paused, or have a lane in this process.
 *
 * @param queues by name, in its order
 * @since 0.1.0
 */
public record QueuesDescriptor(Map<String, QueueDescriptor> queues) implements OperationResponseBody {

}
