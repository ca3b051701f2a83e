package io.github.queuesqlite.payload;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import io.github.queuesqlite.message.PayloadException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Payloads that stay in this process as the objects they are. What is stored of one is
 * whose it is and a number. An object is kept from when its message is stored until the
 * message ends; before, as long as somebody is about to store it.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
public final class LocalPayloads {

	/** Stands as codec beside what is stored. */
	public static final String CODEC = "local";

	private static final int PROCESS_BYTES = 16;

	private final byte[] process;

	private final AtomicLong numbers = new AtomicLong();

	/**
	 * Not stored yet, by the bytes to store themselves: nobody but their row has them.
	 */
	private final Map<byte[], Object> handedIn = new WeakHashMap<>();

	private final Map<Long, Object> kept = new ConcurrentHashMap<>();

	private final Map<Long, Long> numberOfMessage = new ConcurrentHashMap<>();

	LocalPayloads() {
		UUID uuid = UUID.randomUUID();
		this.process = ByteBuffer.allocate(PROCESS_BYTES)
			.putLong(uuid.getMostSignificantBits())
			.putLong(uuid.getLeastSignificantBits())
			.array();
	}

	/**
	 * Takes an object.
	 * @param object the payload
	 * @return what is stored of it
	 */
	public Payloads.Encoded add(Object object) {
		byte[] bytes = ByteBuffer.allocate(PROCESS_BYTES + Long.BYTES)
			.put(this.process)
			.putLong(this.numbers.incrementAndGet())
			.array();
		synchronized (this.handedIn) {
			this.handedIn.put(bytes, object);
		}
		return new Payloads.Encoded(CODEC, bytes);
	}

	/**
	 * Returns whether objects wait to be stored.
	 * @return true also a moment longer
	 */
	public boolean isAnyHandedIn() {
		synchronized (this.handedIn) {
			return !this.handedIn.isEmpty();
		}
	}

	/**
	 * A message is stored.
	 * @param id the message
	 * @param bytes the very ones that {@link #add} returned
	 */
	public void stored(long id, byte[] bytes) {
		Object object;
		synchronized (this.handedIn) {
			object = this.handedIn.remove(bytes);
		}
		if (object != null) {
			long number = number(bytes);
			this.kept.put(number, object);
			this.numberOfMessage.put(id, number);
		}
	}

	/**
	 * A message has ended or is deleted.
	 * @param id any message
	 */
	public void ended(long id) {
		if (!this.numberOfMessage.isEmpty()) {
			Long number = this.numberOfMessage.remove(id);
			if (number != null) {
				this.kept.remove(number);
			}
		}
	}

	/** Returns how many objects are kept. */
	int size() {
		return this.kept.size();
	}

	Object find(byte[] bytes, Type type) {
		boolean own = bytes.length == PROCESS_BYTES + Long.BYTES
				&& Arrays.equals(bytes, 0, PROCESS_BYTES, this.process, 0, PROCESS_BYTES);
		@Nullable Object object = own ? this.kept.get(number(bytes)) : null;
		if (object == null) {
			throw new PayloadException(
					"It was a local payload, an object in the memory of the process that enqueued it: "
							+ (own ? "its message has ended" : "this is another process, or that one was restarted"),
					null);
		}
		if (!ClassUtils.isAssignableValue(ResolvableType.forType(type).resolve(Object.class), object)) {
			throw new PayloadException(
					"The local payload is a " + object.getClass().getName() + " and no " + type.getTypeName(), null);
		}
		return object;
	}

	private static long number(byte[] bytes) {
		return ByteBuffer.wrap(bytes, PROCESS_BYTES, Long.BYTES).getLong();
	}

}
