package io.github.queuesqlite.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a schedule does at one time.
 *
 * @param schedule its name
 * @param revision as it was read: nothing happens when it has changed
 * @param slots the slots that are due, in order
 * @param nextAt the slot after them; null for none
 * @param missed how many further ones are due and have no message
 * @param times how many messages it gives in all; null for any number
 * @param skipsWhenLive whether a slot gives none while a message of the schedule has not
 * ended
 */
public record Firing(String schedule, long revision, List<Slot> slots, @Nullable Long nextAt, long missed,
		@Nullable Long times, boolean skipsWhenLive) {

	/**
	 * A slot.
	 *
	 * @param at its time, epoch milliseconds
	 * @param message what it stores
	 * @param brought whether it was missed and is brought back: then it gives its message
	 * in any case
	 */
	public record Slot(long at, Insertion message, boolean brought) {

	}

	/**
	 * What became of it.
	 *
	 * @param stored messages, in the order of their slots
	 * @param skipped slots whose message was left out for an overlap
	 */
	public record Outcome(List<Insertion> stored, int skipped) {

	}

}
