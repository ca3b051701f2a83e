package io.github.queuesqlite.actuate.endpoint;

import java.util.Map;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The tasks that this process hosts or messages wait for.
 *
 * @param tasks by name, in its order
 * @since 0.1.0
 */
public record TasksDescriptor(Map<String, TaskDescriptor> tasks) implements OperationResponseBody {

}
