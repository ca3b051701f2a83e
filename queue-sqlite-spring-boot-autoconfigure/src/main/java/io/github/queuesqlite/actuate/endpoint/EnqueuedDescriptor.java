package io.github.queuesqlite.actuate.endpoint;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A message that was handed in.
 *
 * @param id its id; that of the one that is there already when its key was taken
 * @since 0.1.0
 */
public record EnqueuedDescriptor(String id) implements OperationResponseBody {

}
