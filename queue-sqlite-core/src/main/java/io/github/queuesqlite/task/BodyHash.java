package io.github.queuesqlite.task;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Hashes bodies, so that equal ones have equal hashes. */
final class BodyHash {

	private static final JsonMapper CANONICAL = JsonMapper.builder()
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
		.build();

	private BodyHash() {
	}

	static String of(@Nullable Object payload, @Nullable String codec, byte @Nullable [] body) {
		return "sha256:" + HexFormat.of().formatHex(digest().digest(canonical(codec, body)));
	}

	private static byte[] canonical(@Nullable String codec, byte @Nullable [] body) {
		if (body == null) {
			return new byte[0];
		}
		if ("local".equals(codec)) {
			throw new IllegalArgumentException("a local payload has no body to compare");
		}
		if (!"json".equals(codec) && (codec == null || !codec.startsWith("json@"))) {
			return body;
		}
		try {
			return CANONICAL.writeValueAsBytes(CANONICAL.readValue(body, Object.class));
		}
		catch (JacksonException ex) {
			// Not JSON after all: what is equal byte by byte is equal.
			return body;
		}
	}

	private static MessageDigest digest() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
