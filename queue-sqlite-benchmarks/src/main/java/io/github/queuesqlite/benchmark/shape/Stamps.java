package io.github.queuesqlite.benchmark.shape;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Payloads of one size that tell their number, and when each was called for. */
final class Stamps {

	private static final int DIGITS = 12;

	/** More than ever wait at once. */
	private static final int REMEMBERED = 1 << 20;

	private final AtomicLong next = new AtomicLong();

	private final AtomicLongArray calls = new AtomicLongArray(REMEMBERED);

	private final String filling;

	/** Takes the bytes of a payload as JSON: the text with its two quotation marks. */
	Stamps(int bytes) {
		this.filling = "x".repeat(bytes - 2 - DIGITS);
	}

	/** Returns the next payload, called for at a time. */
	String next(long now) {
		long number = this.next.getAndIncrement();
		this.calls.set((int) (number % REMEMBERED), now);
		return "%012d".formatted(number).concat(this.filling);
	}

	static long number(String payload) {
		return Long.parseLong(payload, 0, DIGITS, 10);
	}

	/** When it was called for; of another message if it is too long ago. */
	long call(long number) {
		return this.calls.get((int) (number % REMEMBERED));
	}

}
