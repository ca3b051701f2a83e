package io.github.queuesqlite.listen;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Objects;

import io.github.queuesqlite.message.Names;

/**
 * A listener: its name, which owns the cursor, the keys it wants, and what it does.
 *
 * @param name 1 to 200 letters, digits or {@code . _ - :}
 * @param patterns keys, or patterns in which {@code *} stands for any characters
 * @param valueType what values are read as
 * @param replay whether a new listener first gets the current value of each matching key
 * @param handler called with each change; what it throws makes the change come again
 * @since 0.1.0
 */
public record ListenerDefinition(String name, List<String> patterns, Type valueType, boolean replay,
		ChangeHandler handler) {

	public ListenerDefinition {
		Names.check("listener", name);
		patterns = List.copyOf(patterns);
		if (patterns.isEmpty()) {
			throw new IllegalArgumentException("Listener '" + name + "' must name at least one key or pattern");
		}
		for (String pattern : patterns) {
			ListenKeys.checkText("key or pattern of listener " + name, pattern);
		}
		Objects.requireNonNull(valueType, "'valueType' must not be null");
		Objects.requireNonNull(handler, "'handler' must not be null");
	}

	/** Does what a listener does. */
	@FunctionalInterface
	public interface ChangeHandler {

		/**
		 * Takes one change.
		 * @param change the change
		 * @throws Exception to get it again
		 */
		void onChange(DataChange<?> change) throws Exception;

	}

}
