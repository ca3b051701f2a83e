package io.github.queuesqlite.store;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import io.github.queuesqlite.message.PayloadException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a message that is on its way to another shard, with all that is stored with it.
 */
public final class RelayCodec {

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.changeDefaultVisibility((checker) -> checker.withGetterVisibility(Visibility.NONE)
			.withIsGetterVisibility(Visibility.NONE)
			.withFieldVisibility(Visibility.ANY))
		.build();

	private RelayCodec() {
	}

	/**
	 * Writes a message.
	 * @param message the message
	 * @return its bytes
	 */
	public static byte[] encode(Insertion message) {
		return MAPPER.writeValueAsBytes(message);
	}

	/** Most are by themselves, and are known by that. */
	private static Insertion restored(Insertion read) {
		Composition composition = read.composition();
		if (composition.waits() == null && composition.others().isEmpty()) {
			return read.with(Composition.NONE);
		}
		return read.with(
				new Composition(composition.waits(), composition.others().stream().map(RelayCodec::restored).toList()));
	}

	/**
	 * Reads a message.
	 * @param bytes what {@link #encode} returned
	 * @return the message
	 * @throws PayloadException if they are damaged, or of a newer version
	 */
	public static Insertion decode(byte[] bytes) {
		try {
			return restored(MAPPER.readValue(bytes, Insertion.class));
		}
		catch (JacksonException ex) {
			throw new PayloadException(
					"A message on its way to another shard cannot be read: " + ex.getOriginalMessage(), ex);
		}
	}

}
