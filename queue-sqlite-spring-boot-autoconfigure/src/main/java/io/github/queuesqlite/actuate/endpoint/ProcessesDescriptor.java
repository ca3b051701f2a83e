package io.github.queuesqlite.actuate.endpoint;

import java.util.List;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The live processes of the directory.
 *
 * @param processes the oldest first
 * @since 0.1.0
 */
public record ProcessesDescriptor(List<QueueReport.InstanceDescriptor> processes) implements OperationResponseBody {

}
