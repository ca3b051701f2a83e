package io.github.queuesqlite.payload;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.payload.Payloads.Encoded;

/**
 * Encrypts payloads with AES-GCM under a key that is named beside them. The format is
 * authenticated with them: nobody without the key can have bytes read as something else.
 */
final class PayloadEncryption implements PayloadSeal {

	private static final String LABEL = "aes:";

	private static final String ALGORITHM = "AES/GCM/NoPadding";

	private static final int NONCE = 12;

	private static final int TAG_BITS = 128;

	private final SealKeys keys;

	private final SecureRandom random = new SecureRandom();

	PayloadEncryption(PayloadKeys keys) {
		this.keys = new SealKeys(keys, "encrypted");
	}

	@Override
	public Encoded seal(Encoded plain) {
		String id = this.keys.currentId();
		SecretKey key = this.keys.toSeal(id);
		String format = plain.codec() + "+" + LABEL + id;
		byte[] nonce = new byte[NONCE];
		this.random.nextBytes(nonce);
		try {
			byte[] bytes = Objects.requireNonNull(plain.bytes());
			Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, format);
			byte[] sealed = Arrays.copyOf(nonce, NONCE + cipher.getOutputSize(bytes.length));
			cipher.doFinal(bytes, 0, bytes.length, sealed, NONCE);
			return new Encoded(format, sealed);
		}
		catch (GeneralSecurityException ex) {
			throw new PayloadException("Cannot encrypt with key '" + id + "': " + ex.getMessage(), ex);
		}
	}

	@Override
	public boolean isOf(String label) {
		return label.startsWith(LABEL);
	}

	@Override
	public byte[] open(String format, String label, byte[] bytes) {
		String id = label.substring(LABEL.length());
		SecretKey key = this.keys.toOpen(id);
		if (bytes.length < NONCE) {
			throw new PayloadException("The encrypted bytes end too early", null);
		}
		try {
			Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(bytes, NONCE), format + "+" + label);
			return cipher.doFinal(bytes, NONCE, bytes.length - NONCE);
		}
		catch (GeneralSecurityException ex) {
			throw new PayloadException(
					"Key '" + id + "' does not open it: it is another key than it was, or the bytes" + " were changed",
					ex);
		}
	}

	private static Cipher cipher(int mode, SecretKey key, byte[] nonce, String format) throws GeneralSecurityException {
		Cipher cipher = Cipher.getInstance(ALGORITHM);
		cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
		cipher.updateAAD(format.getBytes(StandardCharsets.UTF_8));
		return cipher;
	}

}
