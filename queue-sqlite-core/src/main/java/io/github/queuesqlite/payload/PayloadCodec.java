package io.github.queuesqlite.payload;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;

/**
 * Turns payloads and results into bytes and back. Its {@link #name()} is stored with each
 * message, so that a message is always read by the codec that wrote it.
 * <p>
 * <b>Threads:</b> called by several threads at once.
 *
 * @since 0.1.0
 */
public interface PayloadCodec {

	/**
	 * Returns the name that is stored.
	 * @return 1 to 32 letters, digits or {@code -}
	 */
	String name();

	/**
	 * Writes an object.
	 * @param value the object, not null
	 * @return its bytes
	 * @throws io.github.queuesqlite.message.PayloadException if it cannot be written
	 */
	byte[] encode(Object value);

	/**
	 * Reads an object.
	 * @param bytes what {@link #encode(Object)} returned
	 * @param type the type to read it as; never taken from the file
	 * @return the object
	 * @throws io.github.queuesqlite.message.PayloadException if it cannot be read
	 */
	@Nullable Object decode(byte[] bytes, Type type);

}
