package io.github.queuesqlite.payload;

import java.lang.reflect.Type;

import io.github.queuesqlite.message.PayloadException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;

/**
 * Stores objects in a format that Jackson knows. Unknown fields are ignored on reading,
 * so that a payload type may lose fields while messages wait. No class name is written or
 * believed.
 *
 * @since 0.1.0
 */
public class JacksonPayloadCodec implements PayloadCodec {

	private final String name;

	private final ObjectMapper mapper;

	/**
	 * Creates a codec with a copy of the mapper: later it is independent of it.
	 * @param name the name that is stored, 1 to 32 letters, digits or {@code -}
	 * @param mapper format, modules and settings
	 */
	public JacksonPayloadCodec(String name, ObjectMapper mapper) {
		this.name = PayloadFormat.checkName(name);
		this.mapper = mapper.rebuild()
			.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
			.deactivateDefaultTyping()
			.build();
	}

	@Override
	public final String name() {
		return this.name;
	}

	@Override
	public final byte[] encode(Object value) {
		try {
			return this.mapper.writeValueAsBytes(value);
		}
		catch (JacksonException ex) {
			throw new PayloadException(
					"Cannot write " + value.getClass().getName() + " as " + format() + ": " + ex.getOriginalMessage(),
					ex);
		}
	}

	@Override
	public final @Nullable Object decode(byte[] bytes, Type type) {
		try {
			return this.mapper.readValue(bytes, this.mapper.constructType(type));
		}
		catch (JacksonException ex) {
			throw new PayloadException(
					"Cannot read " + format() + " as " + type.getTypeName() + ": " + ex.getOriginalMessage(), ex);
		}
	}

	private String format() {
		return this.name.equals("json") ? "JSON" : this.name;
	}

}
