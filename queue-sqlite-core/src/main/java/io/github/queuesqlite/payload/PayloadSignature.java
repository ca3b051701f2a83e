package io.github.queuesqlite.payload;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;

import javax.crypto.Mac;
import javax.crypto.SecretKey;

import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.payload.Payloads.Encoded;

/**
 * Signs payloads with HMAC-SHA256 under a key that is named beside them. The format is
 * signed with them: nobody without the key can have bytes read as something else.
 */
final class PayloadSignature implements PayloadSeal {

	private static final String LABEL = "hmac:";

	private static final String ALGORITHM = "HmacSHA256";

	private static final int LENGTH = 32;

	private final SealKeys keys;

	PayloadSignature(PayloadKeys keys) {
		this.keys = new SealKeys(keys, "signed");
	}

	@Override
	public Encoded seal(Encoded plain) {
		String id = this.keys.currentId();
		SecretKey key = this.keys.toSeal(id);
		String format = plain.codec() + "+" + LABEL + id;
		byte[] bytes = Objects.requireNonNull(plain.bytes());
		byte[] signed = Arrays.copyOf(signature(key, id, format, bytes, 0), LENGTH + bytes.length);
		System.arraycopy(bytes, 0, signed, LENGTH, bytes.length);
		return new Encoded(format, signed);
	}

	@Override
	public boolean isOf(String label) {
		return label.startsWith(LABEL);
	}

	@Override
	public byte[] open(String format, String label, byte[] bytes) {
		String id = label.substring(LABEL.length());
		SecretKey key = this.keys.toOpen(id);
		if (bytes.length < LENGTH) {
			throw new PayloadException("The signed bytes end too early", null);
		}
		byte[] expected = signature(key, id, format + "+" + label, bytes, LENGTH);
		if (!MessageDigest.isEqual(expected, Arrays.copyOf(bytes, LENGTH))) {
			throw new PayloadException("It is not what was signed with key '" + id
					+ "': that is another key than it was, or the bytes were changed", null);
		}
		return Arrays.copyOfRange(bytes, LENGTH, bytes.length);
	}

	private static byte[] signature(SecretKey key, String id, String format, byte[] bytes, int from) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(key);
			mac.update(format.getBytes(StandardCharsets.UTF_8));
			mac.update((byte) 0);
			mac.update(bytes, from, bytes.length - from);
			return mac.doFinal();
		}
		catch (GeneralSecurityException ex) {
			throw new PayloadException("Cannot sign with key '" + id + "': " + ex.getMessage(), ex);
		}
	}

}
