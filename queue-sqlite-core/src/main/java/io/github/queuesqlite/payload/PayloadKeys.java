package io.github.queuesqlite.payload;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;

/**
 * The keys that payloads, results and values of listen data are encrypted with. The id of
 * a key is stored beside what it encrypts. To rotate: add a key, make it the current one
 * in each process, and remove the old one once nothing is stored under it. For every
 * process that reads, add before any process writes with it.
 * <p>
 * <b>Threads:</b> called by several threads at once, for each payload: answers from
 * memory.
 *
 * @since 0.1.0
 */
public interface PayloadKeys {

	/**
	 * Returns the key that encrypts from now on.
	 * @return its id, 1 to 32 letters, digits or {@code . _ -}
	 */
	String currentId();

	/**
	 * Returns a key.
	 * @param id its id
	 * @return an AES key of 128, 192 or 256 bits; null when there is none with the id
	 */
	@Nullable SecretKey key(String id);

	/**
	 * Keys that do not change.
	 * @param currentId the one that encrypts
	 * @param keys by id, each of 16, 24 or 32 bytes; copied
	 * @return the keys
	 * @throws IllegalArgumentException if an id or a key is malformed, or the current one
	 * is not among them
	 */
	static PayloadKeys of(String currentId, Map<String, byte[]> keys) {
		Map<String, SecretKey> copies = new LinkedHashMap<>();
		Pattern ids = Pattern.compile("[A-Za-z0-9._-]{1,32}");
		keys.forEach((id, key) -> {
			if (!ids.matcher(id).matches()) {
				throw new IllegalArgumentException(
						"The id of a key must have 1 to 32 letters, digits or '. _ -', was '" + id + "'");
			}
			if (key.length != 16 && key.length != 24 && key.length != 32) {
				throw new IllegalArgumentException("Key '" + id + "' must have 16, 24 or 32 bytes, had " + key.length);
			}
			copies.put(id, new SecretKeySpec(key, "AES"));
		});
		if (!copies.containsKey(currentId)) {
			throw new IllegalArgumentException(
					"The current key '" + currentId + "' must be one of the keys, which are " + copies.keySet());
		}
		return new PayloadKeys() {

			@Override
			public String currentId() {
				return currentId;
			}

			@Override
			public @Nullable SecretKey key(String id) {
				return copies.get(id);
			}

			@Override
			public String toString() {
				return "PayloadKeys" + copies.keySet();
			}

		};
	}

}
