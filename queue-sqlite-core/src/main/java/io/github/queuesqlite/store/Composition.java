package io.github.queuesqlite.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What ties a message to others: all are stored in one transaction, or none when the
 * first one's key is taken.
 *
 * @param waits what it waits for; null for nothing
 * @param others what is stored with it, in the same shard, which is the home of the keys
 * that place them; they have no other ones
 */
public record Composition(@Nullable Wait waits, List<Insertion> others) {

	/** A message by itself. */
	public static final Composition NONE = new Composition(null, List.of());

	public Composition {
		others = List.copyOf(others);
	}

	/**
	 * One of the others.
	 * @param wait what it waits for
	 * @return with nothing of its own
	 */
	public static Composition waitingFor(Wait wait) {
		return new Composition(wait, List.of());
	}

}
