package io.github.queuesqlite.payload;

import tools.jackson.databind.json.JsonMapper;

/**
 * Stores objects as JSON, under the name {@code json}. Unless told otherwise a queue
 * writes so.
 *
 * @since 0.1.0
 */
public final class JsonPayloadCodec extends JacksonPayloadCodec {

	/** Creates a codec with Jackson's defaults and the modules on the class path. */
	public JsonPayloadCodec() {
		this(JsonMapper.builder().findAndAddModules().build());
	}

	/**
	 * Creates a codec with a copy of the mapper: later it is independent of it.
	 * @param mapper modules and settings to start from
	 */
	public JsonPayloadCodec(JsonMapper mapper) {
		super("json", mapper);
	}

}
