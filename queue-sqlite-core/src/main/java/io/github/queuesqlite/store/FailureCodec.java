package io.github.queuesqlite.store;

import java.time.Instant;

import io.github.queuesqlite.message.Failure;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Writes a failed attempt as JSON, with the fields of {@link FailureRecord}. */
public final class FailureCodec {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private FailureCodec() {
	}

	/**
	 * Writes a failure.
	 * @param failure the failure
	 * @return JSON
	 */
	public static String encode(FailureRecord failure) {
		return MAPPER.writeValueAsString(failure);
	}

	/**
	 * Reads a failure.
	 * @param json what {@link #encode} returned
	 * @return null for null
	 */
	public static @Nullable Failure decode(@Nullable String json) {
		return (json != null) ? toFailure(decodeRecord(json)) : null;
	}

	/**
	 * Reads a failure as it was stored.
	 * @param json what {@link #encode} returned
	 * @return the failure; when the text is damaged, one that says so
	 */
	public static FailureRecord decodeRecord(String json) {
		try {
			return MAPPER.readValue(json, FailureRecord.class);
		}
		catch (JacksonException ex) {
			return new FailureRecord(0, FailureRecord.DAMAGED, "The record of this failure is damaged", "", "", 0, 0);
		}
	}

	/**
	 * Shows a stored failure as users see it.
	 * @param failure the failure
	 * @return the same values
	 */
	public static Failure toFailure(FailureRecord failure) {
		return new Failure(failure.attempt(), failure.type(), failure.message(), failure.stack(),
				Instant.ofEpochMilli(failure.failedAt()));
	}

}
