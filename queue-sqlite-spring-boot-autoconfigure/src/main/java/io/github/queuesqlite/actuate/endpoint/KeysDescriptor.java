package io.github.queuesqlite.actuate.endpoint;

import java.util.Map;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The keys that are paused.
 *
 * @param keys by name
 * @since 0.1.0
 */
public record KeysDescriptor(Map<String, KeyDescriptor> keys) implements OperationResponseBody {

}
