package io.github.queuesqlite;

import java.util.List;
import java.util.function.IntToLongFunction;

import io.github.queuesqlite.store.Composition;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Wait;
import org.jspecify.annotations.Nullable;

/**
 * A message that is stored with the first one of a chain, and waits for others of it.
 *
 * @param draft the message
 * @param kind what sets it free
 * @param waitsFor the places of those it waits for: 0 is the first of the chain, 1 its
 * first link
 * @param takesPayload whether it is given what became of them
 * @param delay milliseconds from when it is set free; null for none
 * @param runAt due at the earliest, epoch milliseconds; null for any time
 * @param timeToLive milliseconds from when it is set free; null for none
 */
record Link(Draft draft, Wait.Kind kind, List<Integer> waitsFor, boolean takesPayload, @Nullable Long delay,
		@Nullable Long runAt, @Nullable Long timeToLive) {

	/**
	 * Gives it its id.
	 * @param id its id
	 * @param awaited whether somebody waits for its end
	 * @param ids gives the id of each place
	 */
	Insertion withId(long id, boolean awaited, IntToLongFunction ids) {
		List<Long> messages = this.waitsFor.stream().map((place) -> ids.applyAsLong(place)).toList();
		return this.draft.withId(id, awaited)
			.with(Composition
				.waitingFor(new Wait(this.kind, messages, this.takesPayload, this.delay, this.runAt, this.timeToLive)));
	}

}
