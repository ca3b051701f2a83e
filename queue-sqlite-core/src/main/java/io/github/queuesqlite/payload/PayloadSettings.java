package io.github.queuesqlite.payload;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * How payloads, results and values of listen data become bytes.
 *
 * @param codec writes everything but bytes
 * @param readCodecs further ones, for what they have written
 * @param upcasters the ways from older versions of payload types
 * @param compressOver what has so many bytes or more is compressed; -1 for nothing
 * @param keys encrypt everything; null for nothing
 * @param signing signs everything that is not encrypted, which is signed by that; null
 * for nothing
 * @param signatureRequired whether what is neither signed nor encrypted is refused
 * @param maxSize most bytes of one payload or result, before it is compressed
 */
public record PayloadSettings(PayloadCodec codec, List<PayloadCodec> readCodecs, List<PayloadUpcaster> upcasters,
		long compressOver, @Nullable PayloadKeys keys, @Nullable PayloadKeys signing, boolean signatureRequired,
		long maxSize) {

	/** The lists are copied. */
	public PayloadSettings {
		readCodecs = List.copyOf(readCodecs);
		upcasters = List.copyOf(upcasters);
	}

	static PayloadSettings of(PayloadCodec codec, long maxSize) {
		return new PayloadSettings(codec, List.of(), List.of(), -1, null, null, false, maxSize);
	}

}
