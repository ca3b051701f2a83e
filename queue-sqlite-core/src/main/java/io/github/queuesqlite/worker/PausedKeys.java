package io.github.queuesqlite.worker;

import java.util.Set;

/**
 * The keys that are paused, for what is claimed and has not begun.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class PausedKeys {

	private volatile Set<String> keys = Set.of();

	void set(Set<String> keys) {
		this.keys = Set.copyOf(keys);
	}

	/**
	 * Whether a message must not begin. Reads its attributes only while there are any.
	 */
	boolean holdBack(Claim claim) {
		Set<String> keys = this.keys;
		if (keys.isEmpty()) {
			return false;
		}
		String orderingKey = claim.row().orderingKey();
		String concurrencyKey = (claim.row().attributes() != null) ? claim.message().concurrencyKey() : null;
		return (orderingKey != null && keys.contains(orderingKey))
				|| (concurrencyKey != null && keys.contains(concurrencyKey));
	}

}
