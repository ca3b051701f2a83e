package io.github.queuesqlite.payload;

import java.lang.reflect.Type;

import io.github.queuesqlite.message.PayloadException;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads payloads under the size limit: bytes pass untouched, everything else
 * goes through the codec.
 */
public final class Payloads {

	/** Codec name of a payload that is bytes. */
	public static final String BYTES = "bytes";

	private static final byte[] EMPTY = new byte[0];

	private final PayloadCodec codec;

	private final long maxSize;

	/**
	 * Creates the reader and writer of one queue.
	 * @param codec writes everything but bytes
	 * @param maxSize most bytes of one payload or result
	 */
	public Payloads(PayloadCodec codec, long maxSize) {
		this.codec = codec;
		this.maxSize = maxSize;
	}

	/**
	 * Writes a payload or result.
	 * @param what what it is, for the error: {@code payload} or {@code result}
	 * @param value the object; null for none; what this has returned stays as it is
	 * @return its bytes and the name of their codec
	 * @throws PayloadException if it cannot be written or is too large
	 */
	public Encoded encode(String what, @Nullable Object value) {
		if (value == null) {
			return Encoded.NONE;
		}
		if (value instanceof Encoded written) {
			return written;
		}
		Encoded encoded = (value instanceof byte[] bytes) ? new Encoded(BYTES, bytes.clone())
				: new Encoded(this.codec.name(), encodeByCodec(what, value));
		int size = (encoded.bytes() != null) ? encoded.bytes().length : 0;
		if (size > this.maxSize) {
			throw new PayloadException("The " + what + " (" + value.getClass().getName() + ") has " + size
					+ " bytes, more than the " + this.maxSize
					+ " that 'payload.max-size' allows. Store large data elsewhere and enqueue a reference to it.",
					null);
		}
		return encoded;
	}

	private byte[] encodeByCodec(String what, Object value) {
		try {
			return this.codec.encode(value);
		}
		catch (PayloadException ex) {
			throw ex;
		}
		catch (RuntimeException | StackOverflowError ex) {
			throw new PayloadException("Cannot write the " + what + " (" + value.getClass().getName() + ") as "
					+ this.codec.name() + ": " + ex, ex);
		}
	}

	/**
	 * Reads a payload or result.
	 * @param codecName the name stored with the bytes; null when there are none
	 * @param bytes the stored bytes; null for none
	 * @param type the type to read them as
	 * @return the object; null when there are no bytes or {@code Void} is asked for
	 * @throws PayloadException if they cannot be read as the type
	 */
	public @Nullable Object decode(@Nullable String codecName, byte @Nullable [] bytes, Type type) {
		if (codecName == null || bytes == null || type == Void.class || type == void.class) {
			return null;
		}
		if (codecName.equals(BYTES)) {
			if (type != byte[].class && type != Object.class) {
				throw new PayloadException("Stored bytes cannot be read as " + type.getTypeName() + ", only as byte[]",
						null);
			}
			return bytes.clone();
		}
		if (!codecName.equals(this.codec.name())) {
			throw new PayloadException(
					"Written by codec '" + codecName + "', but this process has only '" + this.codec.name() + "'",
					null);
		}
		try {
			return this.codec.decode(bytes, type);
		}
		catch (PayloadException ex) {
			throw ex;
		}
		catch (RuntimeException | StackOverflowError ex) {
			throw new PayloadException("Cannot read " + codecName + " as " + type.getTypeName() + ": " + ex, ex);
		}
	}

	/**
	 * Bytes and the name of the codec that wrote them.
	 *
	 * @param codec null when there are none
	 * @param bytes null when there are none
	 */
	public record Encoded(@Nullable String codec, byte @Nullable [] bytes) {

		static final Encoded NONE = new Encoded(null, null);

	}

	/**
	 * Returns the bytes, or an empty array for none.
	 * @param bytes may be null
	 * @return a copy
	 */
	public static byte[] copyOf(byte @Nullable [] bytes) {
		return (bytes != null) ? bytes.clone() : EMPTY;
	}

}
