package io.github.queuesqlite.store.sqlite;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.StoredStep;
import org.jspecify.annotations.Nullable;

/**
 * The checksum of a message: CRC-32C over all that never changes once it is stored, so
 * that a row is noticed whose bytes were changed behind SQLite's back. Due time, state,
 * attempts and all else that the life of a message changes are not covered.
 * <p>
 * The expiry, which a retry clears, and the result, which comes at the end, are mixed in
 * by exclusive or: a statement can take them out and in without the rest of the row.
 * <p>
 * A row of 200 bytes takes 0.07 µs.
 * <p>
 * <b>Threads:</b> one at a time.
 */
final class Checksum {

	/**
	 * Marks a checksum of this kind. One without it is none: a bit that was flipped there
	 * must not switch the comparison off.
	 */
	private static final long MARK = 1L << 32;

	private static final long BITS = MARK - 1;

	/** Makes an expiry of 0 differ from none. */
	private static final long EXPIRES = 0x5bd1e995L;

	private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

	private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

	private final CRC32C crc = new CRC32C();

	private byte[] buffer = new byte[512];

	private int length;

	/**
	 * Computes what is stored with a new message.
	 * @param row the message
	 * @return for the column {@code checksum}
	 */
	long of(Insertion row) {
		return MARK | (content(row.id(), row.createdAt(), row.priority(), row.maxAttempts(), row.queue(), row.task(),
				row.keys().idempotencyKey(), row.keys().uniqueKey(), row.keys().orderingKey(), row.attributes(),
				row.codec(), row.payload()) ^ ofExpiry(row.expiresAt()));
	}

	/**
	 * Computes what is stored with a message whose payload is replaced.
	 * @param row the message as it is
	 * @param codec the new codec
	 * @param payload the new payload
	 * @return for the column {@code checksum}
	 */
	long of(StoredMessage row, @Nullable String codec, byte @Nullable [] payload) {
		return MARK | (content(row.id(), row.createdAt(), row.priority(), row.maxAttempts(), row.queue(), row.task(),
				row.idempotencyKey(), row.uniqueKey(), row.orderingKey(), row.attributes(), codec, payload)
				^ ofExpiry(row.expiresAt()) ^ ofResult(row.resultCodec(), row.result()));
	}

	/**
	 * Compares a message with the checksum that stands beside it.
	 * @param stored the checksum
	 * @param row the message
	 * @return false when the message or the checksum is not as it was written
	 */
	boolean matches(long stored, StoredMessage row) {
		return stored == of(row, row.codec(), row.payload());
	}

	/**
	 * Computes the part of a result.
	 * @param codec null for none
	 * @param result null for none
	 * @return 0 when there is none
	 */
	long ofResult(@Nullable String codec, byte @Nullable [] result) {
		if (codec == null && result == null) {
			return 0;
		}
		this.length = 0;
		put(codec);
		return sum(result);
	}

	/**
	 * Computes what is stored with a step.
	 * @param messageId of which message
	 * @param step the step
	 * @return for the column {@code checksum}
	 */
	long ofStep(long messageId, StoredStep step) {
		this.length = 0;
		put(messageId);
		put(step.position());
		put(step.name());
		put(step.codec());
		return sum(step.value());
	}

	/**
	 * Computes the part of an expiry.
	 * @param expiresAt null for never
	 * @return 0 for never
	 */
	static long ofExpiry(@Nullable Long expiresAt) {
		return (expiresAt != null) ? (expiresAt ^ (expiresAt >>> 32) ^ EXPIRES) & BITS : 0;
	}

	private long content(long id, long createdAt, int priority, @Nullable Integer maxAttempts, String queue,
			String task, @Nullable String idempotencyKey, @Nullable String uniqueKey, @Nullable String orderingKey,
			@Nullable String attributes, @Nullable String codec, byte @Nullable [] payload) {
		this.length = 0;
		put(id);
		put(createdAt);
		put(priority);
		put((maxAttempts != null) ? maxAttempts : -1);
		put(queue);
		put(task);
		put(idempotencyKey);
		put(uniqueKey);
		if (orderingKey != null) {
			// Without one it is what it was before there were any.
			put(orderingKey);
		}
		put(attributes);
		put(codec);
		return sum(payload);
	}

	private long sum(byte @Nullable [] last) {
		put((last != null) ? last.length : -1);
		this.crc.reset();
		this.crc.update(this.buffer, 0, this.length);
		if (last != null) {
			this.crc.update(last, 0, last.length);
		}
		return this.crc.getValue();
	}

	private void put(long value) {
		grow(Long.BYTES);
		LONG.set(this.buffer, this.length, value);
		this.length += Long.BYTES;
	}

	private void put(int value) {
		grow(Integer.BYTES);
		INT.set(this.buffer, this.length, value);
		this.length += Integer.BYTES;
	}

	/** As the driver writes it: what UTF-8 cannot hold counts as it is stored. */
	private void put(@Nullable String text) {
		if (text == null) {
			put(-1);
			return;
		}
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		put(bytes.length);
		grow(bytes.length);
		System.arraycopy(bytes, 0, this.buffer, this.length, bytes.length);
		this.length += bytes.length;
	}

	private void grow(int more) {
		if (this.buffer.length - this.length < more) {
			this.buffer = Arrays.copyOf(this.buffer, 2 * (this.length + more));
		}
	}

}
