package io.github.queuesqlite.actuate.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What an operation on several messages did.
 *
 * @param operation the operation
 * @param messages how many messages it changed
 * @param next there may be more: the same operation with this as {@code after} goes on;
 * null when it is over
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AffectedDescriptor(String operation, int messages,
		@Nullable String next) implements OperationResponseBody {

	/**
	 * An operation that is over.
	 * @param operation the operation
	 * @param messages how many messages it changed
	 */
	public AffectedDescriptor(String operation, int messages) {
		this(operation, messages, null);
	}

}
