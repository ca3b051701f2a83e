package io.github.queuesqlite.payload;

import java.lang.reflect.Type;

import io.github.queuesqlite.message.PayloadException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stores objects as JSON. Unknown fields are ignored on reading, so that a payload type
 * may lose fields while messages wait. No class name is written or believed.
 *
 * @since 0.1.0
 */
public final class JsonPayloadCodec implements PayloadCodec {

	/** The name that is stored with what it writes. */
	static final String NAME = "json";

	private final JsonMapper mapper;

	/** Creates a codec with Jackson's defaults and the modules on the class path. */
	public JsonPayloadCodec() {
		this(JsonMapper.builder().findAndAddModules().build());
	}

	/**
	 * Creates a codec with a copy of the mapper: later it is independent of it.
	 * @param mapper modules and settings to start from
	 */
	public JsonPayloadCodec(JsonMapper mapper) {
		this.mapper = mapper.rebuild()
			.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
			.deactivateDefaultTyping()
			.build();
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public byte[] encode(Object value) {
		try {
			return this.mapper.writeValueAsBytes(value);
		}
		catch (JacksonException ex) {
			throw new PayloadException(
					"Cannot write " + value.getClass().getName() + " as JSON: " + ex.getOriginalMessage(), ex);
		}
	}

	@Override
	public @Nullable Object decode(byte[] bytes, Type type) {
		try {
			return this.mapper.readValue(bytes, this.mapper.constructType(type));
		}
		catch (JacksonException ex) {
			throw new PayloadException("Cannot read JSON as " + type.getTypeName() + ": " + ex.getOriginalMessage(),
					ex);
		}
	}

}
