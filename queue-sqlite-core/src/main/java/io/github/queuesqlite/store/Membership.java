package io.github.queuesqlite.store;

import java.util.Collection;
import java.util.function.LongSupplier;

/**
 * Who takes part in a store: places, epochs, and signs of death that cost no commit.
 */
public interface Membership extends AutoCloseable {

	/**
	 * Takes a place and the next epoch, while nobody else can.
	 * @param greatest the greatest epoch that the shards know
	 * @param publish writes the new epoch to every shard
	 * @return the place
	 */
	Place join(LongSupplier greatest, Publisher publish);

	/**
	 * Gives a place back.
	 * @param place the place
	 */
	void leave(Place place);

	/**
	 * Returns a number that changes once somebody has joined and is published.
	 * @return any number; always the same when nobody can tell
	 */
	long arrivals();

	/**
	 * Returns whether the process of an instance is gone for certain.
	 * @param peer the instance
	 * @param peers all instances that are not dead
	 * @return false when it lives or nobody can tell
	 */
	boolean isGone(Peer peer, Collection<Peer> peers);

	/**
	 * Returns which runs of an epoch had started.
	 * @param epoch the epoch
	 * @return {@link StartedRuns#UNKNOWN} when the notes cannot be read
	 */
	StartedRuns startedRuns(long epoch);

	/**
	 * Forgets the notes of an epoch whose messages are taken back.
	 * @param epoch the epoch
	 */
	void forget(long epoch);

	/** Returns the file that belongs to all shards. */
	StoreFile file();

	@Override
	void close();

	/** Writes an epoch to every shard. */
	@FunctionalInterface
	interface Publisher {

		/**
		 * Writes it.
		 * @param epoch the epoch
		 * @param slot its slot
		 */
		void publish(long epoch, int slot);

	}

	/** A place taken. */
	interface Place {

		/** Returns the epoch. */
		long epoch();

		/** Returns the slot, 0 to 31. */
		int slot();

		/** See {@link StoreInstance#started(RunKey)}. */
		int started(RunKey key);

		/** See {@link StoreInstance#settled(int)}. */
		void settled(int note);

	}

}
