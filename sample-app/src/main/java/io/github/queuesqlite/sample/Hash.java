package io.github.queuesqlite.sample;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names things by what they hold.
 */
final class Hash {

	private static final int BYTES = 10;

	private Hash() {
	}

	static String of(byte[] content) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
			return HexFormat.of().formatHex(digest, 0, BYTES);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

	static String of(String text) {
		return of(text.getBytes(StandardCharsets.UTF_8));
	}

}
