package io.github.queuesqlite.payload;

import java.util.function.UnaryOperator;

import tools.jackson.databind.JsonNode;

/**
 * Brings a stored payload of a type from one version to the next. See
 * {@link PayloadVersion}.
 * <p>
 * <b>Threads:</b> called by several threads at once.
 *
 * @since 0.1.0
 */
public interface PayloadUpcaster {

	/**
	 * Returns what type it is for.
	 * @return a class with {@link PayloadVersion}
	 */
	Class<?> type();

	/**
	 * Returns from which version it leads to the next.
	 * @return 1 or more
	 */
	int from();

	/**
	 * Changes a payload.
	 * @param payload as version {@link #from()} was written; may be changed itself
	 * @return as the next version is written
	 */
	JsonNode upcast(JsonNode payload);

	/**
	 * Makes an up-caster of a function.
	 * @param type what type it is for
	 * @param from from which version
	 * @param change what it does
	 * @return the up-caster
	 */
	static PayloadUpcaster of(Class<?> type, int from, UnaryOperator<JsonNode> change) {
		return new PayloadUpcaster() {

			@Override
			public Class<?> type() {
				return type;
			}

			@Override
			public int from() {
				return from;
			}

			@Override
			public JsonNode upcast(JsonNode payload) {
				return change.apply(payload);
			}

			@Override
			public String toString() {
				return "PayloadUpcaster[" + type.getName() + " from " + from + "]";
			}

		};
	}

}
