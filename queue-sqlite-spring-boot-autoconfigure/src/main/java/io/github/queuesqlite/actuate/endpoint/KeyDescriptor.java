package io.github.queuesqlite.actuate.endpoint;

import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * One ordering or concurrency key.
 *
 * @param name the key
 * @param paused whether it is paused
 * @param pausedUntil when it goes on by itself; null when it is not paused or somebody
 * has to resume it
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record KeyDescriptor(String name, boolean paused,
		@Nullable Instant pausedUntil) implements OperationResponseBody {

}
