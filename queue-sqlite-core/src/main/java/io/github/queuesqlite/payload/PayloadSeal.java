package io.github.queuesqlite.payload;

/** Does something to the bytes that a codec has written, and undoes it. */
interface PayloadSeal {

	/**
	 * Seals bytes.
	 * @param plain bytes with their format
	 * @return the bytes to store, and their format; the same when there is nothing to do
	 */
	Payloads.Encoded seal(Payloads.Encoded plain);

	/**
	 * Returns whether it has written a part of a format.
	 * @param label what stands behind a {@code +}
	 */
	boolean isOf(String label);

	/**
	 * Undoes it.
	 * @param format of the result
	 * @param label what stands behind the {@code +}
	 * @param bytes what was stored
	 * @throws io.github.queuesqlite.message.PayloadException if it cannot be undone
	 */
	byte[] open(String format, String label, byte[] bytes);

}
