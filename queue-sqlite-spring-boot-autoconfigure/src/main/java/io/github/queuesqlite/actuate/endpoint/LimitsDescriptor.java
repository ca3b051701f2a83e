package io.github.queuesqlite.actuate.endpoint;

import java.util.Map;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The limits, rates and weights that hold.
 *
 * @param limits by name
 * @since 0.1.0
 */
public record LimitsDescriptor(Map<String, QueueReport.LimitDescriptor> limits) implements OperationResponseBody {

}
