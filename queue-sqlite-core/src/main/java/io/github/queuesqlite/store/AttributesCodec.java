package io.github.queuesqlite.store;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes source, tags, headers and metadata of a message as one JSON object with the
 * fields {@code source}, {@code tags}, {@code headers} and {@code metadata}; most
 * messages have none and store nothing.
 */
public final class AttributesCodec {

	/** The name of the field that has the concurrency key, which is read in the store. */
	public static final String CONCURRENCY_KEY = "concurrencyKey";

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private static final TypeReference<Attributes> TYPE = new TypeReference<>() {
	};

	private AttributesCodec() {
	}

	/**
	 * Writes the attributes of a message by itself.
	 * @param message the message
	 * @return JSON; null when there are none
	 * @throws PayloadException if the metadata cannot be written
	 */
	public static @Nullable String encode(NewMessage message) {
		return encode(message, false);
	}

	/**
	 * Writes the attributes.
	 * @param message the message
	 * @param resultWanted whether its result flows on
	 * @return JSON; null when there are none
	 * @throws PayloadException if the metadata cannot be written
	 */
	public static @Nullable String encode(NewMessage message, boolean resultWanted) {
		if (!resultWanted && message.source() == null && message.tags().isEmpty() && message.headers().isEmpty()
				&& message.metadata().isEmpty() && message.concurrencyKey() == null) {
			return null;
		}
		try {
			return MAPPER.writeValueAsString(new Attributes(message.source(), List.copyOf(message.tags()),
					message.headers(), message.metadata(), message.concurrencyKey(), resultWanted ? true : null));
		}
		catch (JacksonException ex) {
			throw new PayloadException("Cannot write the metadata of a message for task '" + message.task()
					+ "' as JSON: " + ex.getOriginalMessage(), ex);
		}
	}

	/**
	 * Reads the attributes.
	 * @param json what {@link #encode} returned
	 * @return the attributes, empty ones for null
	 */
	public static Attributes decode(@Nullable String json) {
		return (json != null) ? MAPPER.readValue(json, TYPE) : Attributes.NONE;
	}

	/**
	 * What a message carries for people and tools.
	 *
	 * @param source null for none
	 * @param tags in the sender's order
	 * @param headers names and values
	 * @param metadata as JSON reads it
	 * @param concurrencyKey null for none
	 * @param resultWanted whether its result flows on, and so is stored; null for no
	 */
	public record Attributes(@Nullable String source, List<String> tags, Map<String, String> headers,
			Map<String, Object> metadata, @Nullable String concurrencyKey, @Nullable Boolean resultWanted) {

		static final Attributes NONE = new Attributes(null, List.of(), Map.of(), Map.of(), null, null);

		/** What is missing in a damaged text counts as empty. */
		public Attributes {
			tags = Objects.requireNonNullElse(tags, List.of());
			headers = Objects.requireNonNullElse(headers, Map.of());
			metadata = Objects.requireNonNullElse(metadata, Map.of());
		}

		/**
		 * Returns the tags as a set.
		 * @return in the sender's order
		 */
		public Set<String> tagSet() {
			return Collections.unmodifiableSet(new LinkedHashSet<>(this.tags));
		}

	}

}
