package io.github.queuesqlite.payload;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.queuesqlite.message.PayloadException;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads payloads under the size limit: bytes pass untouched, everything else
 * goes through a codec; then, as asked for, what is large is compressed and all is
 * encrypted. What was done stands beside the bytes, so that each can be read as it was
 * written, whatever is asked for today.
 */
public final class Payloads {

	/** Codec name of a payload that is bytes. */
	public static final String BYTES = "bytes";

	private final PayloadCodec codec;

	private final Map<String, PayloadCodec> codecs = new LinkedHashMap<>();

	private final GroupOutcomes groupOutcomes = new GroupOutcomes(this);

	/** Of most messages. */
	private final PayloadFormat plainFormat;

	private final PayloadUpcasts upcasts;

	/** What new ones are sealed with, in order. */
	private final List<PayloadSeal> seals;

	/** What sealed ones are opened with. */
	private final List<PayloadSeal> openers;

	private final LocalPayloads local = new LocalPayloads();

	/** Whether what was not signed is refused. */
	private final boolean signatureRequired;

	private final long maxSize;

	/**
	 * Creates a reader and writer that compresses and encrypts nothing.
	 * @param codec writes everything but bytes
	 * @param maxSize most bytes of one payload or result
	 */
	public Payloads(PayloadCodec codec, long maxSize) {
		this(PayloadSettings.of(codec, maxSize));
	}

	/**
	 * Creates the reader and writer of one queue.
	 * @param settings how
	 */
	public Payloads(PayloadSettings settings) {
		this.codec = settings.codec();
		this.plainFormat = new PayloadFormat(PayloadFormat.checkName(this.codec.name()), 1, List.of());
		settings.readCodecs().forEach((other) -> this.codecs.put(PayloadFormat.checkName(other.name()), other));
		this.codecs.putIfAbsent("json", new JsonPayloadCodec());
		this.codecs.put(this.codec.name(), this.codec);
		this.upcasts = new PayloadUpcasts(settings.upcasters());
		this.maxSize = settings.maxSize();
		PayloadSeal compression = new PayloadCompression(settings.compressOver());
		PayloadKeys keys = settings.keys();
		PayloadSeal encryption = (keys != null) ? new PayloadEncryption(keys) : null;
		PayloadKeys signing = settings.signing();
		PayloadSeal signature = (signing != null) ? new PayloadSignature(signing) : null;
		this.seals = seals((settings.compressOver() >= 0) ? compression : null,
				(encryption != null) ? encryption : signature);
		this.openers = seals(compression, encryption, signature);
		this.signatureRequired = settings.signatureRequired();
	}

	/**
	 * Returns the payloads that stay in this process.
	 * @return always the same
	 */
	public LocalPayloads local() {
		return this.local;
	}

	private static List<PayloadSeal> seals(@Nullable PayloadSeal... seals) {
		return Stream.of(seals).filter(Objects::nonNull).toList();
	}

	/**
	 * Writes a payload or result.
	 * @param what what it is, for the error: {@code payload} or {@code result}
	 * @param value the object; null for none; what this has returned stays as it is
	 * @return the bytes to store and their format
	 * @throws PayloadException if it cannot be written or is too large
	 */
	public Encoded encode(String what, @Nullable Object value) {
		return (value instanceof Encoded written) ? written : seal(write(what, value));
	}

	/**
	 * Writes a payload or result as its codec does, and no more: what is not stored but
	 * compared.
	 * @param what what it is, for the error: {@code payload} or {@code result}
	 * @param value the object; null for none
	 * @return its bytes and the name of their codec
	 * @throws PayloadException if it cannot be written or is too large
	 */
	public Encoded write(String what, @Nullable Object value) {
		if (value == null) {
			return Encoded.NONE;
		}
		Encoded encoded = (value instanceof byte[] bytes) ? new Encoded(BYTES, bytes.clone()) : new Encoded(
				PayloadFormat.of(this.codec.name(), PayloadUpcasts.versionOf(value)), encodeByCodec(what, value));
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
	 * Makes what is stored of what a codec has written.
	 * @param plain what {@link #write} returned
	 * @return the bytes to store and their format
	 * @throws PayloadException if it cannot be encrypted
	 */
	public Encoded seal(Encoded plain) {
		Encoded sealed = plain;
		if (plain.bytes() != null && !LocalPayloads.CODEC.equals(plain.codec())) {
			for (PayloadSeal seal : this.seals) {
				sealed = seal.seal(sealed);
			}
		}
		return sealed;
	}

	/**
	 * Reads a payload or result.
	 * @param format the format stored with the bytes; null when there are none
	 * @param bytes the stored bytes; null for none
	 * @param type the type to read them as
	 * @return the object; null when there are no bytes or {@code Void} is asked for
	 * @throws PayloadException if they cannot be read as the type
	 */
	public @Nullable Object decode(@Nullable String format, byte @Nullable [] bytes, Type type) {
		if (format == null || bytes == null || type == Void.class || type == void.class) {
			return null;
		}
		if (format.equals(LocalPayloads.CODEC)) {
			return this.local.find(bytes, type);
		}
		PayloadFormat parsed = format.equals(this.plainFormat.codec()) ? this.plainFormat : PayloadFormat.parse(format);
		refuseUnsigned(parsed);
		byte[] plain = parsed.seals().isEmpty() ? bytes : open(format, parsed, bytes);
		if (parsed.codec().equals(BYTES)) {
			if (type != byte[].class && type != Object.class) {
				throw new PayloadException("Stored bytes cannot be read as " + type.getTypeName() + ", only as byte[]",
						null);
			}
			return plain.clone();
		}
		PayloadCodec codec = parsed.codec().equals(GroupOutcomes.NAME) ? this.groupOutcomes
				: this.codecs.get(parsed.codec());
		if (codec == null) {
			throw new PayloadException("Written by codec '" + parsed.codec() + "', but this process has only "
					+ this.codecs.keySet() + ": give it the codec too, for reading", null);
		}
		return read(codec, format, parsed.version(), plain, type);
	}

	/**
	 * Reads what somebody has written as JSON, by the codec of that name.
	 * @param json one value
	 * @param type the type to read it as
	 * @return the object; null for the value null
	 * @throws PayloadException if it cannot be read as the type
	 */
	public @Nullable Object readJson(String json, Type type) {
		return read(Objects.requireNonNull(this.codecs.get("json")), "JSON", PayloadUpcasts.CURRENT,
				json.getBytes(StandardCharsets.UTF_8), type);
	}

	private @Nullable Object read(PayloadCodec codec, String format, int version, byte[] plain, Type type) {
		try {
			return this.upcasts.read(codec, version, plain, type);
		}
		catch (PayloadException ex) {
			throw ex;
		}
		catch (RuntimeException | StackOverflowError ex) {
			throw new PayloadException("Cannot read " + format + " as " + type.getTypeName() + ": " + ex, ex);
		}
	}

	/**
	 * Returns bytes as their codec has written them.
	 * @param format the format stored with the bytes; null when there are none
	 * @param bytes the stored bytes; null for none
	 * @return a copy; as they are stored when they cannot be opened, null for none
	 */
	public byte @Nullable [] plain(@Nullable String format, byte @Nullable [] bytes) {
		if (format == null || bytes == null) {
			return (bytes != null) ? bytes.clone() : null;
		}
		try {
			return open(format, PayloadFormat.parse(format), bytes).clone();
		}
		catch (PayloadException ex) {
			// Damaged, or its key is gone: decode says so.
			return bytes.clone();
		}
	}

	/**
	 * Returns whether stored bytes are what a codec has written, however they were
	 * sealed.
	 * @param plain what {@link #write} returned
	 * @param format the format stored with the bytes
	 * @param bytes the stored bytes
	 * @return false also when they cannot be opened
	 */
	public boolean isSame(Encoded plain, String format, byte[] bytes) {
		try {
			PayloadFormat parsed = PayloadFormat.parse(format);
			return PayloadFormat.of(parsed.codec(), parsed.version()).equals(plain.codec())
					&& Arrays.equals(open(format, parsed, bytes), plain.bytes());
		}
		catch (PayloadException ex) {
			return false;
		}
	}

	/** What became of a group is the store's own, and holds results that are signed. */
	private void refuseUnsigned(PayloadFormat format) {
		if (this.signatureRequired && format.seals().stream().noneMatch(Payloads::isKeyed)
				&& !format.codec().equals(GroupOutcomes.NAME)) {
			throw new PayloadException(
					"It is not signed, and signatures are required: somebody else has written it, or it was stored"
							+ " before payloads were signed. For those do not require signatures until they have run",
					null);
		}
	}

	/** Whether nobody without a key can have written it. */
	private static boolean isKeyed(String label) {
		return label.indexOf(':') >= 0;
	}

	private byte[] open(String format, PayloadFormat parsed, byte[] bytes) {
		String inner = format;
		byte[] opened = bytes;
		for (int i = parsed.seals().size() - 1; i >= 0; i--) {
			String label = parsed.seals().get(i);
			inner = inner.substring(0, inner.length() - label.length() - 1);
			opened = opener(label).open(inner, label, opened);
		}
		return opened;
	}

	private PayloadSeal opener(String label) {
		for (PayloadSeal seal : this.openers) {
			if (seal.isOf(label)) {
				return seal;
			}
		}
		throw new PayloadException("It is sealed by '" + label + "', which this process cannot open"
				+ (isKeyed(label) ? ": it has no keys for that" : ""), null);
	}

	/**
	 * Bytes and their format.
	 *
	 * @param codec the codec and what was done to the bytes since; null when there are
	 * none
	 * @param bytes null when there are none
	 */
	public record Encoded(@Nullable String codec, byte @Nullable [] bytes) {

		static final Encoded NONE = new Encoded(null, null);

	}

}
