package io.github.queuesqlite.actuate.endpoint;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What an operation on several messages did.
 *
 * @param operation the operation
 * @param messages how many messages it changed
 * @since 0.1.0
 */
public record AffectedDescriptor(String operation, int messages) implements OperationResponseBody {

}
