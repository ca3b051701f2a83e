package io.github.queuesqlite.payload;

import java.io.ByteArrayOutputStream;
import java.util.Objects;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.payload.Payloads.Encoded;

/** Makes large payloads smaller, as zlib does; leaves those that would not become so. */
final class PayloadCompression implements PayloadSeal {

	private static final String LABEL = "deflate";

	/** No payload may be larger: what claims to be is not what was written. */
	private static final int MOST = 256 * 1024 * 1024;

	private static final int BUFFER = 8192;

	private final long over;

	/**
	 * Creates a compression.
	 * @param over from how many bytes on
	 */
	PayloadCompression(long over) {
		this.over = over;
	}

	@Override
	public Encoded seal(Encoded plain) {
		byte[] bytes = Objects.requireNonNull(plain.bytes());
		if (bytes.length < this.over) {
			return plain;
		}
		// Speed: it is on the way of each enqueue.
		Deflater deflater = new Deflater(Deflater.BEST_SPEED);
		try {
			deflater.setInput(bytes);
			deflater.finish();
			ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 2);
			byte[] buffer = new byte[BUFFER];
			while (!deflater.finished() && out.size() < bytes.length) {
				out.write(buffer, 0, deflater.deflate(buffer));
			}
			boolean smaller = deflater.finished() && out.size() < bytes.length;
			return smaller ? new Encoded(plain.codec() + "+" + LABEL, out.toByteArray()) : plain;
		}
		finally {
			deflater.end();
		}
	}

	@Override
	public boolean isOf(String label) {
		return label.equals(LABEL);
	}

	@Override
	public byte[] open(String format, String label, byte[] bytes) {
		Inflater inflater = new Inflater();
		try {
			inflater.setInput(bytes);
			ByteArrayOutputStream out = new ByteArrayOutputStream(2 * bytes.length);
			byte[] buffer = new byte[BUFFER];
			while (!inflater.finished()) {
				int n = inflater.inflate(buffer);
				if (n == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
					throw new PayloadException("The compressed bytes end too early", null);
				}
				out.write(buffer, 0, n);
				if (out.size() > MOST) {
					throw new PayloadException("The compressed bytes become more than " + MOST, null);
				}
			}
			return out.toByteArray();
		}
		catch (DataFormatException ex) {
			throw new PayloadException("The compressed bytes cannot be read: " + ex.getMessage(), ex);
		}
		finally {
			inflater.end();
		}
	}

}
