package io.github.queuesqlite.dashboard;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What the page has to know of itself.
 *
 * @param application the name of the application
 * @param writable whether it may change something
 * @param user who looks; null when nobody knows
 * @param csrf what the security of the application wants to see with each change; null
 * for nothing
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record PageDescriptor(String application, boolean writable, @Nullable String user, @Nullable Csrf csrf) {

	/**
	 * A token.
	 *
	 * @param header the name of the header that has it
	 * @param token the token
	 */
	record Csrf(String header, String token) {

	}

}
