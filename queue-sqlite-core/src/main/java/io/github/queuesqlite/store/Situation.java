package io.github.queuesqlite.store;

import java.util.Comparator;
import java.util.List;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats.Pause;
import org.jspecify.annotations.Nullable;

/**
 * A message and what its shard knows of why it waits, as of one moment. All times are
 * epoch milliseconds.
 *
 * @param message the message
 * @param standing where it stands
 * @param deaths how many runs in a row ended with the death of their process
 * @param owner who has claimed it last; null when nobody has, or nobody remembers
 * @param pauses what of it is paused: all queues, its queue, its task, its key
 * @param hosts the instances that are not dead
 * @param waitsFor what it waits for; null when it does not and did not
 * @param line those with the same ordering key; null when it has none, or has ended
 * @param crowd those with the same concurrency key; null when it has none, or has ended
 * @param followers the first of those that wait or waited for it
 */
public record Situation(StoredMessage message, Standing standing, int deaths, @Nullable Owner owner, List<Held> pauses,
		List<Host> hosts, @Nullable WaitsFor waitsFor, @Nullable Line line, @Nullable Crowd crowd,
		List<Other> followers) {

	/** How many of several messages are named. */
	public static final int NAMED = 10;

	/** Beyond so many nobody counts. */
	public static final int MOST_COUNTED = 10_000;

	public Situation {
		pauses = List.copyOf(pauses);
		hosts = List.copyOf(hosts);
		followers = List.copyOf(followers);
	}

	/** Where a message stands: its state, READY split by who may take it. */
	public enum Standing {

		/** SCHEDULED. */
		SCHEDULED,

		/** READY: the next claim may take it. */
		READY,

		/** READY, but behind others of its key. */
		HELD,

		/** READY, but claimed by itself only. */
		SUSPECT,

		/** RUNNING. */
		RUNNING,

		/** It has ended. */
		ENDED

	}

	/**
	 * A pause that holds a message back.
	 *
	 * @param kind of what
	 * @param name of which; any for all queues
	 * @param since when it began; 0 when nobody remembers
	 * @param until when it ends by itself, {@link Pauses#UNTIL_RESUMED} when it does not
	 */
	public record Held(Pause.Kind kind, String name, long since, long until) {

	}

	/**
	 * An instance that is not dead.
	 *
	 * @param epoch its epoch
	 * @param name host and process id
	 * @param hosting what it takes
	 */
	public record Host(long epoch, String name, Hosting hosting) {

	}

	/**
	 * Who has claimed a message.
	 *
	 * @param epoch its epoch
	 * @param name host and process id
	 * @param dead whether it was declared dead
	 */
	public record Owner(long epoch, String name, boolean dead) {

	}

	/**
	 * Another message.
	 *
	 * @param id its id
	 * @param task its task
	 * @param state its state
	 * @param runAt not before
	 * @param startedAt its latest claim; null before the first
	 */
	public record Other(long id, String task, MessageState state, long runAt, @Nullable Long startedAt) {

		/** Those that run, by when they were claimed. */
		public static final Comparator<Other> LONGEST_RUNNING_FIRST = Comparator
			.comparing(Other::startedAt, Comparator.nullsFirst(Comparator.naturalOrder()))
			.thenComparing(Other::id);

	}

	/**
	 * What a message waits or waited for.
	 *
	 * @param kind what of them sets it free
	 * @param missing how many have not ended
	 * @param all how many there are
	 * @param stopped whether it was cancelled since they did not complete
	 * @param named the first of those that it still waits for, or that stopped it
	 */
	public record WaitsFor(Wait.Kind kind, int missing, int all, boolean stopped, List<Other> named) {

	}

	/**
	 * The messages with one ordering key.
	 *
	 * @param key the key
	 * @param holder who runs, or is before it; null when it is next itself
	 * @param ahead how many are before it, {@link #MOST_COUNTED} + 1 for more
	 */
	public record Line(String key, @Nullable Other holder, int ahead) {

	}

	/**
	 * The messages of one task with one concurrency key.
	 *
	 * @param key the key
	 * @param most how many may be let through; the greatest long for any number
	 * @param weight how many of them may wait to be claimed
	 * @param ready how many do
	 * @param passed how many are let through
	 * @param holder one of those, rather one that runs; null for none
	 * @param ahead how many are let through before it, {@link #MOST_COUNTED} + 1 for more
	 * @param token whether there is a token for the next one
	 * @param nextToken when there is one; null while that depends on who has some
	 */
	public record Crowd(String key, long most, long weight, int ready, int passed, @Nullable Other holder, int ahead,
			boolean token, @Nullable Long nextToken) {

	}

}
