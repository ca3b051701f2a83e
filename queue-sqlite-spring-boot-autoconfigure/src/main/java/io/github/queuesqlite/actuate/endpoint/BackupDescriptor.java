package io.github.queuesqlite.actuate.endpoint;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A backup that was made.
 *
 * @param backup its name below the configured directory
 * @since 0.1.0
 */
public record BackupDescriptor(String backup) implements OperationResponseBody {

}
